"""Every way in has the role of the table in tests/entries.py, and is as Discord takes it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot import app
from bot.documents.export.subjects import SUBJECTS
from bot.domain import discord_limits
from bot.domain.agenda.breakouts import Breakout, BreakoutGroup
from bot.domain.agenda.daily_digest import DailyDigest
from bot.domain.agenda.run_of_show import STEP, Hold
from bot.domain.announcement_kinds import Kind
from bot.domain.announcements import Announcement
from bot.domain.contributions.contacts import Contact, NoteRequest
from bot.domain.contributions.note_reviews import UNSEEN, NoteWording, ReviewAction, ReviewState
from bot.domain.contributions.notes import DETAIL_FORMS, Note, NoteKind, Signature, Visibility
from bot.domain.contributions.questions import Question, QuestionState
from bot.domain.languages import DEFAULT, LANGUAGES, RECORDS
from bot.domain.people.participants import OrganisationKind, Participant
from bot.domain.people.roles import Role
from bot.domain.plan import Plan
from bot.domain.venue import venue_rooms
from bot.domain.venue_permissions import PERMISSIONS, permission_bits
from bot.hosting.client import WorkshopClient
from bot.messages import (
    agenda,
    announcements,
    breakouts,
    certificates,
    control_panel,
    daily_digest,
    feedback,
    help_desk,
    note_reviews,
    notes,
    pledges,
    questions,
)
from bot.messages import post as post_messages
from bot.messages.control_panel import DayStatus
from bot.messages.i18n import command_wording
from bot.messages.notes import Listed, Touch
from bot.messages.post import Post
from cogs.help import entries
from tests.catalogues.commands import UNDESCRIBED, named, shown_by_help
from tests.entries import BEFORE_SETUP, COMMANDS, MENUS, PRESSED, PRIVATE, SUGGESTIONS

#: Languages in which Discord shows names of commands that are not English.
TRANSLATED = [code for code, record in RECORDS.items() if record.discord_locales]

ROOT = Path(__file__).resolve().parents[2]

Command = app_commands.Command[Any, ..., Any]

#: Options whose value everyone finds themselves. Whatever is one of a list suggests its values.
FREE_OPTIONS = {"groups", "minutes", "owner", "reason", "speakers", "text", "title", "when", "word", "words"}


def commands(client: WorkshopClient) -> list[Command]:
    return [command for command in client.tree.walk_commands() if isinstance(command, app_commands.Command)]


# --- the table -------------------------------------------------------------------------------------------------


def test_every_command_has_the_role_in_the_table(client: WorkshopClient) -> None:
    assert {command.qualified_name: command.extras.get("role") for command in commands(client)} == COMMANDS


def test_every_suggestion_has_the_role_in_the_table(client: WorkshopClient) -> None:
    found = {
        f"{command.qualified_name} {option.display_name}": command.extras.get("role")
        for command in commands(client)
        for option in command.parameters
        if option.autocomplete
    }
    assert found == SUGGESTIONS


def test_whatever_is_one_of_a_list_is_suggested(client: WorkshopClient) -> None:
    plain = {
        option.display_name
        for command in commands(client)
        for option in command.parameters
        if option.type in {discord.AppCommandOptionType.string, discord.AppCommandOptionType.integer}
        and not option.autocomplete
        and not option.choices
    }
    assert plain == FREE_OPTIONS


def unheard(code: str) -> list[str]:
    """Calls that answer so that everybody in the channel sees it."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and re.search(r"(response\.defer|followup\.send|\.send_message)$", ast.unparse(call.func))
        and "ephemeral=True" not in [ast.unparse(word) for word in call.keywords]
    ]


def test_only_the_person_who_asked_sees_an_answer() -> None:
    public = "await i.response.send_message('a')\nawait i.followup.send('b', ephemeral=False)\nawait i.response.defer()"
    assert len(unheard(f"async def f(i):\n {public.replace(chr(10), chr(10) + ' ')}")) == 3
    files = sorted(path for room in ("bot/platform", "bot/hosting", "cogs") for path in (ROOT / room).rglob("*.py"))
    assert {path.name: calls for path in files if (calls := unheard(path.read_text("utf-8")))} == {}


def test_everything_pressed_has_the_role_in_the_table(client: WorkshopClient) -> None:
    assert {kind: entry.role for kind, entry in client.router.entries.items()} == PRESSED
    assert {kind for kind, entry in client.router.entries.items() if entry.rules.private} == PRIVATE


