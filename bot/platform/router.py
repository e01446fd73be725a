"""Everything pressed: one router from custom ids to handlers, one access check, one error answer.

Nothing pressed depends on this process having sent it: a custom id is `kind:arguments`, so a message of any age
works after any restart. (discord.py's own views and modals live in memory and are forgotten.)
"""

from __future__ import annotations

import errno
import io
import logging
import secrets
import socket
import sqlite3
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from inspect import Parameter, signature
from itertools import islice
from typing import Any, TypeVar, cast

import aiohttp
import discord
from discord import app_commands

from bot.domain import limits, local_time
from bot.domain.people.access import EntryRules, Home, Role, refusal
from bot.domain.people.rates import Act, Limiter
from bot.domain.plan import Plan
from bot.domain.text import blank, clean, fold, measure, shorten, shorten_markdown
from bot.messages.fitting import fitted, pages
from bot.messages.i18n import text
from bot.messages.post import Button, Post, moment

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Handler = Callable[..., Awaitable[None]]
H = TypeVar("H", bound=Handler)
Value = TypeVar("Value", str, int)

#: What is limited apart from presses and commands.
_ACTS = {discord.InteractionType.autocomplete: Act.SUGGEST, discord.InteractionType.modal_submit: Act.WRITE}

#: In front of every answer, so that it can be told at a glance.
DONE, REFUSED = "✅", "⚠️"
#: Characters of one value in a refusal.
_VALUE = 500
#: Messages that one answer may take.
_PAGES = 8


class UserError(Exception):
    """An action that can't be taken, and the sentence (a key of the catalogues) that says what to do instead."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        # What others wrote, such as an error's text, may be as long as a page of HTML.
        self.values = {
            name: shorten_markdown(value, _VALUE) if isinstance(value, str) else value for name, value in values.items()
        }


class TooOftenError(UserError):
    """Somebody does too much in a short time. What they typed into a form goes back to them."""


# --- posts as Discord has them ---------------------------------------------------------------------------------


def layout(post: Post, mark: int | None = None) -> discord.ui.LayoutView:
    """A post as Discord's components (V2), within Discord's limits.

    `mark`: the id of the component that holds its text, where it needs one.
    """
    post = fitted(post)
    container: discord.ui.Container[Any] = discord.ui.Container(id=mark)
    for index, block in enumerate(post.blocks):
        if index:
            container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(block))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    for first in range(0, len(post.buttons), limits.ROW_BUTTONS):
        row = post.buttons[first : first + limits.ROW_BUTTONS]
        view.add_item(discord.ui.ActionRow(*(_button(button) for button in row)))
    return forgotten(view)


def allowed_mentions(post: Post) -> discord.AllowedMentions:
    """Whom a post notifies: nobody, whatever was typed, but the one role that it was written to."""
    if post.notifies is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(
        everyone=False, users=False, roles=[discord.Object(post.notifies)], replied_user=False
    )


def _button(button: Button) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.primary if button.primary else discord.ButtonStyle.secondary
    return discord.ui.Button(style=style, label=button.label, custom_id=button.custom_id)


V = TypeVar("V", discord.ui.LayoutView, discord.ui.Modal)


def forgotten(view: V) -> V:
    """The view, which discord.py won't keep in memory: the router answers whatever is pressed in it."""
    view.stop()
    return view


async def answer(interaction: Interaction, post: Post | str, *files: discord.File) -> None:
    """Answer the one person who pressed or typed, with files where there are any; nobody else sees it.

    What one message doesn't hold goes on in the next, and buttons and files come under the last. What even `_PAGES`
    don't hold is shortened, and comes whole as a file.
    """
    if (
        isinstance(post, str)
        and not files
        and not interaction.response.is_done()
        and measure(post) <= limits.PLAIN_TEXT
    ):
        # A sentence alone needs no layout: to make one takes a fifth of what a storm costs.
        await interaction.response.send_message(post, ephemeral=True, suppress_embeds=True)
        return
    post = Post((post,)) if isinstance(post, str) else post
    answers = pages(post)
    if len(answers) > _PAGES:
        whole = "\n\n".join(post.blocks).encode("utf-8", "replace")
        answers, files = (post,), (*files, discord.File(io.BytesIO(whole), filename="answer.md"))
    await _send(interaction, answers, files)


