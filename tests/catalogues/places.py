"""What a translator must know of a sentence: where it is shown, how long it may be, and what fills its placeholders.

A new family of keys needs its line in PLACES, a new placeholder its line in MEANINGS, and a sentence whose length
Discord limits its line in LIMITS.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain import discord_limits
from bot.domain.contributions.notes import DETAIL_FORMS
from bot.domain.people.participants import OrganisationKind
from tests.catalogues.uses import ASKED, CHOSEN, FIELDS, JOINING, PLEDGED, RATED, RECOMMENDED

#: Where the sentences of a family are shown; the longest beginning of a key tells.
PLACES: Mapping[str, str] = {
    "agenda": "Message in the room agenda, and answer to /agenda.",
    "announce": "Answer to a moderator who used /announce.",
    "ask": "Form in which a participant asks the speakers.",
    "audience": "Which rooms an announcement goes to, in a list.",
    "awards": "Answer to a moderator who used /certificates announce.",
    "breakout": "Answer to a moderator who used /breakout, or message in the room of a group.",
    "breakout.archived": "Name of a room.",
    "breakout.room": "Name of a room.",
    "button": "Label of a button: a verb in the imperative or infinitive.",
    "calendar": "Answer to /calendar.",
    "card": "Heading on the card of a note.",
    "certificate": "Text on the certificate (PDF), or message about it.",
    "change": "Message in the announcements: what has changed in the agenda.",
    "checkin": "Answer to the participant who checked in.",
    "closing": "Text in the closing pack (README), or answer to /workshop close.",
    "command": "Description of a command, shown by Discord while one types, and by /help.",
    "consent": "Text of a form, or entry in the record of consents.",
    "contacts": "Answer to /note contacts.",
    "coverage": "Answer to a moderator who used /coverage.",
    "digest": "Message at the end of a day: the day in brief.",
    "dossier": "Heading in the file with everything kept about one person (/me export).",
    "echo": "Answer to the participant who pressed “We do this too” under a note.",
    "end": "Message when a session is over.",
    "export": "Answer to /export, and note in the exported file.",
    "export.rule": "The rule that an exported file obeys: in the file, and with the answer to /export.",
    "feedback": "Form or message that asks for feedback, and answers about it.",
    "feedback.choice": "Option of a choice in the feedback form.",
    "follow_up": "Message and form that ask, months later, what became of the pledges.",
    "form": "Field of the form in which a note is written: its label; _hint is the line below the label.",
    "help_desk": "Message in the help desk, above a button for everything that participants can do.",
    "help": "Heading or hint in the answer to /help.",
    "hold": "Message while the day is on hold.",
    "import": "Preview of a changed agenda: a word in a list, or a line.",
    "job": "What the bot does by itself, as fills {job} in a report to the team.",
    "join": "Form and answers while somebody joins the workshop.",
    "kind": "Kind of announcement, as a choice of /announce quiet and in a report to the team.",
    "ladder": "Message to the team shortly before a session, if its speakers are not known to be here.",
    "language": "Answer to /language, in the language just chosen.",
    "late": "Line above a message that was sent late.",
    "letter": "Direct message to one person.",
    "masthead": "Line below the agenda's heading: who organises and funds the workshop.",
    "me": "Answer to /me: one's own attendance, and erasing of one's data.",
    "menu": "Entry in the menu of a message.",
    "mine": "Answer to /note mine.",
    "name": "Name of a command or of its option, as one types it: small letters, no blanks.",
    "next": "Answer to /next.",
    "note": "Answer to the author of a note.",
    "note.attribution": "Option of a choice: how the author of a note is named.",
    "note.kind": "Option of a choice: the kind of a note; also in the report.",
    "note.maturity": "Option of a choice: how far something has come; also in the report.",
    "note.visibility": "Option of a choice: who may read a note.",
    "now": "Answer to /now.",
    "option": "Description of a command's option, shown by Discord while one types.",
    "organisation": "Option of a choice: the kind of organisation somebody comes from; also in the report.",
    "participants": "Answer to /participants, for the team.",
    "permission": "Fills {why} in rooms.lacks: what the bot needs a permission for.",
    "pledge": "Form and answers about a pledge.",
    "progress": "Form that asks how a pledge goes.",
    "purpose": "Heading of a group of commands in the answer to /help.",
    "question": "Card of a question to the speakers, and answers about it.",
    "question.state": "State of a question: on its card, and as a choice.",
    "recommend": "Form in which a group writes its recommendation.",
    "refused": "Answer to one person: why something was not done, and what to do next.",
    "report": "Text in the report and its summaries (PDF, DOCX).",
    "report.column": "Heading of a column in the report.",
    "report.counted": "Annex of the report: how a figure is counted. Names such as rule_met are columns: they stay.",
    "report.figure": "Name of a figure in the report.",
    "request": "Question whether a message may become a note, or answer about a place in the team.",
    "review": "Answer to a moderator who reviews notes.",
    "roll": "Answer to a moderator who used /attendance.",
    "rooms": "Answer to /workshop setup and /workshop status, and output of plenary rooms.",
    "rooms.archive": "Name of the category once it is archived.",
    "roster": "Answer to an organiser who imported a list of participants.",
    "save": "Answer to somebody who used “Save as note” in the menu of a message.",
    "search": "Answer to /note search.",
    "series": "Note in a file of a series of workshops.",
    "session": "Answer to a moderator who changes the agenda with /session.",
    "setup": "Answer to /workshop setup.",
    "show": "The control panel in the team's room, and answers to its buttons.",
    "signature": "How an unnamed author is signed, on cards and in the report.",
    "soon": "Message shortly before a session.",
    "start": "Message when a session starts.",
    "team": "Report in the team's room.",
    "topic": "Message that opens the discussion of a topic.",
    "touch": "Answer to somebody who asked to be put in touch with a note's author.",
    "welcome": "Message in the welcome room.",
    "word": "Form that asks for the word of a session, and the message that tells it to the chair.",
    "zone": "Line below times.",
}

#: What fills a placeholder, wherever it stands; `key {name}` where it means something else in one sentence.
MEANINGS: Mapping[str, str] = {
    "absent": "the person who is replaced",
    "added": "a number of announcements",
    "administration": "an administration or organisation",
    "after": "a room's name after the change",
    "answered": "how many answered",
    "asked": "what a moderator asks for, as they typed it",
    "asker": "the person who asks, as a mention",
    "at": "a time, as Discord shows it",
    "attended": "how many attended",
    "author": "the author of a message, as a mention",
    "before": "a room's name before the change",
    "by": "a day",
    "changed": "a number of people",
    "channel": "a channel, as a link",
    "channels": "names of channels, listed",
    "choices": "two times, listed",
    "complete": "a number of people",
    "date": "a day with its weekday",
    "dates": "the days of the workshop",
    "day": "a day",
    "done": "how many are done",
    "donor": "the donor, as in the plan",
    "exports": "names of exports, listed; they stay as they are",
    "form": "the ending of a file",
    "found": "what was typed",
    "gone": "a number",
    "group": "the name of a group",
    "groups": "a number of groups",
    "hours": "a number of hours",
    "inside": "how many are in the room",
    "job": "what the bot does: a sentence of the family job",
    "joined": "a number of people",
    "kind": "a kind of announcement",
    "kinds": "kinds of announcements, listed",
    "languages": "languages, listed",
    "last": "the number of the last day",
    "late": "a number of announcements",
    "length": "a number",
    "limit": "a size",
    "link": "the address of a message",
    "members": "a number of Members of the organisation",
    "minutes": "a number of minutes",
    "most": "a number",
    "moved": "a number of announcements",
    "n": "a number, which chooses the plural form",
    "name": "a person's name",
    "names": "names, listed",
    "new": "a number of people",
    "nickname": "the name to be set",
    "now": "the time now, in the workshop's zone",
    "number": "a number",
    "of": "the total",
    "one": "a session's title",
    "option": "the name of a command's option",
    "organisations": "a number",
    "organiser": "the organiser, as in the plan",
    "other": "another session's title",
    "path": "a folder or file on the bot's machine",
    "people": "a number of people",
    "percent": "a number",
    "permission": "a permission, in Discord's words",
    "person": "a person, as a mention",
    "place": "the place in a series",
    "pledge": "the pledge, as it was typed",
    "problem": "what Discord or the machine says, in English",
    "reason": "a reason, as a moderator typed it",
    "reference": "a code by which an error is found in the log",
    "region": "a region, as in the plan",
    "role": "the name of a role",
    "roles": "names of roles, listed",
    "room": "a room, as a link or by its name",
    "rule": "a number: the share that is needed",
    "scheduled": "a number of minutes",
    "skipped": "a number of announcements",
    "speaker": "a speaker",
    "state": "a state: a sentence of the same family",
    "status": "present, excused or absent",
    "subject": "the name of an export",
    "there": "how many are there",
    "title": "a title, as it was written",
    "today": "today's date",
    "topics": "titles of topics, listed",
    "typed": "what was typed",
    "unchanged": "a number of people",
    "until": "a time, as Discord shows it",
    "value": "a number",
    "wall": "a time, in the workshop's zone",
    "when": "a time, as Discord shows it",
    "who": "a person, as a mention or by name",
    "why": "what a permission is needed for: a sentence of the family permission",
    "word": "the word, in every language of the workshop",
    "words": "the word, in every language of the workshop",
    "workshop": "the workshop's title",
    "zone": "a time zone, such as Africa/Tunis",
    "awards.heading {rule}": "a number of per cent",
    "contacts.agreed {other}": "a person, as a mention",
    "contacts.asks {other}": "a person, by name",
    "export.done {rule}": "the rule that the file obeys: a sentence of the family export.rule",
    "masthead.donor {name}": "the donor",
    "masthead.organiser {name}": "the organiser",
    "masthead.series {name}": "the series' title",
    "rooms.lacks.above {name}": "the name of a role",
    "rooms.namesake {name}": "the name of a role",
    "rooms.namesake_unknown {name}": "the name of a role",
    "rooms.step.category {name}": "the name of a category",
    "rooms.step.role {name}": "the name of a role",
    "rooms.step.room {name}": "the name of a room",
    "rooms.step.grant {who}": "a role, everyone or the bot",
    "signature.region {kind}": "a kind of organisation: a sentence of the family signature",
}

#: UTF-16 units that Discord shows at most where the sentence of that key stands.
LIMITS: Mapping[str, int] = {
    "form.heading": discord_limits.MODAL_TITLE,
    "word.heading": discord_limits.MODAL_TITLE,
    "word.label": discord_limits.MODAL_LABEL,
    "word.hint": discord_limits.MODAL_DESCRIPTION,
    **{f"form.{field}": discord_limits.MODAL_LABEL for field in FIELDS},
    **{f"form.{field}_hint": discord_limits.MODAL_DESCRIPTION for field in FIELDS},
    **{f"button.details.{form}": discord_limits.MODAL_TITLE for form in DETAIL_FORMS},
    **dict.fromkeys(
        ("button.access", "button.files", "button.introduce", "button.replace"), discord_limits.MODAL_TITLE
    ),
    **dict.fromkeys(
        (
            "ask.heading",
            "feedback.session",
            "feedback.workshop",
            "join.heading",
            "pledge.heading",
            "progress.heading",
            "recommend.heading",
        ),
        discord_limits.MODAL_TITLE,
    ),
    **{f"recommend.{field}": discord_limits.MODAL_LABEL for field in RECOMMENDED},
    **{f"recommend.{field}_hint": discord_limits.MODAL_DESCRIPTION for field in RECOMMENDED},
    **{f"ask.{field}": discord_limits.MODAL_LABEL for field in ASKED},
    **{f"ask.{field}_hint": discord_limits.MODAL_DESCRIPTION for field in ASKED},
    **{f"pledge.{field}": discord_limits.MODAL_LABEL for field in PLEDGED},
    **{f"pledge.{field}_hint": discord_limits.MODAL_DESCRIPTION for field in PLEDGED},
    **dict.fromkeys(("progress.state", "progress.text"), discord_limits.MODAL_LABEL),
    **dict.fromkeys(("progress.state_hint", "progress.text_hint"), discord_limits.MODAL_DESCRIPTION),
    **{f"feedback.{field}": discord_limits.MODAL_LABEL for field in RATED},
    **{f"feedback.{field}_hint": discord_limits.MODAL_DESCRIPTION for field in RATED},
    **{f"feedback.choice.{choice}": discord_limits.OPTION_LABEL for choice in CHOSEN},
    **{f"organisation.{kind}": discord_limits.OPTION_LABEL for kind in OrganisationKind},
    **dict.fromkeys(("button.search", "search.words"), discord_limits.MODAL_TITLE),
    **{f"join.{field}": discord_limits.MODAL_LABEL for field in JOINING},
}

#: The same for families, where LIMITS says nothing of the key itself.
FAMILY_LIMITS: Mapping[str, int] = {
    "button": discord_limits.BUTTON_LABEL,
    "command": discord_limits.COMMAND_DESCRIPTION,
    "menu": discord_limits.COMMAND_NAME,
    "name": discord_limits.COMMAND_NAME,
    "note.attribution": discord_limits.OPTION_LABEL,
    "note.kind": discord_limits.OPTION_LABEL,
    "note.maturity": discord_limits.OPTION_LABEL,
    "note.visibility": discord_limits.OPTION_LABEL,
    "option": discord_limits.COMMAND_DESCRIPTION,
}


def place(key: str) -> str | None:
    """Where a sentence is shown; None if no family of PLACES has it."""
    return next((PLACES[family] for family in families(key) if family in PLACES), None)


def limit(key: str) -> int | None:
    """How many UTF-16 units of the sentence Discord shows; None where there is no limit but a message's own."""
    if key in LIMITS:
        return LIMITS[key]
    if key.startswith("join.") and key.endswith("_hint"):
        return discord_limits.MODAL_DESCRIPTION
    return next((FAMILY_LIMITS[family] for family in families(key) if family in FAMILY_LIMITS), None)


def meaning(key: str, name: str) -> str | None:
    """What fills a placeholder of a sentence; None if MEANINGS doesn't say."""
    return MEANINGS.get(f"{key} {{{name}}}") or MEANINGS.get(name)


def families(key: str) -> list[str]:
    """The beginnings of a key, the longest first: `note.kind.failed`, `note.kind`, `note`."""
    parts = key.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