def test_before_setup_nothing_exists_but_setup_its_preview_and_status(client: WorkshopClient) -> None:
    rules = {command.qualified_name: command.extras["rules"] for command in commands(client)}
    rules |= {menu.name: menu.extras["rules"] for menu in menus(client)}
    rules |= {kind: entry.rules for kind, entry in client.router.entries.items()}
    assert {name for name, there in rules.items() if there.before_setup} == BEFORE_SETUP


def menus(client: WorkshopClient) -> list[app_commands.ContextMenu]:
    return [menu for menu in client.tree.get_commands() if isinstance(menu, app_commands.ContextMenu)]


def test_every_entry_of_a_menu_has_the_role_in_the_table(client: WorkshopClient) -> None:
    assert {menu.name: menu.extras.get("role") for menu in menus(client)} == MENUS


def test_entries_of_menus_are_named_as_discord_takes_them(client: WorkshopClient) -> None:
    for menu in menus(client):
        assert 1 <= len(menu.name) <= discord_limits.COMMAND_NAME
        for language in TRANSLATED:
            assert 1 <= len(command_wording(language, menu.name) or "") <= discord_limits.COMMAND_NAME
    assert len(menus(client)) <= 15


def test_there_are_no_other_ways_in(client: WorkshopClient) -> None:
    """Text commands and views kept in memory would go around the check."""
    assert client.commands == set()
    assert list(client.persistent_views) == []


def test_every_cog_in_the_folder_is_loaded(client: WorkshopClient) -> None:
    folder = ROOT / "cogs"
    names = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert {f"cogs.{name}" for name in names - {"__init__"}} == set(app.COGS) == set(client.extensions)


# --- what Discord takes ----------------------------------------------------------------------------------------


def test_everything_is_named_and_described_as_discord_takes_it(client: WorkshopClient) -> None:
    for where, name, description in named(client):
        assert re.fullmatch(r"[-_'\w]{1,32}", name), where
        assert name == name.lower(), where
        assert 1 <= len(description) <= 100, (where, name)


@pytest.mark.parametrize("language", TRANSLATED)
def test_names_are_translated_as_discord_takes_them(client: WorkshopClient, language: str) -> None:
    """Where several stand side by side, their names differ in every language."""
    siblings: dict[str, list[str]] = {}
    for where, name, _ in named(client):
        translated = command_wording(language, name) or name
        assert re.fullmatch(r"[-_'\w]{1,32}", translated), (where, translated)
        assert translated == translated.lower(), where
        option = name != where.rpartition(" ")[2]
        siblings.setdefault(where if option else where.rpartition(" ")[0], []).append(f"{option} {translated}")
    for where, names in siblings.items():
        assert len(names) == len(set(names)), where


def test_the_manual_is_in_every_language(client: WorkshopClient) -> None:
    for language in set(LANGUAGES) - {DEFAULT}:
        assert [english for english in shown_by_help(client) if not command_wording(language, english)] == []


def test_the_manual_names_every_command(client: WorkshopClient) -> None:
    assert {entry.mention: entry.role for entry in entries(client)} == {f"`/{n}`": role for n, role in COMMANDS.items()}


def test_options_and_choices_are_at_most_25(client: WorkshopClient) -> None:
    for command in commands(client):
        assert len(command.parameters) <= 25
        for option in command.parameters:
            assert len(option.choices) <= discord_limits.OPTIONS
            assert all(len(choice.name) <= discord_limits.OPTION_LABEL for choice in option.choices)


def test_commands_and_their_parts_are_at_most_as_many_as_discord_takes(client: WorkshopClient) -> None:
    top = client.tree.get_commands()
    assert len(top) <= 100
    for group in top:
        if isinstance(group, app_commands.Group):
            assert len(group.commands) <= 25


#: An option that is left as discord.py describes it ("…") tells nobody what to type; these explain themselves.
PLAIN_OPTIONS = {(f"export {subject}", "format") for subject in SUBJECTS}


def test_options_say_what_to_type(client: WorkshopClient) -> None:
    bare = {(where, name) for where, name, description in named(client) if description == UNDESCRIBED}
    assert bare <= PLAIN_OPTIONS


# --- custom ids ------------------------------------------------------------------------------------------------


def test_kinds_leave_room_for_arguments(client: WorkshopClient) -> None:
    for kind in client.router.entries:
        assert re.fullmatch(r"[a-z_]{1,20}", kind)


LONGEST = "w" * 40
NOW = datetime(2030, 1, 1, tzinfo=UTC)
SNOWFLAKE = str(2**64 - 1)


