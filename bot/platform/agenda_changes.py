"""Changes of the agenda for moderators: applied with an undo button, or refused with a sentence."""

from __future__ import annotations

from datetime import datetime

from bot.domain.agenda.reschedule import ChangeError
from bot.domain.text import escape
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.messages.post import Button, Post, custom_id, label
from bot.platform.answers import DONE
from bot.store.agenda_changes import ChangedMeanwhileError, TooLateError
from bot.store.plan_in_force import PlanInForce


def change_refused(objection: ChangeError, language: str) -> UserError:
    """Return the refusal that says why the agenda can't be changed so."""
    title = escape(objection.session.title[language]) if objection.session else ""
    return UserError(f"refused.session.{objection.reason}", title=f"**{title}**")


async def carry_out(programme: PlanInForce, change_id: str, who: int, now: datetime, language: str) -> Post:
    """Apply a proposed change; return the answer, with an undo button. Raises UserError."""
    try:
        change = await programme.apply(change_id, who, now)
    except ChangedMeanwhileError as meanwhile:
        raise _meanwhile(meanwhile, language) from None
    except TooLateError:
        raise UserError("refused.session.proposal_too_old") from None
    except LookupError:
        raise UserError("refused.gone") from None
    undo = Button(custom_id("undo", change.id), label((language,), "button.undo"))
    return Post((f"{DONE} {text(language, 'session.done')}",), (undo,))


async def take_back(programme: PlanInForce, change_id: str, who: int, now: datetime, language: str) -> Post:
    """Undo a change; return the answer. Raises UserError."""
    try:
        await programme.undo(change_id, who, now)
    except ChangedMeanwhileError as meanwhile:
        raise _meanwhile(meanwhile, language) from None
    except TooLateError:
        raise UserError("refused.session.undo_too_late") from None
    except LookupError:
        raise UserError("refused.gone") from None
    return Post((f"{DONE} {text(language, 'session.undone')}",))


def _meanwhile(meanwhile: ChangedMeanwhileError, language: str) -> UserError:
    title = f"**{escape(meanwhile.session.title[language])}**"
    if meanwhile.by is None:
        return UserError("refused.session.meanwhile", title=title)
    return UserError("refused.session.meanwhile_by", title=title, who=f"<@{meanwhile.by.author}>")
