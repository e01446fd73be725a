"""The moderators' desk: who is there, check-in by hand, and corrections that count, are told, and can be taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from bot.rehearsal.discord.people import Person
    from tests.e2e.world import World


async def desk(world: World, command: str, by: Person | None = None, /, **options: str | Person) -> ReceivedAnswer:
    answer = await (by or world.moderator).slash(world.channel("announcements"), f"attendance {command}", **options)
    assert answer.ephemeral
    return answer


async def mark(world: World, session: str, status: str, **options: str | Person) -> ReceivedAnswer:
    answer = await desk(world, "mark", session=session, status=status, reason="Was *online* by phone", **options)
    assert answer.text.startswith("✅"), answer.text
    return answer


async def told(world: World, person: Person) -> str:
    return (await person.slash(world.channel("announcements"), "me attendance")).text


async def exported(world: World, person: Person) -> dict[str, dict[str, Any]]:
    """One person's rows by session."""
    rows = json.loads((await world.plenary("export", "attendance", "--format", "json")).out)["rows"]
    return {row["session"]: row for row in rows if row["person_id"] == str(person.id)}


def audit(world: World) -> list[tuple[Any, ...]]:
    return world.rows("SELECT who, what, subject, former, latter FROM audit ORDER BY at, id")


def inside(world: World) -> int:
    return len(world.rows("SELECT person FROM voice_stay WHERE until IS NULL"))


async def test_the_roll_tells_who_is_there_and_by_what(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    await workshop.amina.join_voice(workshop.channel("plenary"))
    await workshop.karim.join_voice(workshop.channel("plenary"))
    await workshop.eventually(lambda: inside(workshop) == 2, "both in the room")
    live = (await desk(workshop, "show")).text
    assert live.startswith("## Ledgers at work\nCheck-in is open until <t:")
    assert "- 1 checked in\n- 1 in the room, not checked in\n- 0 corrected by moderators" in live
    checked_in, in_room = live.split("### ")[1:]
    assert checked_in == "1 checked in\n**Without a place**: Amina · BH\n"
    assert in_room.startswith("1 in the room, not checked in\n**Without a place**: Karim")
    await workshop.karim.leave_voice()
    await workshop.eventually(lambda: inside(workshop) == 1, "one of them in the room")
    assert "- 0 in the room" in (await desk(workshop, "show", session="cases")).text
    # Once it is over, those count who were there while it was held.
    await workshop.until("2023-03-25 10:31")
    over = (await desk(workshop, "show", session="cases")).text
    assert "The session ended <t:" in over
    assert "- 1 in the room, not checked in" in over
    refused = await desk(workshop, "show", workshop.amina)
    assert refused.text.startswith("⚠️ This is for the workshop\u2019s moderators.")
    assert (await desk(workshop, "show", session="pause")).text.startswith("⚠️ **Coffee** does not count")


async def test_check_in_is_opened_and_closed_by_hand_also_across_a_restart(workshop: World) -> None:
    await workshop.until("2023-03-25 08:00")
    early = await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="talk")
    assert early.text.startswith("⚠️ Check-in to **Questions** is not open yet")
    assert (await desk(workshop, "open", session="talk")).text.startswith("✅ Check-in to **Questions** is open")
    await workshop.kill_bot()
    await workshop.start_bot()
    done = await workshop.amina.slash(workshop.channel("announcements"), "checkin", session="talk")
    assert done.text.startswith("✅ You are checked in")
    await desk(workshop, "close", session="talk")
    await desk(workshop, "close", session="talk")
    await workshop.kill_bot()
    await workshop.start_bot()
    await workshop.until("2023-03-25 10:50")
    closed = await workshop.press(workshop.karim, "announcements", "checkin:talk:")
    assert closed.text.startswith("⚠️ Un modérateur a fermé l\u2019enregistrement à **Questions**.")
    assert "enregistrement est fermé" in await told(workshop, workshop.karim)
    await workshop.until("2023-03-25 11:31")
    over = await desk(workshop, "open", session="talk")
    assert over.text.startswith("⚠️ **Questions** ended <t:")
    who = workshop.moderator.id
    assert audit(workshop) == [
        (who, "check-in opened", "talk", "closed", "open"),
        (who, "check-in closed", "talk", "open", "closed"),
        (who, "check-in closed", "talk", "closed", "closed"),
    ]


