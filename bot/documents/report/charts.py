"""Charts as SVG, pure functions of values and words. Mirrored for languages written from right to left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.sax.saxutils import escape, quoteattr

from bot.domain.text import writable

#: The picture's width in SVG units; the renderer scales it to the text width.
WIDTH = 720
FONT = "IBM Plex Sans Arabic"

NAVY, TEAL, AMBER, RED, SKY = "#0b3c6f", "#1f8a70", "#d9982b", "#b8463c", "#9dbbd8"
_INK, _SOFT, _GRID, _BAND = "#1d2733", "#5c6b7a", "#dde3ea", "#eef2f7"
_BAR, _GAP, _LEGEND, _LABELS, _LETTER = 22, 14, 30, 200, 6.6


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """One colour of a chart: a number for each of its rows."""

    name: str
    colour: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the horizontal axis."""

    begin: float
    end: float
    name: str


class _Canvas:
    """SVG elements with their positions: a mirrored canvas counts x from the right."""

    def __init__(self, height: float, *, mirrored: bool) -> None:
        self._height = height
        self._mirrored = mirrored
        self._elements: list[str] = []

    def x(self, x: float, width: float = 0) -> float:
        return round(WIDTH - x - width if self._mirrored else x, 1)

    def rect(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._elements.append(
            f'<rect x="{self.x(x, width)}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
        (x1, y1), (x2, y2) = start, end
        self._elements.append(
            f'<line x1="{self.x(x1)}" y1="{y1:.1f}" x2="{self.x(x2)}" y2="{y2:.1f}" stroke="{colour}"/>'
        )

    def area(self, points: Sequence[tuple[float, float]], base: float) -> None:
        """Draw a line and fill the area between it and the base."""
        traced = " ".join(f"{self.x(x)},{y:.1f}" for x, y in points)
        closed = f"{self.x(points[0][0])},{base:.1f} {traced} {self.x(points[-1][0])},{base:.1f}"
        self._elements += [
            f'<polygon points="{closed}" fill="{SKY}" fill-opacity="0.55"/>',
            f'<polyline points="{traced}" fill="none" stroke="{NAVY}" stroke-width="2" stroke-linejoin="round"/>',
        ]

    def write(  # noqa: PLR0913 - where, what and how
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        colour: str = _SOFT,
        size: int = 12,
        weight: int = 400,
    ) -> None:
        """`anchor`: start, middle or end in the direction of reading."""
        if self._mirrored:
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        self._elements.append(
            f'<text x="{self.x(x)}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
            f' fill="{colour}">{escape(writable(words))}</text>'
        )

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self._height:g}"'
            f' viewBox="0 0 {WIDTH} {self._height:g}" font-family={quoteattr(FONT)}>{"".join(self._elements)}</svg>'
        )


def bars(rows: Sequence[str], series: Sequence[ChartSeries], *, stacked: bool, mirrored: bool) -> str:
    """Horizontal bars, a row for each name: the series stacked, or one below the other.

    Each bar shows its number if it fits, and each stack its total; zero has no bar.
    """
    lanes = 1 if stacked else len(series)
    lane = _BAR if stacked else _BAR - 5
    tall = lanes * lane + _GAP
    canvas = _Canvas(_LEGEND + len(rows) * tall + 4, mirrored=mirrored)
    _legend(canvas, series)
    totals = [
        sum(s.values[n] for s in series) if stacked else max(s.values[n] for s in series) for n in range(len(rows))
    ]
    scale = (WIDTH - _LABELS - 50) / max(1, *totals)
    for number, name in enumerate(rows):
        top = _LEGEND + number * tall
        for at, line in enumerate(lines := wrapped(name, int(_LABELS / _LETTER) - 1)):
            middle = top + lanes * lane / 2 + 4 + (at - (len(lines) - 1) / 2) * 14
            canvas.write(_LABELS - 12, middle, line, anchor="end", colour=_INK)
        values = [s.values[number] for s in series]
        starts = [0, *accumulate(values)] if stacked else [0] * len(values)
        for at, (value, start, entry) in enumerate(zip(values, starts, series, strict=False)):
            if value:
                y = top + (0 if stacked else at * lane)
                _bar(
                    canvas,
                    (_LABELS + start * scale, y),
                    (value * scale, lane - (0 if stacked else 2)),
                    value,
                    entry.colour,
                )
        if stacked and totals[number]:
            canvas.write(_LABELS + totals[number] * scale + 8, top + lane / 2 + 4, str(totals[number]), weight=600)
    return canvas.svg()


