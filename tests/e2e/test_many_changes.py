"""One change of many sessions: it reaches Discord at Discord's own pace, and is right everywhere in the end."""

from __future__ import annotations

import time
from bisect import bisect_left
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.announcement_kinds import Kind
from bot.messages import post

if TYPE_CHECKING:
    from bot.domain.plan import Plan
    from tests.e2e.world import World

#: Requests that Discord takes in any second; answers to interactions don't count.
A_SECOND = 50
SESSIONS = 54
MORNING, LATER = "2023-03-25 08:10", timedelta(minutes=15)


@pytest.fixture
def written_plan() -> str:
    """A day of many short sessions, and another of one."""
    heading = (
        "id: marathon\ntitle: Marathon\ndescription: Many short sessions\norganiser: World Customs Organization\n"
        "zone: Europe/Brussels\nlanguages: [en]\ndays:\n"
    )
    item = "      - {{id: s{0}, kind: discussion, start: '{1:02}:{2:02}', end: '{3:02}:{4:02}', title: Talk {0}}}\n"
    starts = [(n, 9 * 60 + 10 * n) for n in range(SESSIONS)]
    first = "".join(item.format(n, *divmod(at, 60), *divmod(at + 10, 60)) for n, at in starts)
    last = item.format(SESSIONS, 9, 0, 10, 0)
    return f"{heading}  - date: 2023-03-25\n    sessions:\n{first}  - date: 2023-03-26\n    sessions:\n{last}"


def most_in_a_second(moments: list[float]) -> int:
    return max(bisect_left(moments, moment + 1) - n for n, moment in enumerate(moments))


def scheduled(world: World) -> dict[str, datetime]:
    """When each session's event starts, by the session's id."""
    events = world.discord.backend.guilds[world.guild_id].scheduled_events.values()
    return {str(e.description).rpartition("/")[2]: datetime.fromisoformat(e.scheduled_start_time) for e in events}


def starts(plan: Plan, later: timedelta) -> dict[str, datetime]:
    """When each session starts if those of the first day do so later."""
    first = plan.agenda.days[0]
    return {one.id: one.starts_at + (later if one.day == first else timedelta()) for one in plan.agenda}


async def test_a_change_of_fifty_sessions_never_asks_more_of_discord_than_it_takes(workshop: World) -> None:
    await workshop.until(MORNING)
    await workshop.eventually(
        lambda: scheduled(workshop) == starts(workshop.plan, timedelta()), "an event a session", 60
    )
    asked: list[float] = []

    def count(_method: str, path: str) -> None:
        if not path.startswith(("/interactions/", "/webhooks/")):
            asked.append(time.monotonic())

    workshop.witness.on_request = count
    shown = await workshop.moderator.slash(
        workshop.channel("team"), "session delay", session="s0", minutes=15, rest=True
    )
    done = await workshop.press_in(workshop.moderator, shown, "team", "agree:")
    assert done.text.startswith("✅ Done")
    await workshop.eventually(lambda: scheduled(workshop) == starts(workshop.plan, LATER), "events at their times", 60)
    await workshop.until(workshop.at(MORNING) + timedelta(minutes=3))
    assert len(asked) > SESSIONS
    assert most_in_a_second(asked) <= A_SECOND
    assert workshop.discord.requests_invalid == 0

    ((applied, edits),) = workshop.rows("SELECT applied_at IS NOT NULL, json_array_length(edits) FROM agenda_change")
    assert (applied, edits) == (1, SESSIONS)
    (notice,) = [one for one in workshop.messages("announcements") if "Talk 0" in one.text]
    assert workshop.rows("SELECT state FROM delivery WHERE kind = ?", Kind.CHANGE) == [("sent",)]
    times = starts(workshop.plan, LATER)
    assert post.moment(times["s0"]) in notice.text
    # The day's post shows each session at its time, and is the one that was there before.
    (agenda,) = workshop.messages("agenda")
    assert agenda.edited_timestamp
    day = [post.moment(at) for session, at in times.items() if session != f"s{SESSIONS}"]
    assert [line.split("–")[0].split(" ")[1] for line in agenda.text.splitlines() if "Talk " in line] == day  # noqa: RUF001
