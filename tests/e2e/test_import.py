"""A schedule in the midst of a workshop: shown with every difference, done at a press, carried everywhere, once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.importing.schedule import MAX_BYTES
from bot.rehearsal.discord.calls import Attachment
from tests.e2e.world import buttons

if TYPE_CHECKING:
    from bot.rehearsal.discord.calls import ReceivedAnswer
    from tests.e2e.world import World

#: The plan's agenda, but for: cases ten minutes later and renamed, no talk, one more on the second day.
SCHEDULE = """\
id,date,start,end,kind,title,title (fr),title (ar),topic,speakers
welcome,25/03/2023,09:00,09:30,opening,Welcome,Bienvenue,ترحيب,,
cases,25/03/2023,09:40,10:30,presentation,Ledgers in ports,Registres au travail,السجلات في العمل,ledgers,Director
pause,25/03/2023,10:30,10:45,break,Coffee,Café,قهوة,,
panel,27/03/2023,09:00,10:00,panel,Sensor panel,Table ronde,حلقة نقاش,sensors,
extra,27/03/2023,10:00,10:20,discussion,What next,Et après,وماذا بعد,sensors,
farewell,27/03/2023,10:20,10:30,closing,Farewell,Au revoir,وداعا,,
"""


ENDLESS = """\
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:20230325T090000Z
DTEND:20230325T100000Z
RRULE:FREQ=SECONDLY
SUMMARY:A
END:VEVENT
END:VCALENDAR
"""
DIFFERENCES = """\
+ 2023-03-27 10:00-10:20  What next / Et après / وماذا بعد (discussion, plenary; extra)
- 2023-03-25 10:45-11:30  Questions / أسئلة (discussion, plenary; talk)
~ 2023-03-25 09:40-10:30  Ledgers in ports / Registres au travail / السجلات في العمل (presentation, plenary; cases)
    time: 2023-03-25 09:30-10:30 -> 2023-03-25 09:40-10:30
    title: Ledgers at work / Registres au travail / السجلات في العمل -> Ledgers in ports / Registres au travail / السجلات في العمل
    speakers: nobody -> Director
~ 2023-03-27 10:20-10:30  Farewell / Au revoir / وداعا (closing, plenary; farewell)
    time: 2023-03-27 10:00-10:30 -> 2023-03-27 10:20-10:30
