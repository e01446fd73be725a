"""Which pictures README and docs have, and when they are taken in the rehearsal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the last message of a channel that holds some words, at a wall time of the workshop's zone."""

    name: str
    at: str
    channel: str
    words: str


#: In the order of their times.
SHOTS = (
    Shot("welcome", "2023-02-20 09:30", "welcome", ""),
    Shot("agenda", "2023-02-20 10:55", "agenda", "Blockchain"),
    Shot("announcement", "2023-02-20 10:55", "announcements", "Blockchain"),
    Shot("panel", "2023-02-20 10:55", "team", "Run of show"),
    Shot("note", "2023-02-20 11:41", "blockchain", "Certificates of origin"),
)
#: The picture that shows several side by side, and which stand in its columns.
TOGETHER = "workshop"
COLUMNS = (("agenda",), ("announcement", "note"))
#: What is in docs/pictures.
KEPT = frozenset({TOGETHER, "welcome", "panel"})
