"""Who may do what, what old buttons answer, and what organisers take away."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import TYPE_CHECKING

from bot.documents.export.subjects import SUBJECTS
from bot.rehearsal.discord import people

if TYPE_CHECKING:
    import pytest

    from tests.e2e.world import World

NOTE = {"title": "=1+1", "kind": "mixed", "did": 'Line one\nline two; "quoted"', "learned": "شكراً"}
FOR_ORGANISERS = "⚠️ This is for the workshop\u2019s organisers."
FOR_MODERATORS = "⚠️ This is for the workshop\u2019s moderators."
FOR_PARTICIPANTS = "⚠️ This is for the workshop\u2019s participants."


async def test_what_organisers_are_handed_is_what_the_shell_exports_while_the_bot_runs(workshop: World) -> None:
    await workshop.until("2023-03-25 09:31")
    await workshop.press(workshop.amina, "announcements", "checkin:cases:")
    await workshop.karim.slash(workshop.channel("announcements"), "checkin")
    form = (await workshop.amina.slash(workshop.channel("ledgers"), "note share")).modal
    assert form is not None
    await workshop.amina.submit(form, NOTE)
    # What was attended is final once the workshop is over; until then it depends on the moment.
    await workshop.until("2023-03-27 10:31")
    wanted = list(itertools.product(("notes", "attendance"), ("csv", "json", "xlsx", "md")))
    shell = await asyncio.gather(*(workshop.plenary("export", what, "--format", how) for what, how in wanted))
    for (what, how), ran in zip(wanted, shell, strict=True):
        answer = await workshop.organiser.slash(workshop.channel("team"), f"export {what}", format=how)
        assert answer.ephemeral
        assert answer.text.startswith("✅")
        assert ran.code == 0
        assert ran.err.strip() in answer.text  # the rule applied is told beside the file
        assert ran.err.strip()
        assert [(file.filename, file.content) for file in answer.attachments] == [(f"{what}.{how}", ran.out)]

    (row,) = json.loads(shell[1].out)["rows"]
    assert {name: row[name] for name in NOTE} == NOTE
    assert ",'=1+1," in shell[0].out.decode("utf-8-sig")  # a spreadsheet must not take it for a formula
    there = {(row["person_id"], row["session"]) for row in json.loads(shell[5].out)["rows"] if row["checked_in_at"]}
    assert there == {(str(workshop.amina.id), "cases"), (str(workshop.karim.id), "cases")}
    out = workshop.folder / "notes.csv"
    assert (await workshop.plenary("export", "notes", "--out", str(out))).code == 0
    assert out.read_bytes() == shell[0].out


async def test_every_export_is_in_the_audit_with_who_took_what_away_for_whom(workshop: World) -> None:
    """Also those from the shell, which may not write to the database while the bot does."""
    await workshop.until("2023-03-25 09:31")
    team = workshop.channel("team")
    for subject in SUBJECTS:
        answer = await workshop.organiser.slash(team, f"export {subject}", format="xlsx")
        assert [file.filename for file in answer.attachments] == [f"{subject}.xlsx"]
    everything = workshop.folder / "all"
    ran = await workshop.plenary("export", *SUBJECTS, "--format", "csv", "--format", "md", "--out", str(everything))
    assert ran.code == 0
    assert {path.name for path in everything.iterdir()} == {f"{s}.{form}" for s in SUBJECTS for form in ("csv", "md")}
    assert (await workshop.plenary("export", "notes", "--for", "public", "--out", str(workshop.folder / "n"))).code == 0
    assert (await workshop.plenary("export", "notes", "agenda")).code == 2  # two files need a folder
    rows = json.loads((await workshop.plenary("export", "audit", "--format", "json")).out)["rows"]
    told = [(row["who"], row["subject"], row["latter"]) for row in rows if row["what"] == "exported"]
    by_bot, by_shell = told[: len(SUBJECTS)], told[len(SUBJECTS) :]
    assert [(who, subject) for who, subject, _ in by_bot] == [(str(workshop.organiser.id), s) for s in SUBJECTS]
    assert by_bot[0][2] == "xlsx for organisers, 0 rows"
    assert {(who, subject) for who, subject, _ in by_shell[:-1]} == {(None, str(subject)) for subject in SUBJECTS}
    assert len(by_shell) == 2 * len(SUBJECTS) + 1
    assert by_shell[-1][2].startswith("csv for public, 0 rows, by ")


async def test_each_command_is_for_whom_it_is_for(workshop: World) -> None:
    lobby, general = workshop.channel("announcements"), workshop.general
    organisers_only = ("workshop setup", "export notes", "export attendance")
    for person in (workshop.amina, workshop.moderator):
        for command in organisers_only:
            answer = await person.slash(lobby, command)
            assert answer.ephemeral
            assert answer.text.startswith(FOR_ORGANISERS), (person.name, command)
            assert answer.attachments == ()
    new = {"text": "Hello", "channel": lobby, "when": "18:00"}
    for command, options in (("new", new), ("list", {}), ("cancel", {"announcement": "x"})):
        answer = await workshop.amina.slash(lobby, f"announce {command}", **options)
        assert answer.text.startswith(FOR_MODERATORS), command
    assert await workshop.amina.autocomplete(lobby, "announce cancel", "announcement", "") == []
    for command in ("now", "agenda", "checkin", "note share"):
        answer = await workshop.visitor.slash(general, command)
        assert answer.text.startswith(FOR_PARTICIPANTS), command
        assert answer.modal is None
    # A higher role may do what a lower one may.
    for person in (workshop.moderator, workshop.organiser):
        assert (await person.slash(lobby, "announce list")).text.startswith("✅")
        assert "Welcome" in (await person.slash(lobby, "now")).text
    assert workshop.rows("SELECT * FROM custom_announcement") == []


async def test_a_role_taken_away_or_given_counts_at_once(workshop: World) -> None:
    backend, lobby = workshop.discord.backend, workshop.channel("announcements")
    workshop.discord.give_role(workshop.amina, workshop.role("Moderator"))
    assert (await workshop.amina.slash(lobby, "announce list")).text.startswith("✅")
    backend.remove_member_role(workshop.guild_id, workshop.amina.id, workshop.role("Moderator"))
    assert (await workshop.amina.slash(lobby, "announce list")).text.startswith(FOR_MODERATORS)


async def test_a_button_of_what_is_no_more_or_never_was_is_answered_in_a_sentence(workshop: World) -> None:
    gone = (
        "⚠️ That button belongs to something that no longer exists. "
        "Type /agenda or /now in #help-desk to see what there is."
    )

    async def told(custom_id: str) -> str:
        message = workshop.plant(workshop.channel("announcements"), custom_id)
        answer = await workshop.amina.press(message.id, message.channel_id, custom_id)
        assert answer.ephemeral
        return answer.text

    for custom_id in ("raffle:1", "raffle", "day:2030-01-01:x", "__class__", ":", "setup:1"):
        assert await told(custom_id) == gone, custom_id
    assert (await told("checkin:gone:x")).startswith("⚠️ There is no such session on the agenda any more.")
    assert workshop.rows("SELECT * FROM presence") == []

    # A kind that is still there, in a form that it no longer has.
    workshop.forgiven.add("error")
    for custom_id in ("checkin", "now:a:b:c", "day:someday:x", "show"):
        assert (await told(custom_id)).startswith("⚠️ "), custom_id
    assert "Welcome" in (await workshop.amina.slash(workshop.general, "now")).text


async def test_a_file_that_is_too_large_for_discord_is_exported_from_the_shell(
    workshop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "largest_file", lambda _: 100)
    answer = await workshop.organiser.slash(workshop.channel("team"), "export agenda", format="json")
    assert answer.attachments == ()
    assert answer.text.startswith("⚠️ The file is too large for Discord.")
    assert "plenary export agenda --format json --out agenda.json" in answer.text