@pytest.fixture
def wide() -> Plan:
    """A plan whose ids are as long as they may be."""
    session = {"id": "s" * 40, "kind": "panel", "start": "09:00", "end": "10:00", "title": "T", "topic": "t" * 40}
    pause = {"id": "p" * 40, "kind": "break", "start": "10:00", "end": "10:15", "title": "B"}
    return Plan.parse(
        {
            "id": LONGEST,
            "title": "W",
            "description": "D",
            "organiser": "O",
            "zone": "Europe/Brussels",
            "languages": ["en", "fr", "ar"],
            "topics": [{"id": "t" * 40, "title": "T", "description": "D"}],
            "rooms": [],
            "days": [{"date": "2030-01-01", "sessions": [session, pause]}],
        }
    )


def every_answer(plan: Plan) -> Iterator[Post]:
    """What one person sees."""
    ids = {room.key: 2**63 for room in venue_rooms(plan)}
    [day] = plan.agenda.days
    yield agenda.agenda_for(plan, day, NOW, "en", ids)
    yield agenda.now_for(plan, NOW, "en", ids)
    yield agenda.next_for(plan, NOW, "en", ids)
    for participant in (True, False):
        yield help_desk.my_page(plan, "en", participant=participant)
    note = Note(SNOWFLAKE, 1, "A", "t" * 40, NoteKind.WORKED, "T", "D", "L", Visibility.ORGANISERS, NOW)
    yield notes.mine(plan, [Listed(note, Signature(), None)], 1, "en")
    for review in (UNSEEN, replace(UNSEEN, state=ReviewState.CLEARED)):
        yield note_reviews.entry(plan, Listed(note, Signature(), None), review, 1, "en")
    for review in (replace(UNSEEN, proposal=NoteWording("T", "D", "L")), replace(UNSEEN, merged_into="1")):
        post = note_reviews.for_author(note, review, "en")
        assert post
        yield post


def every_post(plan: Plan) -> Iterator[Post]:
    """What everybody sees."""
    ids = {room.key: 2**63 for room in venue_rooms(plan)}
    [day] = plan.agenda.days
    session, pause = plan.agenda
    topic = plan.topic("t" * 40)
    assert topic
    mark = Announcement(plan.id, Kind.START, session.id, "", NOW, NOW).id
    note = Note(SNOWFLAKE, 1, "A", topic.id, NoteKind.WORKED, "T", "D", "L", Visibility.PARTICIPANTS, NOW)
    yield announcements.welcome(plan, "#help-desk", mark)
    for now in (NOW, plan.agenda.ends_at):
        yield help_desk.panel(plan, now, mark)
    yield agenda.agenda(plan, day, NOW, mark)
    for one in (session, pause, replace(session, topic=None)):
        yield announcements.soon(plan, one, ids, mark)
        yield announcements.start(plan, one, ids, mark)
        yield announcements.word(plan, one, dict.fromkeys(plan.languages, "W"), mark)
        yield announcements.end(plan, one, mark)
    yield announcements.together([announcements.start(plan, one, ids, mark) for one in (session, pause)], ["S", "P"])
    for hold in (None, Hold("f" * 16, NOW)):
        standing = DayStatus("f" * 16, (session,), (pause,), STEP, {}, 1, frozenset(), hold)
        yield control_panel.panel(plan, standing, NOW, ids, mark)
    yield control_panel.moved(plan, NOW, mark)
    yield control_panel.ladder(plan, session, NOW, mark)
    place = Participant("0" * 16, "N", "A", "", OrganisationKind.OTHER, None, Role.ORGANISER)
    yield control_panel.team_request(plan, place, 2**64 - 1, mark)
    yield daily_digest.digest(plan, DailyDigest(day, (session,), 1, 60, (note,), (), None), {}, mark)
    yield announcements.hold(plan, mark)
    yield announcements.topic_opening(plan, topic, mark)
    yield announcements.custom(plan, "A", mark)
    yield notes.card(plan, note, Signature(), 1, mark)
    yield notes.request(plan, NoteRequest(SNOWFLAKE, 1, 1, 2, "T", NOW), 1, mark)
    contact = Contact(SNOWFLAKE, "T", 1, "A", 2**64 - 1, "B", NOW, None)
    yield notes.contacts([Touch(contact, "B")], [], "en")
    question = Question(SNOWFLAKE, 1, "A", anonymous=False, session=session.id, text="T", written_at=NOW)
    yield questions.question_card(plan, question, mark)
    yield questions.question_card(plan, replace(question, state=QuestionState.HIDDEN), mark)
    yield questions.open_questions(plan, session, [question] * 20, mark)
    yield questions.ask_opening(plan, mark)
    yield feedback.rate(plan, session, mark)
    yield feedback.evaluation(plan, mark)
    yield pledges.pledge(plan, mark)
    yield certificates.certificates(plan, mark)
    yield pledges.follow_up(plan, 24, [], mark)
    breakout = Breakout(f"{session.id}.{SNOWFLAKE}", None, 20, 1, NOW, (BreakoutGroup(25, ()),), NOW, NOW)
    for post in (breakouts.opening, breakouts.left, breakouts.back):
        yield post(plan, session, breakout, breakout.groups[0], ids, mark)
    yield post_messages.report("R", mark)


