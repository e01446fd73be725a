"""The plan: the workshop as its organisers wrote it.

`references`, `fields`, `entries`, `rules` and `written_plan` are its schema, `plan` is what the rest of the bot asks of
it. Other rooms need only the names below.
"""

from bot.domain.plan.entries import RoomKind
from bot.domain.plan.plan import Plan
from bot.domain.plan.references import PLENARY

__all__ = ["PLENARY", "Plan", "RoomKind"]
