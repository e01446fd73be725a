"""What a rehearsal finds where a post or the calendar shows another agenda than the one that was confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.documents.export.calendars import calendar
from bot.domain.agenda import reschedule
from bot.domain.agenda.agenda_changes import diff
from bot.domain.agenda.reschedule import Now
from bot.domain.agenda.sessions import Agenda
from bot.domain.announcement_kinds import Kind
from bot.domain.people.direct_messages import DirectMessageKind, DirectMessageState, direct_message
from bot.domain.plan import Plan
from bot.domain.planned_announcements import planned
from bot.messages.agenda import agenda
from bot.messages.fitting import fitted
from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.judge.agreement import misdated, misdelivered, misshown
from bot.rehearsal.judge.history import History
from bot.store.agenda import HeldSession
from bot.store.agenda_changes import AgendaChange, edits_of


def changed(plan: Plan) -> tuple[History, Agenda]:
    """One session cancelled and one moved, an hour before the workshop."""
    now = Now(plan.agenda.sessions[0].starts_at - timedelta(hours=1), plan.tz)
    one, other, *_ = plan.agenda
    after = reschedule.cancel_session(plan.agenda, one.id, now)
    after = reschedule.move_session(after, other.id, other.starts_at + timedelta(minutes=7), now)
    change = AgendaChange("1", 7, now.at, edits_of(diff(plan.agenda, after)), applied_at=now.at, notice="1")
    return History(plan, now.at - timedelta(hours=1), [change], {}), after


def test_the_calendar_has_every_session_as_it_is_held_and_says_which_are_cancelled(example: Plan) -> None:
    history, after = changed(example)
    now = example.agenda.ends_at
    gone = HeldSession(example.agenda.sessions[0], 1, now)
    held = [gone, *(HeldSession(session, 1, None) for session in after)]
    assert list(misdated(history, calendar(example, held, now, "en"))) == []
    still = [replace(gone, cancelled_at=None), *held[1:]]
    assert len(list(misdated(history, calendar(example, still, now, "en")))) == 2
    as_filed = [gone, *(HeldSession(session, 1, None) for session in example.agenda.sessions[1:])]
    assert len(list(misdated(history, calendar(example, as_filed, now, "en")))) == 2
    assert len(list(misdated(history, calendar(example, held[1:], now, "en")))) == 1


def test_each_day_is_posted_as_it_is_held(example: Plan) -> None:
    history, _ = changed(example)
    now = example.agenda.ends_at
    discord = LoopbackDiscord(lambda: now, token="t", checker=None)  # noqa: S106 - of a simulated Discord
    channel = discord.backend.create_channel(discord.add_guild("G", bot_permissions=0), "agenda").id
    days = dict(zip((one for one in planned(example) if one.kind is Kind.AGENDA), example.agenda.days, strict=True))

    def show(plan: Plan) -> None:
        for each, day in days.items():
            button = {"type": 2, "style": 2, "label": "Now", "custom_id": f"now:{each.id}"}
            parts: list[dict[str, Any]] = [
                {"type": 10, "content": block} for block in fitted(agenda(plan, day, now, each.id)).blocks
            ]
            parts.append({"type": 1, "components": [button]})
            discord.backend.create_message(channel, discord.backend.bot_user.id, "", components=parts, flags=1 << 15)

    assert len(list(misshown(history.plan, discord, now))) == len(days) == 3
    show(example)
    assert len(list(misshown(history.plan, discord, now))) == 1
    show(history.plan)
    assert list(misshown(history.plan, discord, now)) == []


def test_a_private_message_is_there_once_if_it_is_recorded_as_sent(example: Plan) -> None:
    discord = LoopbackDiscord(lambda: example.agenda.ends_at, token="t", checker=None)  # noqa: S106 - of a simulated Discord
    backend = discord.backend
    person = backend.make_user("amina").id
    told = direct_message("w", DirectMessageKind.NUDGE, "", person, "Hello!", example.agenda.ends_at)
    sent, refused = replace(told, state=DirectMessageState.SENT), replace(told, state=DirectMessageState.REFUSED)

    def found() -> list[int]:
        return [len(list(misdelivered([one], discord))) for one in (sent, refused)]

    assert found() == [1, 0]
    channel = backend.get_dm_channel(person).id
    for text, wrong in (("Welcome", [1, 0]), ("Hello!", [0, 1]), ("Hello!", [1, 1])):
        backend.create_message(channel, backend.bot_user.id, text)
        assert found() == wrong
