"""How the cast rates the sessions that they attend: about half of them do, each in their own language."""

from __future__ import annotations

import random

from bot.domain.contributions.feedback import SCALE
from bot.rehearsal.cast.script import CastMember

_SHARE = 0.5
_USEFUL, _PACE = (5, 5, 3, 1, 1), {"slow": 1, "right": 6, "fast": 2}
_REMARKS = {
    "en": (
        "",
        "Keep the live demonstration.",
        "=More time for questions",
        "Send the slides *before*",
    ),
    "fr": ("", "Garder les exemples concrets.", "Parler plus lentement", "Moins de sigles @here !"),
    "ar": ("", "أبقوا على الأمثلة العملية.", "نحتاج إلى وقت أطول للأسئلة.", "الترجمة الفورية ممتازة 👏"),
}


def rating(member: CastMember, session: str, seed: int) -> tuple[dict[str, str], float] | None:
    """What somebody fills in, and how many minutes after the session's end; None if they don't rate it."""
    chance = random.Random(f"{seed}/{member.id}/{session}/rating")  # noqa: S311 - a rehearsal, seeded
    if chance.random() >= _SHARE:
        return None
    typed = {
        "useful": chance.choices(SCALE, _USEFUL)[0],
        "pace": chance.choices(tuple(_PACE), tuple(_PACE.values()))[0],
        "remark": chance.choice(_REMARKS[member.language]),
    }
    return typed, chance.uniform(0.3, 20)