async def answer_all(interaction: Interaction, posts: Iterable[Post]) -> None:
    """Answer with several posts, each with its own buttons."""
    await _send(interaction, [page for post in posts for page in pages(post)])


async def _send(interaction: Interaction, answers: Sequence[Post], files: Sequence[discord.File] = ()) -> None:
    for number, page in enumerate(answers, start=1):
        view = layout(page)
        enclosed = files if number == len(answers) else ()
        for file in enclosed:
            view.add_item(discord.ui.File(file))  # NOTE: beside components, Discord shows only the files that one names
        if number > 1:
            await interaction.followup.send(view=view, files=enclosed, ephemeral=True)
        elif interaction.response.is_done():
            await interaction.edit_original_response(content=None, view=view, attachments=enclosed)
        else:
            await interaction.response.send_message(view=view, files=enclosed, ephemeral=True)


def suggestions(typed: object, named: Iterable[tuple[Value, str]]) -> list[app_commands.Choice[Value]]:
    """What fits what was typed, of (value, name), case and accents forgiven; as many and as long as Discord shows."""
    fitting = ((value, name) for value, name in named if fold(str(typed)) in fold(name))
    return [
        app_commands.Choice(name=option_label(name), value=value) for value, name in islice(fitting, limits.OPTIONS)
    ]


def option_label(name: str) -> str:
    """A name as a select or an autocomplete shows it: Discord takes none that is empty."""
    return "…" if blank(name) else shorten(clean(name), limits.OPTION_LABEL)


def parse_local_time(typed: str, now: datetime, plan: Plan) -> datetime:
    """The instant (UTC) that somebody means by a wall time of the workshop's zone. Raises UserError."""
    try:
        return local_time.parse(typed, now, plan.tz)
    except local_time.LocalTimeError as unclear:
        choices = " / ".join(f"{choice.astimezone(plan.tz):%H:%M (UTC%z)}" for choice in unclear.choices)
        raise UserError(
            f"refused.when.{unclear.args[0]}",
            typed=f"“{clean(shorten(typed, 100))}”",
            zone=plan.zone,
            now=f"{now.astimezone(plan.tz):%Y-%m-%d %H:%M}",
            choices=choices,
        ) from None


# --- forms -----------------------------------------------------------------------------------------------------


def submitted(interaction: Interaction) -> dict[str, str]:
    """Return what was typed and chosen in a form, cleaned, by the custom id of each field."""
    data = cast("Mapping[str, Any]", interaction.data)
    fields = [row.get("component") for row in data["components"]]
    return {field["custom_id"]: clean(_value(field)) for field in fields if field}


def clean_options(options: Iterable[dict[str, Any]]) -> None:
    """Clean the text options of a command, before discord.py hands them to it.

    Raises UserError for one in which nothing can be read: Discord's least length counted what was left out.
    """
    for option in options:
        clean_options(option.get("options", ()))
        if isinstance(option.get("value"), str):
            option["value"] = clean(option["value"])
            if not option["value"] and not option.get("focused"):
                raise UserError("refused.option", option=option["name"])


def _value(field: Mapping[str, Any]) -> str:
    if "values" in field:
        return next(iter(field["values"]), "")
    return field.get("value") or ""


Field = discord.ui.TextInput[discord.ui.Modal] | discord.ui.Select[discord.ui.Modal]


def form(custom_id: str, heading: str, fields: Iterable[tuple[str, str | None, Field]]) -> discord.ui.Modal:
    """A form of fields, each with its label and a hint."""
    made = discord.ui.Modal(title=shorten(heading, limits.MODAL_TITLE), custom_id=custom_id, timeout=None)
    for label, hint, field in fields:
        made.add_item(
            discord.ui.Label[discord.ui.Modal](
                text=shorten(label, limits.MODAL_LABEL),
                description=shorten(hint, limits.MODAL_DESCRIPTION) if hint else None,
                component=field,
            )
        )
    return forgotten(made)