async def test_a_correction_counts_is_told_with_its_reason_and_leaves_the_check_in_alone(workshop: World) -> None:
    await workshop.until("2023-03-25 09:50")
    await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    ((since,),) = workshop.rows("SELECT since FROM presence")
    before = await exported(workshop, workshop.amina)
    await mark(workshop, "cases", "absent", person=str(workshop.amina.id))
    after = (await exported(workshop, workshop.amina))["cases"]
    assert (after["minutes"], after["status"], after["percent"]) == (0, "absent", 0.0)
    assert (after["corrected_by"], after["reason"]) == ("moderator", "Was *online* by phone")
    assert after["checked_in_at"] == before["cases"]["checked_in_at"]
    # The latest counts.
    marked = await mark(workshop, "cases", "present", person=str(workshop.amina.id))
    text = await told(workshop, workshop.amina)
    assert "marked present by a moderator: Was \\*online\\* by phone · checked in at" in text
    assert "60 of 60 minutes count" in text
    assert (await exported(workshop, workshop.amina))["cases"]["status"] == "present"
    assert "1 corrected by a moderator" in (await desk(workshop, "show")).text
    # Taken back, as often as pressed, what was said before it counts again; then the check-in.
    for _ in range(2):
        undone = await workshop.press_in(workshop.moderator, marked, "announcements", "unmark:")
        assert undone.text.startswith("✅ Taken back: **Amina")
    assert (await exported(workshop, workshop.amina))["cases"] == after
    assert (await desk(workshop, "undo")).text.startswith("✅ Taken back")
    assert await exported(workshop, workshop.amina) == before
    assert workshop.rows("SELECT since FROM presence") == [(since,)]
    assert (await desk(workshop, "undo")).text.startswith("⚠️ There is no such correction")
    subject, who = f"cases {workshop.amina.id}", workshop.moderator.id
    absent, present = (f"{status}: Was *online* by phone" for status in ("absent", "present"))
    assert audit(workshop) == [
        (who, "attendance corrected", subject, None, absent),
        (who, "attendance corrected", subject, absent, present),
        (who, "correction undone", subject, present, absent),
        (who, "correction undone", subject, absent, None),
    ]


async def test_an_excuse_can_be_noted_ahead_also_of_somebody_who_was_never_seen(workshop: World) -> None:
    await workshop.until("2023-03-25 09:05")
    channel = workshop.channel("team")
    assert await workshop.moderator.autocomplete(channel, "attendance mark", "person", "ami") == []
    offered = await workshop.moderator.autocomplete(channel, "attendance mark", "status", "")
    assert [(each["value"], each["name"]) for each in offered] == [
        ("present", "present"),
        ("excused", "excused"),
        ("absent", "absent"),
    ]
    await mark(workshop, "panel", "excused", member=workshop.amina)
    row = (await exported(workshop, workshop.amina))["panel"]
    assert (row["status"], row["excused_minutes"], row["percent"]) == ("excused", 60, None)
    text = await told(workshop, workshop.amina)
    assert "0 % of 165 minutes" in text
    assert "☑️" in text
    # Known from then on, and the correction is offered to be taken back, to every moderator.
    await workshop.press(workshop.amina, "announcements", "checkin:welcome:")
    (found,) = await workshop.moderator.autocomplete(channel, "attendance mark", "person", "ami")
    assert found["value"] == str(workshop.amina.id)
    (standing,) = await workshop.organiser.autocomplete(channel, "attendance undo", "correction", "")
    assert standing["name"].endswith("excused · Sensor panel")
    assert (await desk(workshop, "undo", workshop.organiser)).text.startswith("⚠️")
    taken = await desk(workshop, "undo", workshop.organiser, correction=standing["value"])
    assert taken.text.startswith("✅ Taken back")


async def test_what_makes_no_sense_is_refused_and_changes_nothing(workshop: World) -> None:
    await workshop.until("2023-03-25 09:05")
    ahead = {"session": "panel", "status": "present", "reason": "r", "member": workshop.amina}
    asked: list[tuple[dict[str, str | Person], str]] = [
        (ahead, "⚠️ **Sensor panel** has not begun yet."),
        ({**ahead, "session": "welcome", "status": "here"}, "⚠️ Somebody can be marked present"),
        ({**ahead, "session": "gone"}, "⚠️ There is no such session on the agenda."),
        ({**ahead, "session": "welcome", "person": "7"}, "⚠️ That is nobody whose attendance is kept."),
        ({"session": "welcome", "status": "absent", "reason": "r", "person": "x"}, "⚠️ That is nobody"),
        ({"session": "welcome", "status": "absent", "reason": "r"}, "⚠️ That is nobody"),
    ]
    for options, refusal in asked:
        assert (await desk(workshop, "mark", **options)).text.startswith(refusal)
    refused = await desk(workshop, "mark", workshop.amina, **{**ahead, "session": "welcome"})
    assert refused.text.startswith("⚠️ This is for the workshop\u2019s moderators.")
    assert workshop.rows("SELECT * FROM correction") == audit(workshop) == []
