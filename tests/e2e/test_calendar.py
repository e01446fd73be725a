"""What comes next, and the agenda as a file that calendar programs read and know again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from icalendar import Calendar

from tests.e2e.actions import CHANGED_PLAN, restart_with
from tests.e2e.world import PLAN, buttons, stamp

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.world import World


@dataclass(frozen=True)
class Entry:
    """A session as a calendar program has it."""

    starts: date
    ends: date
    sequence: int
    cancelled: bool


def calendar_in(content: bytes) -> Calendar:
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    return found


def read(content: bytes) -> dict[str, Entry]:
    """What a file holds, by UID."""
    assert max(map(len, content.split(b"\r\n"))) <= 75
    return {
        str(event.uid): Entry(event.start, event.end, event.sequence, event.status == "CANCELLED")
        for event in calendar_in(content).events
    }


def file_of(answer: ReceivedAnswer) -> bytes:
    assert answer.ephemeral
    assert answer.text.startswith("✅")
    (attachment,) = answer.attachments
    assert attachment.filename == "customs-lab.ics"
    return attachment.content


async def test_next_counts_down_in_the_readers_own_zone_and_names_the_workshops(workshop: World) -> None:
    lobby = workshop.channel("announcements")
    await workshop.until("2023-03-25 08:55")
    answer = await workshop.amina.slash(lobby, "next")
    assert answer.ephemeral
    assert stamp(workshop.at("2023-03-25 09:00"), "R") in answer.text
    assert "Welcome" in answer.text
    assert "Europe/Brussels" in answer.text
    assert "Europe/Brussels" in (await workshop.amina.slash(lobby, "now")).text
    await workshop.until("2023-03-25 10:00")
    french = (await workshop.karim.slash(lobby, "next")).text
    assert "Café" in french
    assert stamp(workshop.at("2023-03-25 10:30")) in french
    await workshop.until("2023-03-27 10:10")
    assert "/now" in (await workshop.amina.slash(lobby, "next")).text
    await workshop.until("2023-03-27 10:31")
    assert (await workshop.amina.slash(lobby, "next")).text == "The workshop is over. Thank you for taking part."


async def test_a_calendar_reads_back_with_the_same_instants_before_and_after_a_move_and_a_cancellation(
    workshop: World,
) -> None:
    lobby = workshop.channel("announcements")
    before = read(file_of(await workshop.amina.slash(lobby, "calendar")))
    assert before == {
        f"{session.id}@customs-lab": Entry(session.starts_at, session.ends_at, 0, cancelled=False)
        for session in workshop.plan.agenda
    }
    await restart_with(workshop, CHANGED_PLAN)
    after = read(file_of(await workshop.amina.slash(lobby, "calendar")))
    moved, gone = "talk@customs-lab", "farewell@customs-lab"
    start, end = workshop.at("2023-03-25 11:00"), workshop.at("2023-03-25 12:00")
    assert after == {
        **before,
        moved: Entry(start, end, 1, cancelled=False),
        gone: Entry(before[gone].starts, before[gone].ends, 1, cancelled=True),
    }
    # And when both are taken back: the same sessions still, a step further.
    await restart_with(workshop, PLAN)
    again = read(file_of(await workshop.amina.slash(lobby, "calendar")))
    assert {uid: (entry.starts, entry.ends, entry.cancelled) for uid, entry in again.items()} == {
        uid: (entry.starts, entry.ends, entry.cancelled) for uid, entry in before.items()
    }
    assert {uid: entry.sequence for uid, entry in again.items() if entry.sequence} == {moved: 2, gone: 2}
    exported = await workshop.plenary("export", "agenda", "--format", "ics")
    assert read(exported.out) == again
    refused = await workshop.plenary("export", "notes", "--format", "ics")
    assert (refused.code, "csv, xlsx, json, md" in refused.err) == (2, True)


async def test_a_day_or_a_session_is_handed_over_alone_in_the_persons_language(workshop: World) -> None:
    amina, karim, lobby = workshop.amina, workshop.karim, workshop.channel("announcements")
    offered = await karim.autocomplete(lobby, "calendar", "session", "")
    assert offered[0] == {"name": "Tout l’atelier", "value": "*"}  # noqa: RUF001 - as printed
    matching = await karim.autocomplete(lobby, "calendar", "session", "27")
    day = next(each for each in matching if each["value"].startswith("day:"))
    second = read(file_of(await karim.slash(lobby, "calendar", session=day["value"])))
    assert set(second) == {"panel@customs-lab", "farewell@customs-lab"}
    (one,) = await karim.autocomplete(lobby, "calendar", "session", "table ronde")
    alone = calendar_in(file_of(await karim.slash(lobby, "calendar", session=one["value"])))
    (event,) = alone.events
    assert (event.summary, event.location, event.categories) == ("Table ronde", "plenary", ["Capteurs"])
    assert alone["X-WR-CALNAME"] == "Atelier des douanes"
    assert "ORGANIZER" not in event

    shown = await amina.slash(lobby, "agenda", day=2)
    assert buttons(shown) == ["calendar:2023-03-27"]
    assert read(file_of(await workshop.press_in(amina, shown, "announcements", "calendar:"))) == second
    for unknown in ("nothing", "day:2024-01-01", "day:"):
        refused = await amina.slash(lobby, "calendar", session=unknown)
        assert refused.text.startswith("⚠️ There is no such session or day")
