"""Check-in: the button under a session's announcement, /checkin, and the word that the chair says."""

from __future__ import annotations

from collections.abc import Iterable

from discord import app_commands
from discord.ext import commands

from bot.domain import discord_limits
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance, session_words
from bot.domain.attendance.attendance import CheckIn, CheckinRefusal
from bot.domain.people.roles import Role
from bot.domain.text import escape
from bot.hosting.client import WorkshopClient
from bot.hosting.context import Context
from bot.messages import post
from bot.messages.errors import UserError
from bot.platform.forms import line
from bot.platform.router import command, pressed, suggests


class CheckinCog(commands.Cog, description="Checking in"):
    """Handles check-ins, and shows the word of a session to moderators."""

    @command(Role.PARTICIPANT, "Say that you are here")
    @app_commands.describe(
        session="Which session, if more than one is open (the one under way, if you leave it out)",
        word="The word that the chair said, if the workshop asks for one",
    )
    async def checkin(self, context: Context, session: str | None = None, word: str | None = None) -> None:
        """Check in to the session named, else to the first open one that the person isn't checked in to."""
        await _check_in(context, session or await _likeliest(context), word)

    @suggests("session", checkin)
    async def suggest_sessions(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions that take check-ins now."""
        open_now = attendance.open_sessions(context.plan, context.now, _doors(context))
        return ((session.id, session.title[context.language]) for session in open_now)

    @pressed("checkin", Role.PARTICIPANT)
    async def press(self, context: Context, session_id: str, _mark: str = "") -> None:
        """Check in by a session's button, or by the help desk's, which names none; open the form for a word."""
        await _check_in(context, session_id or await _likeliest(context), None)

    @pressed("word", Role.PARTICIPANT)
    async def hear_word(self, context: Context, session_id: str) -> None:
        """Check in with the word from the form."""
        await _check_in(context, session_id, context.submitted()["word"])

    @command(Role.MODERATOR, "The word that the chair says aloud, by which participants check in")
    @app_commands.describe(session="Which session (the one under way or the next, if you leave it out)")
    async def word(self, context: Context, session: str | None = None) -> None:
        """Show a moderator the word of a session, in every language of the workshop."""
        plan = context.plan
        if not plan.attendance.word:
            context.refuse("refused.word.off")
        meant = next((coming for coming in _to_come(context) if session in {None, coming.id}), None)
        if meant is None:
            context.refuse("refused.word.unknown")
        words = context.workshop.programme.word(meant.id)
        shown = " · ".join(f"**{escape(words[code])}**" for code in plan.languages)
        await context.done(
            "word.told", title=_bold(meant, context.language), when=post.moment(meant.starts_at, "f"), words=shown
        )

    @suggests("session", word)
    async def suggest_sessions_to_come(self, context: Context) -> Iterable[tuple[str, str]]:
        """Suggest the sessions that count and are not over."""
        return ((session.id, session.title[context.language]) for session in _to_come(context))


def _bold(session: Session, language: str) -> str:
    return f"**{escape(session.title[language])}**"


def _doors(context: Context) -> attendance.Doors:
    return context.store.checkin_doors.by_hand


async def _likeliest(context: Context) -> str:
    """Return the first open session that the person isn't checked in to. Raises UserError if none is open."""
    plan = context.plan
    open_now = attendance.open_sessions(plan, context.now, _doors(context))
    if not open_now:
        coming = attendance.next_opening(plan, context.now, _doors(context))
        if coming is None:
            context.refuse("refused.checkin.no_more")
        context.refuse("refused.checkin.none_open", when=post.moment(attendance.checkin_opens_at(plan, coming), "f"))
    checked_in = await context.store.attendance.of(context.person.id)
    return next((session.id for session in open_now if session.id not in checked_in), open_now[0].id)


async def _check_in(context: Context, session_id: str, word: str | None) -> None:
    """Store a check-in, then confirm it: the answer is sent only once the check-in is stored."""
    plan = context.plan
    session = plan.agenda.find(session_id)
    if session is None:
        context.refuse("refused.checkin.unknown")
    refusal = attendance.checkin_refusal(plan, session, context.now, _doors(context))
    if refusal is not None:
        raise _refused(context, refusal, session)
    person = context.person
    mine = CheckIn(session.id, person.id, person.display_name, context.now)
    if not plan.attendance.word:
        kept = await context.store.attendance.check_in(mine)
    elif word is not None:
        kept = await _proven(context, mine, word, _bold(session, context.language))
    else:
        kept = (await context.store.attendance.of(person.id)).get(session.id)
    if kept is None:
        await _ask_for_word(context, session)
        return
    key = "checkin.done" if kept.since == context.now else "checkin.already"
    await context.done(key, title=_bold(session, context.language), when=post.moment(kept.since), zone=plan.zone)


async def _proven(context: Context, mine: CheckIn, typed: str, title: str) -> CheckIn:
    word = context.workshop.programme.word(mine.session)
    right = session_words.word_matches(typed, word, context.plan.languages)
    kept = await context.store.attendance.prove(
        mine, session_words.guess_hash(typed), right=right, tries=session_words.TRIES
    )
    if isinstance(kept, CheckIn):
        return kept
    if not kept:
        context.refuse("refused.word.spent", title=title)
    raise UserError("refused.word.wrong", n=kept)


async def _ask_for_word(context: Context, session: Session) -> None:
    if await context.store.attendance.tried(session.id, context.person.id) >= session_words.TRIES:
        context.refuse("refused.word.spent", title=_bold(session, context.language))
    field = (context.say("word.label"), context.say("word.hint"), line("word", discord_limits.OPTION_LABEL))
    await context.show_form(post.custom_id("word", session.id), context.say("word.heading"), [field])


def _to_come(context: Context) -> list[Session]:
    return [session for session in attendance.counted_sessions(context.plan) if session.ends_at > context.now]


def _refused(context: Context, refusal: CheckinRefusal, session: Session) -> UserError:
    opens = attendance.checkin_opens_at(context.plan, session)
    return UserError(
        f"refused.checkin.{refusal}",
        title=_bold(session, context.language),
        when=post.moment(session.ends_at if refusal is CheckinRefusal.OVER else opens, "f"),
    )


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CheckinCog())