#: Custom ids that a cog makes, with the longest ids that Discord gives.
FROM_COGS = (
    *(post_messages.custom_id(kind, SNOWFLAKE) for kind in ("access", "filed", "files", "noted", "show", "unecho")),
    post_messages.custom_id("noted", SNOWFLAKE, "s" * 40),
    *(post_messages.custom_id(kind, which, SNOWFLAKE) for kind in ("details", "detailed") for which in DETAIL_FORMS),
    post_messages.custom_id("seen", SNOWFLAKE, "en"),
    post_messages.custom_id("whole", "f" * 24),
    post_messages.custom_id("erase", SNOWFLAKE),
    post_messages.custom_id("agree", SNOWFLAKE),
    post_messages.custom_id("announce", "f" * 16, "f" * 16),
    *(post_messages.custom_id("roles", *rest) for rest in (("adopt", ".".join([SNOWFLAKE] * 3)), ("new",))),
    post_messages.custom_id("undo", f"show-resume-{'f' * 16}"),
    post_messages.custom_id("asked", SNOWFLAKE),
    post_messages.custom_id("break_out", f"{'s' * 40}.{SNOWFLAKE}"),
    post_messages.custom_id("nudge"),
    "award",
    *(post_messages.custom_id("reviewed", action, SNOWFLAKE) for action in ReviewAction),
    post_messages.custom_id("pledged"),
    *(post_messages.custom_id(kind, "24") for kind in ("progress", "progressed")),
    post_messages.custom_id("rated", "s" * 40),
    post_messages.custom_id("recommended", f"{'s' * 40}.{SNOWFLAKE}", "25", SNOWFLAKE),
    post_messages.custom_id("replied", SNOWFLAKE),
    post_messages.custom_id("show", SNOWFLAKE),
    post_messages.custom_id("undo", SNOWFLAKE),
    *(post_messages.custom_id(kind, SNOWFLAKE) for kind in ("agree", "noted", "show", "undo")),
    *(post_messages.custom_id(kind, "0" * 16) for kind in ("roster", "take")),
    *("searched", "introduce", "introduced", "joined", "replace", "replaced"),
    post_messages.custom_id("unmark", SNOWFLAKE),
    post_messages.custom_id("word", "s" * 40),
)


def test_custom_ids_fit_and_reach_their_handlers(client: WorkshopClient, wide: Plan) -> None:
    ids = [button.custom_id for post in (*every_post(wide), *every_answer(wide)) for button in post.buttons]
    for custom_id in [*ids, *FROM_COGS]:
        kind, *arguments = custom_id.split(":")
        assert len(custom_id) <= discord_limits.CUSTOM_ID
        inspect.signature(client.router.entries[kind].handler).bind(None, *arguments)
    assert {custom_id.split(":")[0] for custom_id in [*ids, *FROM_COGS]} == set(PRESSED)


def test_what_is_posted_has_a_mark_by_which_it_is_found_again(wide: Plan) -> None:
    mark = Announcement(wide.id, Kind.START, "s" * 40, "", NOW, NOW).id
    posted = [post for post in every_post(wide) if post.buttons and not post.buttons[0].custom_id.startswith("meet:")]
    assert len(posted) >= 12
    for post in posted:
        assert post.buttons[0].custom_id.rpartition(":")[2] == mark


def test_a_nonce_fits() -> None:
    for kind in Kind:
        assert 16 <= len(Announcement(LONGEST, kind, LONGEST, LONGEST, NOW, NOW).id) <= discord_limits.NONCE


# --- what the bot asks of Discord ------------------------------------------------------------------------------


def test_no_privileged_intent_is_asked_for(client: WorkshopClient) -> None:
    privileged = discord.Intents(members=True, presences=True, message_content=True)
    assert client.intents.value & privileged.value == 0
    assert client.intents.guilds


def test_nothing_mentions_anybody_by_itself(client: WorkshopClient) -> None:
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == {"parse": []}


def test_permissions_are_discords_own_bits() -> None:
    for name, (bit, reason) in PERMISSIONS.items():
        assert discord.Permissions(**{name: True}).value == bit, name
        assert reason
    assert permission_bits() == discord.Permissions(**dict.fromkeys(PERMISSIONS, True)).value


def test_the_bot_is_no_administrator() -> None:
    assert not discord.Permissions(permission_bits()).administrator
    assert not discord.Permissions(permission_bits()).manage_guild