1 new, 1 cancelled, 2 moved, 2 changed; 6 sessions in all, times in Europe/Brussels.
"""  # noqa: E501 - lines of a file


async def send(world: World, content: bytes | str, name: str = "agenda.csv") -> ReceivedAnswer:
    data = content.encode() if isinstance(content, str) else content
    answer = await world.organiser.slash(world.channel("team"), "workshop import", file=Attachment(name, data))
    assert answer.ephemeral
    return answer


async def test_a_schedule_is_shown_then_done_carried_everywhere_and_taken_back(workshop: World) -> None:
    await workshop.until("2023-03-25 08:30")
    agenda = workshop.messages("agenda")[0].text
    held = workshop.rows("SELECT id, held, cancelled_at FROM session ORDER BY id")
    shown = await send(workshop, SCHEDULE)
    for told in ("Ledgers in ports", "What next", "Questions", "Farewell", "Announcements: "):
        assert told in shown.text
    (file,) = shown.attachments
    assert file.filename == "differences.txt"
    assert file.content.decode() == DIFFERENCES
    await workshop.settle()
    assert workshop.rows("SELECT id, held, cancelled_at FROM session ORDER BY id") == held
    assert workshop.messages("agenda")[0].text == agenda

    # The button outlives a restart, and does it once.
    await workshop.stop_bot()
    await workshop.start_bot()
    done = await workshop.press_in(workshop.organiser, shown, "team", "agree:")
    assert done.text.startswith("✅ Done"), done.text
    assert (await workshop.press_in(workshop.organiser, shown, "team", "agree:")).text == done.text
    await workshop.settle()
    assert "Ledgers in ports" in workshop.messages("agenda")[0].text
    assert "Questions" not in workshop.messages("agenda")[0].text
    assert workshop.rows("SELECT subject FROM delivery WHERE state = 'planned' AND subject = 'talk'") == []
    planned = "SELECT substr(due, 12, 5) FROM delivery WHERE kind = 'start' AND subject = 'cases' AND state = 'planned'"
    assert workshop.rows(planned) == [("08:40",)]
    assert workshop.rows("SELECT who, what, subject FROM audit") == [
        (workshop.organiser.id, "agenda changed", "extra talk cases farewell")
    ]
    await workshop.until("2023-03-25 08:33")
    assert len([m for m in workshop.messages("announcements") if "What next" in m.text]) == 1

    # The same file again changes nothing, and says so.
    again = await send(workshop, SCHEDULE)
    assert again.text == "✅ No changes: the plan already has these 6 sessions."
    assert (again.attachments, buttons(again)) == ((), [])
    # A restart, with a plan's file that says otherwise, doesn't undo it; an undo does.
    await workshop.stop_bot()
    await workshop.start_bot()
    assert "Ledgers in ports" in workshop.messages("agenda")[0].text
    assert (await workshop.press_in(workshop.organiser, done, "team", "undo:")).text.startswith("✅")
    assert workshop.rows("SELECT id, held, cancelled_at FROM session WHERE id != 'extra' ORDER BY id") == held


async def test_what_changed_since_the_preview_or_has_begun_stays_as_it_is(workshop: World) -> None:
    await workshop.until("2023-03-25 09:10")
    stale = await send(workshop, SCHEDULE)
    proposed = await workshop.moderator.slash(
        workshop.channel("team"), "session delay", session="cases", minutes=5, rest=False
    )
    assert (await workshop.press_in(workshop.moderator, proposed, "team", "agree:")).text.startswith("✅")
    refused = await workshop.press_in(workshop.organiser, stale, "team", "agree:")
    assert "has changed **Ledgers at work** meanwhile" in refused.text
    held = workshop.rows("SELECT id, held FROM session ORDER BY id")
    # Under way, it keeps its time; the rest follows, and what the file has too early stays.
    begun = SCHEDULE.replace("welcome,25/03/2023,09:00,09:30", "welcome,25/03/2023,11:00,11:30")
    shown = await send(workshop, begun)
    assert "One session that differs in the file is under way or over, and keeps its time." in shown.text
    assert "= welcome: it has already started" in shown.attachments[0].content.decode()
    assert workshop.rows("SELECT id, held FROM session ORDER BY id") == held
    stranger = await workshop.moderator.slash(
        workshop.channel("team"), "workshop import", file=Attachment("a.csv", SCHEDULE.encode())
    )
    assert stranger.text.startswith("⚠️ This is for the workshop\u2019s organisers")


async def test_a_file_that_cannot_be_used_gets_a_sentence_and_changes_nothing(workshop: World) -> None:
    before = workshop.rows("SELECT id, held FROM session ORDER BY id")
    faulty = SCHEDULE.replace("10:45,break", ",break").replace(
        "panel,27/03/2023,09:00,10:00", "cases,27/03/2023,09:00,9:99"
    )
    shown = await send(workshop, faulty)
    assert shown.text.startswith("⚠️ The file has 2 faults, so nothing was changed.")
    assert "row 4" in shown.text
    assert "the session has no end; give it an end or a length" in shown.text
    assert "row 5" in shown.text
    night = "".join(f"s{n},25/03/2023,23:00,120,{n} {'Much ado about it ' * 16}\n" for n in range(20))
    long = await send(workshop, f"id,date,start,minutes,title\n{night}")
    assert "The file has 20 faults" in long.text
    (complete,) = long.attachments
    assert complete.filename == "faults.txt"
    assert complete.content.decode().count("ends on a later day, 2023-03-26 01:00") == 20
    hall = await send(workshop, "id,date,start,end,title,room\na,25/03/2023,10:00,11:00,A,Great hall\n")
    assert "The plan has no room 'Great hall'." in hall.text
    hostile = {
        "bomb.xml": '<!DOCTYPE s [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><schedule>&c;</schedule>',
        "deep.json": "[" * 100_000,
        "fetch.xml": '<!DOCTYPE s SYSTEM "http://127.0.0.1:1/x"><schedule/>',
        "old.xls": b"\xd0\xcf\x11\xe0 and so on",
        "empty.csv": "",
        "zip.xlsx": b"PK\x03\x04 no workbook",
        "endless.ics": ENDLESS,
        "slots.json": json.dumps({"slots": [{}]}),
    }
    for name, content in hostile.items():
        answer = await send(workshop, content, name)
        assert answer.text.startswith("⚠️ The file has "), (name, answer.text)
        assert buttons(answer) == []
    large = await send(workshop, b" " * (MAX_BYTES + 1))
    assert large.text.startswith("⚠️ The file is too large: a schedule may have 8 MiB.")
    assert workshop.rows("SELECT id, held FROM session ORDER BY id") == before
    assert workshop.rows("SELECT count(*) FROM agenda_change") == [(0,)]
