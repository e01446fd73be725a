"""The invitation to pledge, and the reminder months later."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.contributions.pledges import Pledge, PledgeState
from bot.domain.plan import Plan
from bot.domain.text import escape_within
from bot.messages.i18n import every, short_day
from bot.messages.post import Button, Lines, Post, custom_id, joined, label, left_out

#: Characters of one pledge in a list, and pledges in it.
_QUOTED, _LISTED = 200, 12
PLEDGE_SIGN = {PledgeState.DONE: "✅", PledgeState.UNDER_WAY: "🔧", PledgeState.NOT_YET: "⏳", None: "🤝"}


def pledge(plan: Plan, mark: str) -> Post:
    """The invitation to make a pledge, near the end of the workshop."""
    button = Button(custom_id("pledge", mark), label(plan.languages, "button.pledge"), primary=True)
    heading = f"## {joined(plan.languages, 'pledge.heading')}"
    return Post((heading, "\n".join(every(plan.languages, "pledge.line"))), (button,))


def follow_up(plan: Plan, months: int, pledged: Sequence[Pledge], mark: str) -> Post:
    """The reminder of the pledges, months after the workshop and without names; the first due, if they are many."""
    heading = f"## {joined(plan.languages, 'follow_up.heading')}"
    invitation = "\n".join(every(plan.languages, "follow_up.line", n=months))
    lines = [
        f"{PLEDGE_SIGN[entry.progress.state if entry.progress else None]} "
        f"{escape_within(' '.join(entry.text.split()), _QUOTED)} · "
        f"{short_day(plan.languages[0], entry.by)} {entry.by.year}"
        for entry in pledged[:_LISTED]
    ]
    if len(pledged) > len(lines):
        lines.append(left_out(len(pledged) - len(lines)))
    button = Button(custom_id("progress", str(months), mark), label(plan.languages, "button.progress"), primary=True)
    return Post((heading, invitation, Lines(lines)) if lines else (heading, invitation), (button,))
