"""Charts: pictures that any program reads, whose lengths are the numbers, mirrored as a whole or not at all."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bot.documents.report.charts import NAVY, TEAL, WIDTH, Band, ChartSeries, bars, ceiling, profile, wrapped

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60)
COUNTS = st.integers(0, 500)
CHARTS = st.lists(st.tuples(NAMES, COUNTS, COUNTS), min_size=1, max_size=6)
Rects = list[tuple[str, float, float]]


def drawn(rows: list[tuple[str, int, int]], *, stacked: bool, mirrored: bool) -> ET.Element:
    series = [
        ChartSeries("one", NAVY, [one for _, one, _ in rows]),
        ChartSeries("<two>", TEAL, [two for _, _, two in rows]),
    ]
    return ET.fromstring(bars([name for name, _, _ in rows], series, stacked=stacked, mirrored=mirrored))  # noqa: S314 - ours


def rects(picture: ET.Element, colour: str) -> list[tuple[float, float]]:
    """Place and width of the bars of a colour, without the legend's box."""
    found = [one for one in picture if one.tag.endswith("rect") and one.get("fill") == colour]
    return [(float(one.get("x", "")), float(one.get("width", ""))) for one in found[1:]]


@given(CHARTS, st.booleans())
def test_bars_are_as_long_as_their_numbers_and_none_is_there_for_nothing(
    rows: list[tuple[str, int, int]],
    stacked: bool,  # noqa: FBT001 - drawn
) -> None:
    picture = drawn(rows, stacked=stacked, mirrored=False)
    for colour, values in ((NAVY, [one for _, one, _ in rows]), (TEAL, [two for _, _, two in rows])):
        widths = [width for _, width in rects(picture, colour)]
        shown = [value for value in values if value]
        assert len(widths) == len(shown)
        unit = (WIDTH - 250) / max(1, *(one + two if stacked else max(one, two) for _, one, two in rows))
        assert all(abs(width - value * unit) <= 0.1 for width, value in zip(widths, shown, strict=True))
        assert all(x >= 0 and x + width <= WIDTH for x, width in rects(picture, colour))


@given(CHARTS, st.booleans())
def test_a_mirrored_chart_is_the_same_seen_in_a_mirror(rows: list[tuple[str, int, int]], stacked: bool) -> None:  # noqa: FBT001 - drawn
    plain, mirrored = (drawn(rows, stacked=stacked, mirrored=way) for way in (False, True))
    for (x, width), (other, same) in zip(rects(plain, NAVY), rects(mirrored, NAVY), strict=True):
        assert width == same
        assert abs(x + width + other - WIDTH) <= 0.2


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=100), NAMES, st.booleans())
def test_a_profile_stays_within_its_picture(values: list[int], name: str, mirrored: bool) -> None:  # noqa: FBT001 - drawn
    picture = ET.fromstring(  # noqa: S314 - ours
        profile(list(enumerate(values)), [Band(0, 1, name)], lambda at: f"{at:g}", mirrored=mirrored)
    )
    (line,) = [one for one in picture if one.tag.endswith("polyline")]
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    assert len(points) == len(values)
    assert all(0 <= x <= WIDTH and 0 <= y <= float(picture.get("height", "")) for x, y in points)
    # The higher the number, the nearer to the top.
    assert all(
        (y1 <= y2) or v1 <= v2 for (_, y1), (_, y2), v1, v2 in zip(points, points[1:], values, values[1:], strict=False)
    )


@given(st.integers(0, 10**9))
def test_an_axis_ends_at_an_even_number_not_much_above_its_values(value: int) -> None:
    end = ceiling(value)
    assert end >= value
    assert end % 2 == 0
    assert end <= max(2, 2 * value)


@given(NAMES, st.integers(5, 30))
def test_a_name_has_at_most_two_lines_that_fit(name: str, most: int) -> None:
    lines = wrapped(name, most)
    assert 1 <= len(lines) <= 2
    assert all(len(line) <= most for line in lines)
