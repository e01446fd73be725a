"""The figures of a rehearsal, and whether they are as promised."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

#: Requests answered with 401, 403 or 429 in ten minutes of the rehearsal's time. Discord bans an address at 10,000.
_MOST_INVALID = 100


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of real time."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of some values; zeros if there are none."""
        if not values:
            return cls(0, 0, 0)
        cuts = statistics.quantiles(values, n=100, method="inclusive") if len(values) > 1 else [values[0]] * 99
        return cls(round(cuts[49], 1), round(cuts[98], 1), round(max(values), 1))


@dataclass(frozen=True, slots=True)
class FindingsSummary:
    """The content of `summary.json`. The simulated Discord counts what reached Discord, not the bot."""

    workshop: str
    wall_seconds: float
    virtual_seconds: float
    kills: int
    cast: Mapping[str, int]
    sessions: Mapping[str, int]
    messages: Mapping[str, int]
    check_ins: Mapping[str, int]
    notes: Mapping[str, int]
    requests: Mapping[str, int]
    lateness_ms: Spread
    ack_ms: Spread
    errors_logged: int

    @property
    def sound(self) -> bool:
        """Whether nothing is duplicate, missing, lost, unexpected or logged as an error."""
        return not any(
            (
                self.messages["duplicate"],
                self.messages["missing"],
                self.cast["unexpected"],
                self.requests["openapi_violations"],
                self.requests["answer_violations"],
                self.errors_logged,
                self.check_ins["acknowledged"] - self.check_ins["stored"],
                self.notes["acknowledged"] - self.notes["stored"],
            )
        )

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A summary, and the findings that are not part of `summary.json`."""

    summary: FindingsSummary
    orphans: tuple[str, ...]
    """Channels that the bot made and no longer knows."""
    integrity: str
    """SQLite's integrity check of the file: "ok", or what is broken."""
    pack: tuple[str, ...]
    """Faults of the closing pack."""
    records: Mapping[str, Mapping[str, int]]
    """Of questions, feedback, pledges and so on: how many were acknowledged, and how many are stored."""
    remarks: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether all is as promised."""
        return (
            self.summary.sound
            and not any(self._lost().values())
            and not self.orphans
            and not self.pack
            and self.integrity == "ok"
            and self.summary.requests["invalid_in_ten_minutes"] <= _MOST_INVALID
        )

    def figures(self) -> Iterator[str]:
        """The figures that a rehearsal promises, one per line."""
        lost = self._lost()
        yield f"kills: {self.summary.kills}"
        yield f"acknowledged notes lost: {lost['notes']}"
        yield f"acknowledged check-ins lost: {lost['check_ins']}"
        for name, counted in self.records.items():
            yield f"acknowledged {name} lost: {lost[name]} of {counted['acknowledged']}"
        yield f"announcements duplicated: {self.summary.messages['duplicate']}"
        yield f"announcements missing: {self.summary.messages['missing']}"
        yield f"orphan channels: {len(self.orphans)}"
        yield f"invalid requests within ten minutes: at most {self.summary.requests['invalid_in_ten_minutes']}"
        yield f"integrity: {self.integrity}"
        yield f"closing pack: {'; '.join(self.pack) or 'sound'}"

    def _lost(self) -> dict[str, int]:
        counts = {"notes": self.summary.notes, "check_ins": self.summary.check_ins, **self.records}
        return {name: counted["acknowledged"] - counted["stored"] for name, counted in counts.items()}