def paragraph(name: str, typed: str = "", *, limit: int = limits.TEXT_INPUT, required: bool = True) -> Field:
    """A field for a text of several lines."""
    return _input(name, discord.TextStyle.paragraph, typed, limit, required=required)


def line(name: str, limit: int, typed: str = "", *, required: bool = True, placeholder: str | None = None) -> Field:
    """A field for a text of one line."""
    return _input(name, discord.TextStyle.short, typed, limit, required=required, placeholder=placeholder)


def _input(  # noqa: PLR0913 - one parameter a part of it
    name: str, style: discord.TextStyle, typed: str, limit: int, *, required: bool, placeholder: str | None = None
) -> Field:
    filled_in = shorten(typed, limits.TEXT_INPUT)
    return discord.ui.TextInput(
        custom_id=name,
        style=style,
        default=filled_in or None,
        required=required,
        placeholder=placeholder,
        # What was taken once fits again, even where it is counted in another way.
        max_length=max(limit, measure(filled_in)),
    )


def choices(name: str, offered: Iterable[tuple[str, str]], chosen: str = "", *, required: bool = True) -> Field:
    """A field in which one of some (value, label) is chosen: as many as Discord shows, the chosen one among them."""
    labels = dict(offered)
    shown = list(labels)[: limits.OPTIONS]
    if chosen in labels and chosen not in shown:
        shown[-1] = chosen
    return discord.ui.Select(
        custom_id=name,
        required=required,
        min_values=int(required),
        options=[
            discord.SelectOption(label=option_label(labels[value]), value=value, default=value == chosen)
            for value in shown
        ],
    )


@asynccontextmanager
async def given_back(interaction: Interaction, language: str, words: str) -> AsyncGenerator[None, None]:
    """What somebody typed and what can't be kept inside goes back to them with the reason, as a file.

    A message might be too short for it.
    """
    try:
        yield
    except (UserError, sqlite3.Error) as failure:
        refusal = failure if isinstance(failure, UserError) else UserError("refused.not_kept")
        if refusal is not failure:
            log.exception("What was sent with %s could not be kept; it goes back", _what(interaction))
        reason = text(language, refusal.key, **refusal.values)
        file = discord.File(io.BytesIO(words.encode()), filename="text.txt")
        await answer(interaction, f"{REFUSED} {reason}", file)


