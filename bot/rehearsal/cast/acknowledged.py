"""Everything that the cast was told by the bot, to be compared with what is stored and what Discord shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.domain.attendance.presence import Stay


@dataclass(frozen=True, slots=True)
class AcknowledgedAnnouncement:
    """A moderator's announcement that was confirmed: its room, and how often it is posted there."""

    room: str
    times: int


@dataclass(slots=True)
class AcknowledgedNote:
    """A note that its author was told is stored."""

    author: int
    """Discord id."""
    words: Mapping[str, str]
    """Title, topic, kind, did and learned, as they were typed."""
    shown: bool = False
    """Whether its card must be in its topic's channel."""
    private: bool = False
    """Whether only its author may see it."""


@dataclass(slots=True)
class Acknowledged:
    """What the bot acknowledged to the cast."""

    actions: int = 0
    unanswered: int = 0
    ack_ms: list[float] = field(default_factory=list[float])
    check_ins: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Person's Discord id, session id."""
    in_room: list[Stay] = field(default_factory=list[Stay])
    """Who was in which voice or stage room, and when, as Discord saw it."""
    joined: dict[int, str] = field(default_factory=dict[int, str])
    """Names of the people who were told that they have joined, by Discord id."""
    reports: list[str] = field(default_factory=list[str])
    """Words that the team's channel must show about people who joined."""
    notes: dict[str, AcknowledgedNote] = field(default_factory=dict[str, AcknowledgedNote])
    """By note id, which the forms and buttons carry."""
    questions: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Asker's Discord id, text of the question."""
    feedback: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict[tuple[int, str], dict[str, str]])
    """Answers, by the person's Discord id and the session's id (or that of the workshop)."""
    corrections: dict[tuple[int, str], str] = field(default_factory=dict[tuple[int, str], str])
    """Attendance that moderators corrected and did not undo, by Discord id and session id."""
    pledges: dict[int, str] = field(default_factory=dict[int, str])
    announced: dict[str, AcknowledgedAnnouncement] = field(default_factory=dict[str, AcknowledgedAnnouncement])
    """Custom announcements that were confirmed and not cancelled, by their text."""
    panels: int = 0
    """Control panels that moderators were told are posted."""
    panels_requested: int = 0
    """The same, and those without an answer: a moderator without an answer asks again, and each panel may exist."""
    presses_repeated: int = 0
    """How often a button of the panel, which may have changed in the meantime, was pressed again without an answer."""
    changes: int = 0
    """Agenda changes, and the presses that undid them."""
    unexpected: list[str] = field(default_factory=list[str])

    @property
    def cards(self) -> list[Mapping[str, str]]:
        """The words of the notes whose cards must be posted."""
        return [note.words for note in self.notes.values() if note.shown]

    def follow(self, person: int, custom_id: str, values: Mapping[str, str]) -> None:
        """Record an accepted form or press that belongs to a note; `values` are those of the form."""
        kind, _, rest = custom_id.partition(":")
        note_id, _, topic = rest.partition(":")  # the topic, if the form did not ask for it
        if kind == "noted":
            before = self.notes.get(note_id, AcknowledgedNote(person, {}))
            self.notes[note_id] = replace(before, words={"topic": topic, **values})
        elif kind == "show":
            self._set_visibility(note_id, "participants")
        elif kind == "seen":
            self._set_visibility(note_id, values["visibility"])

    def forget(self, person: int) -> None:
        """Drop everything of a person who erased their data: none of it may be stored or shown any more."""
        self.check_ins = {check_in for check_in in self.check_ins if check_in[0] != person}
        self.in_room[:] = [stay for stay in self.in_room if stay.person != person]
        self.notes = {key: note for key, note in self.notes.items() if note.author != person}
        self.questions = [question for question in self.questions if question[0] != person]
        self.feedback = {key: answers for key, answers in self.feedback.items() if key[0] != person}
        self.corrections = {key: status for key, status in self.corrections.items() if key[0] != person}
        self.pledges.pop(person, None)
        name = self.joined.pop(person, None)
        self.reports = [words for words in self.reports if words != name]

    def withdraw(self, note_id: str) -> None:
        """Record that the author withdrew a note."""
        self._set_visibility(note_id, "private")

    def _set_visibility(self, note_id: str, visibility: str) -> None:
        note = self.notes[note_id]
        note.private = visibility == "private"
        note.shown = visibility not in {"private", "organisers"}