def _bar(canvas: _Canvas, place: tuple[float, float], size: tuple[float, float], value: int, colour: str) -> None:
    (x, y), (width, height) = place, size
    canvas.rect(x, y, width, height, colour)
    label = str(value)
    pale = colour == SKY
    if width > _LETTER * len(label) + 8:
        canvas.write(x + width / 2, y + height / 2 + 4, label, anchor="middle", colour=_INK if pale else "#ffffff")


def _legend(canvas: _Canvas, series: Iterable[ChartSeries]) -> None:
    x = float(0)
    for entry in series:
        canvas.rect(x, 2, 12, 12, entry.colour)
        canvas.write(x + 18, 12.5, entry.name, colour=_INK)
        x += 18 + len(entry.name) * _LETTER + 24


def profile(
    points: Sequence[tuple[float, int]],
    bands: Sequence[Band],
    label: Callable[[float], str],
    *,
    mirrored: bool,
) -> str:
    """An area chart of a number along an axis, over named bands; `label` formats a position on the axis.

    Points and bands use the same axis and any unit, in ascending order.
    """
    left, right, top, height = 40.0, 12.0, 26.0, 130.0
    base = top + height
    begin, end = points[0][0], points[-1][0]
    most = ceiling(max(value for _, value in points))
    canvas = _Canvas(base + 24, mirrored=mirrored)

    def across(at: float) -> float:
        return left + (min(max(at, begin), end) - begin) / ((end - begin) or 1) * (WIDTH - left - right)

    for band in bands:
        x, width = across(band.begin), across(band.end) - across(band.begin)
        canvas.rect(x + 0.5, top - 20, max(0.0, width - 1), height + 20, _BAND)
        canvas.write(x + width / 2, top - 7, band.name, anchor="middle", size=11)
    for part in range(3):
        value = most * part // 2
        y = base - height * part / 2
        canvas.line((left, y), (WIDTH - right, y), _GRID)
        canvas.write(left - 8, y + 4, str(value), anchor="end", size=11)
    canvas.area([(across(at), base - height * value / most) for at, value in points], base)
    for at in _apart((band.begin for band in bands), across):
        canvas.write(across(at), base + 17, label(at), anchor="middle", size=11)
    return canvas.svg()


def _apart(places: Iterable[float], across: Callable[[float], float]) -> Iterator[float]:
    """The places whose labels don't overlap."""
    last = float("-inf")
    for place in sorted(set(places)):
        if across(place) - last >= 44:  # noqa: PLR2004 - as wide as 00:00 and a blank on both sides
            last = across(place)
            yield place


def ceiling(value: int) -> int:
    """The smallest suitable axis maximum not below a value: 2, 4, 6, 8, 10, 20, 40 and so on."""
    steps = (size * 10**power for power in range(12) for size in (2, 4, 6, 8, 10))
    return next(step for step in steps if step >= max(1, value))


def wrapped(name: str, most: int) -> list[str]:
    """A name wrapped into at most two lines of `most` characters; cut with `…` if necessary."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:  # noqa: PLR2004 - see above
        lines = [lines[0], " ".join(lines[1:])]
    return [line if len(line) <= most else line[: most - 1].rstrip() + "…" for line in lines]