def typed_in(interaction: Interaction) -> str:
    """What somebody wrote in a form, or as prose behind a command, which they may want back."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    if interaction.type is discord.InteractionType.modal_submit:
        fields: list[Mapping[str, Any]] = [row["component"] for row in data["components"] if "component" in row]
        typed: list[Any] = [field["value"] for field in fields if field.get("value")]
    else:
        typed = [value for value in _options(data) if isinstance(value, str) and " " in value.strip()]
    return "\n\n".join(typed)


def _options(data: Mapping[str, Any]) -> Iterator[Any]:
    """The values behind a command, those behind its subcommand included."""
    for option in data.get("options", ()):
        yield option.get("value")
        yield from _options(option)


# --- the router ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """What answers a kind of custom id, and who may use it."""

    handler: Handler
    role: Role
    takes: range
    """How many arguments it takes."""
    doors: EntryRules


def pressed(kind: str, role: Role, *, private: bool = False, before_setup: bool = False) -> Callable[[H], H]:
    """Mark a cog's method as what answers custom ids of that kind. It gets the interaction and the arguments.

    See Doors for `private` and `before_setup`. In a direct message, whoever has it may press it.
    """

    def mark(handler: H) -> H:
        handler.__plenary_press__ = (kind, role, EntryRules(private, before_setup))  # pyright: ignore[reportFunctionMemberAccess]
        return handler

    return mark


class Router:
    """Custom ids to handlers, for buttons, selects and forms alike."""

    def __init__(self, access: Access) -> None:
        self.entries: dict[str, Route] = {}
        self._access = access

    def add(self, cog: object) -> None:
        """Take up the marked methods of a cog."""
        for name in dir(type(cog)):
            marked = getattr(getattr(type(cog), name), "__plenary_press__", None)
            if marked:
                kind, role, doors = marked
                handler = getattr(cog, name)
                self.entries[kind] = Route(handler, role, _taken(handler), doors)

    def _entry(self, kind: str) -> Route:
        if kind not in self.entries:
            raise UserError("refused.gone")
        return self.entries[kind]

    async def route(self, interaction: Interaction) -> None:
        """Answer one press. Whatever goes wrong, the person hears something true."""
        kind, *arguments = str(cast("Mapping[str, Any]", interaction.data)["custom_id"]).split(":")
        try:
            self._access.limit(interaction)
            entry = self._entry(kind)
            await self._access.require(interaction, entry.role, entry.doors)
            if len(arguments) not in entry.takes:
                raise UserError("refused.gone")  # noqa: TRY301 - a custom id of another time has other arguments
            await entry.handler(interaction, *arguments)
        except Exception as failure:  # noqa: BLE001 - the one place where every failure ends
            await tell_failure(interaction, failure, self._access.language(interaction))


def _taken(handler: Handler) -> range:
    """How many arguments a handler takes beside the interaction. Asked once: to look costs as much as an answer."""
    _, *taken = signature(handler).parameters.values()
    if any(each.kind is Parameter.VAR_POSITIONAL for each in taken):
        raise TypeError(f"{handler.__qualname__} must say how many arguments it takes.")
    return range(sum(each.default is Parameter.empty for each in taken), len(taken) + 1)


class Access:
    """Who may do what: the one check behind every command, button, form and suggestion."""

    def __init__(  # noqa: PLR0913, PLR0917 - one parameter a question that it asks
        self,
        role_of: Callable[[discord.Member], Role],
        languages: tuple[str, ...],
        chosen: Callable[[int], str | None],
        home: Callable[[], Home],
        restore: Callable[[discord.Member], Awaitable[Role]],
        entrance: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._role_of = role_of
        self._languages = languages
        self._chosen = chosen
        self._home = home
        self._restore = restore
        """Gives somebody who has a place in the workshop their role again, if they may have it; what they are then."""
        self._entrance = entrance
        """A link to where people join."""
        self._now = now
        self._limiter = Limiter()

    def limit(self, interaction: Interaction) -> None:
        """Count what somebody does. Raises TooOftenError for a participant who does too much in a short time."""
        act = _ACTS.get(interaction.type, Act.PRESS)
        again_at = self._limiter.take(interaction.user.id, act, self._now())
        if again_at is not None and self.role(interaction) < Role.MODERATOR:
            # Discord shows whole seconds.
            raise TooOftenError("refused.too_often", when=moment(again_at + timedelta(seconds=1), "R"))

    def language(self, interaction: Interaction) -> str:
        """The language to answer in: the one that the person chose, else that of their Discord, else the workshop's.

        NOTE: Discord has no Arabic, so that its locale never says so.
        """
        wanted = (self._chosen(interaction.user.id), interaction.locale.value.split("-")[0])
        return next((code for code in wanted if code in self._languages), self._languages[0])

    def role(self, interaction: Interaction) -> Role:
        """What the person is in the workshop."""
        member = interaction.user
        return self._role_of(member) if isinstance(member, discord.Member) else Role.VISITOR

    def cap(self, interaction: Interaction, most: int) -> int | None:
        """How much of something a participant may have; None for the team, which may write down others' words."""
        return most if self.role(interaction) < Role.MODERATOR else None

    async def require(self, interaction: Interaction, role: Role, doors: EntryRules) -> None:
        """Raises UserError where the entry point may not be used, or the person's role is too low."""
        refused = refusal(interaction.guild_id, self._home(), doors)
        if refused:
            raise UserError(f"refused.{refused}")
        member = interaction.user
        if interaction.guild_id is None:
            return
        if not isinstance(member, discord.Member):
            raise UserError("refused.not_in_server")
        # Who left the server and came back has lost the role, and not the place.
        if self._role_of(member) < role and await self._restore(member) < role:
            raise UserError(f"refused.role.{role.name.lower()}", channel=self._entrance())


