"""Checking in: the button under a session's announcement, /checkin, and the word that the chair says."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.app import Workshop, WorkshopClient
from bot.domain import limits
from bot.domain.agenda.sessions import Session
from bot.domain.attendance import attendance, session_words
from bot.domain.attendance.attendance import CheckIn, CheckinRefusal
from bot.domain.people.access import Role
from bot.domain.text import escape
from bot.messages import post
from bot.messages.errors import UserError
from bot.messages.i18n import text
from bot.platform.answers import DONE, answer, suggestions
from bot.platform.client import needs
from bot.platform.forms import form, line
from bot.platform.interactions import Interaction, submitted
from bot.platform.router import pressed


class CheckinCog(commands.Cog, description="Checking in"):
    """Checking in."""

    def __init__(self, client: WorkshopClient) -> None:
        self._parts: Workshop = client.parts

    @needs(Role.PARTICIPANT)
    @app_commands.command(description="Say that you are here")
    @app_commands.describe(
        session="Which session, if more than one is open (the one under way, if you leave it out)",
        word="The word that the chair said, if the workshop asks for one",
    )
    async def checkin(self, interaction: Interaction, session: str | None = None, word: str | None = None) -> None:
        """Check in to the session named, else to the first open one that the person isn't checked in to."""
        await self._check_in(interaction, session or await self._meant(interaction.user.id), word)

    @checkin.autocomplete("session")
    async def suggest_sessions(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that take check-ins now."""
        language = self._parts.access.language(interaction)
        open_now = attendance.open_sessions(self._parts.plan, self._parts.clock.now(), self._doors)
        return suggestions(typed, ((session.id, session.title[language]) for session in open_now))

    @property
    def _doors(self) -> attendance.Doors:
        return self._parts.store.checkin_doors.by_hand

    async def _meant(self, person: int) -> str:
        plan, now = self._parts.plan, self._parts.clock.now()
        open_now = attendance.open_sessions(plan, now, self._doors)
        if not open_now:
            coming = attendance.next_opening(plan, now, self._doors)
            if coming is None:
                raise UserError("refused.checkin.no_more")
            raise UserError(
                "refused.checkin.none_open", when=post.moment(attendance.checkin_opens_at(plan, coming), "f")
            )
        there = await self._parts.store.attendance.of(person)
        return next((session.id for session in open_now if session.id not in there), open_now[0].id)

    @pressed("checkin", Role.PARTICIPANT)
    async def press(self, interaction: Interaction, session_id: str, _mark: str = "") -> None:
        """The button; where the workshop asks for a word, it opens the form for it."""
        await self._check_in(interaction, session_id, None)

    @pressed("word", Role.PARTICIPANT)
    async def hear_word(self, interaction: Interaction, session_id: str) -> None:
        """The form, sent."""
        await self._check_in(interaction, session_id, submitted(interaction)["word"])

    async def _check_in(self, interaction: Interaction, session_id: str, word: str | None) -> None:
        """Keep a check-in, then say so: whoever hears it can rely on it."""
        plan, now = self._parts.plan, self._parts.clock.now()
        session = plan.agenda.find(session_id)
        if session is None:
            raise UserError("refused.checkin.unknown")
        language = self._parts.access.language(interaction)
        refusal = attendance.checkin_refusal(plan, session, now, self._doors)
        if refusal is not None:
            raise self._refused(refusal, session, language)
        person = interaction.user
        mine = CheckIn(session.id, person.id, person.display_name, now)
        if not plan.attendance.word:
            kept = await self._parts.store.attendance.check_in(mine)
        elif word is not None:
            kept = await self._proven(mine, word, _bold(session, language))
        else:
            kept = (await self._parts.store.attendance.of(person.id)).get(session.id)
        if kept is None:
            await self._ask_for_word(interaction, session, language)
            return
        key = "checkin.done" if kept.since == now else "checkin.already"
        told = text(language, key, title=_bold(session, language), when=post.moment(kept.since), zone=plan.zone)
        await answer(interaction, f"{DONE} {told}")

    async def _proven(self, mine: CheckIn, typed: str, title: str) -> CheckIn:
        word = self._parts.programme.word(mine.session)
        right = session_words.word_matches(typed, word, self._parts.plan.languages)
        kept = await self._parts.store.attendance.prove(
            mine, session_words.guess_hash(typed), right=right, tries=session_words.TRIES
        )
        if isinstance(kept, CheckIn):
            return kept
        if kept:
            raise UserError("refused.word.wrong", n=kept)
        raise UserError("refused.word.spent", title=title)

    async def _ask_for_word(self, interaction: Interaction, session: Session, language: str) -> None:
        if await self._parts.store.attendance.tried(session.id, interaction.user.id) >= session_words.TRIES:
            raise UserError("refused.word.spent", title=_bold(session, language))
        field = (text(language, "word.label"), text(language, "word.hint"), line("word", limits.OPTION_LABEL))
        shown = form(post.custom_id("word", session.id), text(language, "word.heading"), [field])
        await interaction.response.send_modal(shown)

    @needs(Role.MODERATOR)
    @app_commands.command(description="The word that the chair says aloud, by which participants check in")
    @app_commands.describe(session="Which session (the one under way or the next, if you leave it out)")
    async def word(self, interaction: Interaction, session: str | None = None) -> None:
        """Tell a moderator the word of a session, in every language of the workshop."""
        plan = self._parts.plan
        if not plan.attendance.word:
            raise UserError("refused.word.off")
        meant = next((each for each in self._to_come() if session in {None, each.id}), None)
        if meant is None:
            raise UserError("refused.word.unknown")
        language = self._parts.access.language(interaction)
        said = self._parts.programme.word(meant.id)
        shown = " · ".join(f"**{escape(said[each])}**" for each in plan.languages)
        told = text(
            language, "word.told", title=_bold(meant, language), when=post.moment(meant.starts_at, "f"), words=shown
        )
        await answer(interaction, f"{DONE} {told}")

    @word.autocomplete("session")
    async def suggest_sessions_to_come(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The sessions that are not over and count."""
        language = self._parts.access.language(interaction)
        return suggestions(typed, ((session.id, session.title[language]) for session in self._to_come()))

    def _to_come(self) -> list[Session]:
        now = self._parts.clock.now()
        return [session for session in attendance.counted_sessions(self._parts.plan) if session.ends_at > now]

    def _refused(self, refusal: CheckinRefusal, session: Session, language: str) -> UserError:
        opens = attendance.checkin_opens_at(self._parts.plan, session)
        return UserError(
            f"refused.checkin.{refusal}",
            title=_bold(session, language),
            when=post.moment(session.ends_at if refusal is CheckinRefusal.OVER else opens, "f"),
        )


def _bold(session: Session, language: str) -> str:
    return f"**{escape(session.title[language])}**"


async def setup(client: WorkshopClient) -> None:
    """Called by discord.py when the module is loaded."""
    await client.take_up(CheckinCog(client))
