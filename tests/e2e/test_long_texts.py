"""A plan whose messages are longer than Discord takes: they are posted, edited and readable all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.world import PLAN

if TYPE_CHECKING:
    from tests.e2e.world import World

_PROSE = "The administrations of the region share what they have learnt with disruptive technologies. " * 40


def _session(number: int) -> str:
    start, end = (f"{8 + minutes // 60:02}:{minutes % 60:02}" for minutes in (30 * number, 30 * number + 25))
    title = (
        f"{{en: Session {number} on the mutual recognition of authorised operators in all of the region, "
        f"fr: Séance {number} sur la reconnaissance mutuelle des opérateurs agréés dans toute la région, "
        f"ar: الجلسة {number} حول الاعتراف المتبادل بالمشغلين الاقتصاديين المعتمدين في المنطقة}}"
    )
    return (
        f'      - {{id: s{number}, kind: discussion, start: "{start}", end: "{end}", topic: ledgers, title: {title}}}\n'
    )


@pytest.fixture
def written_plan() -> str:
    head, tail = PLAN.split("days:\n")
    head = head.replace(
        "{en: Two days of trying out, fr: Deux jours pour essayer, ar: يومان من التجارب}",
        f'{{en: "{_PROSE}", fr: "{_PROSE.upper()}", ar: "{_PROSE.lower()}"}}',
    )
    sessions = "".join(map(_session, range(14)))
    return f"{head}days:\n  - date: 2023-03-25\n    sessions:\n{sessions}{tail[tail.index('announcements:') :]}"


async def test_a_long_day_is_announced_and_kept_true(workshop: World) -> None:
    """Every session has its line, in every language, and one that is added at noon too."""
    await workshop.until("2023-03-25 08:01")
    (agenda,) = workshop.messages("agenda")
    assert [f"Session {number} on" in agenda.text for number in range(14)] == [True] * 14
    assert [f"الجلسة {number} " in agenda.text for number in range(14)] == [True] * 14
    shown = await workshop.moderator.slash(
        workshop.channel("announcements"),
        "session add",
        title="Clinic " + "x" * 60,
        when="2023-03-25 16:00",
        minutes=30,
    )
    done = await workshop.press_in(workshop.moderator, shown, "announcements", "agree:")
    assert done.text.startswith("✅")
    await workshop.until("2023-03-25 08:31")
    (agenda,) = workshop.messages("agenda")
    assert "Clinic" in agenda.text
    assert "✅ <t:" in agenda.text
    day = next(button for button in agenda.custom_ids if button.startswith("day:"))
    answer = await workshop.amina.press(agenda.id, workshop.channel("agenda"), day)
    assert "Session 13 on the mutual recognition of authorised operators in all of the region" in answer.text


async def test_a_long_description_leaves_the_welcome_its_button(workshop: World) -> None:
    """And another that shows all of it, to who sees the message; `check` says what is shortened."""
    await workshop.settle()
    (welcome,) = workshop.messages("welcome")
    assert welcome.custom_ids[0].startswith("join:")
    assert "What is kept" in welcome.text
    assert _PROSE[:200] in welcome.text
    assert _PROSE.strip() not in welcome.text
    whole = next(button for button in welcome.custom_ids if button.startswith("whole:"))
    answer = await workshop.amina.press(welcome.id, workshop.channel("welcome"), whole)
    assert _PROSE.strip() in answer.text
    checked = await workshop.plenary("check", str(workshop.folder / "plan.yaml"))
    assert checked.code == 0
    assert "it is shortened, and a button shows all of it" in checked.out.decode() + checked.err