# --- failures ------------------------------------------------------------------------------------------


#: Errors of the system on the way to Discord that have no class of their own.
_NETWORK = {
    errno.ENETDOWN, errno.ENETUNREACH, errno.ENETRESET, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL,
    errno.ENOBUFS, errno.ENOTCONN,
}  # fmt: skip


def is_transient(failure: BaseException) -> bool:
    """Whether a failure passes by itself, so that the same thing may succeed when it is tried again.

    These are what discord.py does not, or no longer, retry by itself: 503 raises at once, and of network errors it
    retries but two.
    """
    if isinstance(failure, discord.HTTPException):
        return failure.status == HTTPStatus.TOO_MANY_REQUESTS or failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(failure, KeyError):
        return failure.args == ("retry_after",)  # NOTE: what discord.py makes of a 429 that lacks it
    return isinstance(failure, discord.RateLimited | aiohttp.ClientError) or _of_network(failure)


def _of_network(failure: BaseException) -> bool:
    """Whether an error of the system is the network's, and not that of this machine's disk."""
    if not isinstance(failure, OSError) or failure.filename is not None:
        return False
    by_class = ConnectionError | TimeoutError | ssl.SSLError | socket.gaierror | socket.herror
    return isinstance(failure, by_class) or failure.errno in _NETWORK


async def tell_failure(interaction: Interaction, failure: BaseException, language: str) -> None:
    """Say what went wrong: to the person in a sentence, to the log with everything that helps.

    Where that sentence itself is refused or fails, a plain one follows: nobody waits for an answer for ever. What
    somebody wrote goes back to them as a file, unless it was refused: a message may be too short for it.
    """
    cause = getattr(failure, "original", failure)
    try:
        if isinstance(cause, UserError):
            try:
                words = typed_in(interaction) if isinstance(cause, TooOftenError) else ""
                await _say(interaction, text(language, cause.key, **cause.values), words)
            except Exception as unsaid:
                if is_transient(unsaid) or isinstance(unsaid, discord.NotFound):
                    raise
                cause = unsaid
            else:
                return
        words = typed_in(interaction)
        key = "refused.not_kept" if words and isinstance(cause, sqlite3.Error) else "refused.failure"
        await _say(interaction, text(language, key, reference=_logged(interaction, cause)), words)
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, KeyError) as unreachable:
        log.warning("Nobody could be told about it in %s: %r", _what(interaction), unreachable)


async def _say(interaction: Interaction, sentence: str, words: str = "") -> None:
    if interaction.type is discord.InteractionType.autocomplete:
        await interaction.response.autocomplete([])
    else:
        files = [discord.File(io.BytesIO(words.encode("utf-8", "replace")), "text.txt")] if words else []
        await answer(interaction, f"{REFUSED} {sentence}", *files)


def _logged(interaction: Interaction, failure: BaseException) -> str:
    """Log a failure with everything that helps; return the reference under which it is found."""
    reference = secrets.token_hex(3)
    if is_transient(failure) or isinstance(failure, discord.HTTPException):
        # Discord's or the network's doing; nothing in the program is to be fixed.
        log.warning("Failure %s in %s: %r", reference, _what(interaction), failure)
    else:
        log.error("Failure %s in %s", reference, _what(interaction), exc_info=failure)
    return reference


def _what(interaction: Interaction) -> str:
    if interaction.command:
        return f"/{interaction.command.qualified_name}"
    return str(cast("Mapping[str, Any]", interaction.data or {}).get("custom_id", "an interaction"))
