"""Routes that clients ask for and simcord lacks, and lists page by page."""

from __future__ import annotations

import pytest

from tests.rehearsal.discord.wire import Wire

COMMANDS = "/applications/1/commands"


def _command(name: str, kind: int = 1) -> dict[str, object]:
    return {"name": name, "type": kind, **({"description": "x"} if kind == 1 else {})}


@pytest.mark.parametrize("of_guild", [False, True])
async def test_one_command_is_made_read_changed_and_removed(wire: Wire, of_guild: bool) -> None:  # noqa: FBT001
    """application-commands.mdx: 201 for a new command, 200 for one that takes the place of an older one."""
    base = f"/applications/1/guilds/{wire.guild}/commands" if of_guild else COMMANDS
    status, made = await wire.ask("POST", base, _command("ping"))
    assert status == 201
    status, again = await wire.ask("POST", base, {**_command("ping"), "description": "other"})
    assert (status, again["id"], again["description"]) == (200, made["id"], "other")
    await wire.ask("POST", base, _command("other"))
    status, edited = await wire.ask("PATCH", f"{base}/{made['id']}", {"name": "pong"})
    assert (edited["id"], edited["name"], edited["description"]) == (made["id"], "pong", "other")
    assert (await wire.ask("GET", f"{base}/{made['id']}"))[1]["name"] == "pong"
    assert sorted(command["name"] for command in (await wire.ask("GET", base))[1]) == ["other", "pong"]
    assert (await wire.ask("DELETE", f"{base}/{made['id']}"))[0] == 204
    assert (await wire.ask("GET", f"{base}/{made['id']}"))[1]["code"] == 10063


@pytest.mark.parametrize(("kind", "most"), [(1, 100), (2, 15), (3, 15)])
async def test_a_scope_holds_so_many_commands(wire: Wire, kind: int, most: int) -> None:
    """application-commands.mdx, "Registering a Command"."""
    full = [_command(f"c{number}", kind) for number in range(most)]
    assert (await wire.ask("PUT", COMMANDS, full))[0] == 200
    status, error = await wire.ask("POST", COMMANDS, _command("more", kind))
    assert (status, error["code"]) == (400, 30032)
    assert (await wire.ask("PUT", COMMANDS, [*full, _command("more", kind)]))[1]["code"] == 30032


async def test_localizations_are_listed_when_asked_for(wire: Wire) -> None:
    await wire.ask("PUT", COMMANDS, [{**_command("ping"), "name_localizations": {"fr": "coucou"}}])
    assert "name_localizations" not in (await wire.ask("GET", COMMANDS))[1][0]
    listed = (await wire.ask("GET", COMMANDS, with_localizations="true"))[1]
    assert listed[0]["name_localizations"] == {"fr": "coucou"}


async def test_a_bot_may_not_edit_permissions_of_commands(wire: Wire) -> None:
    _, made = await wire.ask("POST", COMMANDS, _command("ping"))
    path = f"/applications/1/guilds/{wire.guild}/commands/{made['id']}/permissions"
    assert (await wire.ask("PUT", path, {"permissions": []}))[1]["code"] == 20001


@pytest.mark.parametrize(
    "path",
    [
        "/applications/@me",
        "/oauth2/applications/@me",
        "/voice/regions",
        "/guilds/{guild}/regions",
        "/soundboard-default-sounds",
        "/guilds/{guild}/soundboard-sounds",
        "/sticker-packs",
        "/guilds/{guild}/preview",
        "/guilds/{guild}/onboarding",
        "/guilds/{guild}/members/search?query=p&limit=5",
        "/users/@me/guilds?with_counts=true",
        "/users/@me/guilds/{guild}/member",
        "/applications/1/role-connections/metadata",
        "/channels/{channel}/pins",
        "/channels/{channel}/messages/pins",
        "/guilds/{guild}?with_counts=true",
        "/gateway",
        "/gateway/bot",
    ],
)
async def test_clients_get_what_they_ask_for(wire: Wire, path: str) -> None:
    status, answer = await wire.ask("GET", path.format(guild=wire.guild, channel=wire.channel))
    assert status == 200, answer
    assert wire.discord.faults_of_ours == []


async def test_pins_under_their_older_address(wire: Wire) -> None:
    _, message = await wire.ask("POST", wire.messages, {"content": "x"})
    pins = f"/channels/{wire.channel}/pins"
    assert (await wire.ask("PUT", f"{pins}/{message['id']}"))[0] == 204
    assert [pinned["id"] for pinned in (await wire.ask("GET", pins))[1]] == [message["id"]]
    assert (await wire.ask("DELETE", f"{pins}/{message['id']}"))[0] == 204
    assert (await wire.ask("GET", pins))[1] == []


async def test_members_are_found_by_the_beginning_of_a_name(wire: Wire) -> None:
    wire.discord.add_person("amina", nick="Bintou", guild_id=wire.guild)
    for query, found in (("AM", 1), ("bin", 1), ("ina", 0)):
        status, members = await wire.ask("GET", f"/guilds/{wire.guild}/members/search", query=query, limit="10")
        assert (status, len(members)) == (200, found)


async def test_messages_after_an_id_come_page_by_page(wire: Wire) -> None:
    backend = wire.discord.backend
    sent = [str(backend.create_message(wire.channel, backend.bot_user.id, str(number)).id) for number in range(7)]
    read: list[str] = []
    after = "0"
    while page := (await wire.ask("GET", wire.messages, after=after, limit="3"))[1]:
        read.extend(reversed([message["id"] for message in page]))
        after = page[0]["id"]
        assert len(read) <= len(sent)
    assert read == sent
    before = (await wire.ask("GET", wire.messages, before=sent[4], limit="2"))[1]
    assert [message["id"] for message in before] == [sent[3], sent[2]]


async def test_people_who_reacted_come_page_by_page(wire: Wire) -> None:
    _, message = await wire.ask("POST", wire.messages, {"content": "x"})
    people = [wire.discord.add_person(f"p{number}", guild_id=wire.guild).id for number in range(5)]
    for person in people:
        wire.discord.backend.add_reaction(wire.channel, int(message["id"]), "👍", person)
    path = f"{wire.messages}/{message['id']}/reactions/👍"
    read: list[int] = []
    after = "0"
    while page := (await wire.ask("GET", path, after=after, limit="2"))[1]:
        read.extend(int(user["id"]) for user in page)
        after = page[-1]["id"]
        assert len(read) <= len(people)
    assert read == sorted(people)


async def test_bans_come_page_by_page(wire: Wire) -> None:
    people = sorted(wire.discord.add_person(f"p{number}", guild_id=wire.guild).id for number in range(5))
    role = wire.discord.backend.get_guild(wire.guild).members[wire.discord.backend.bot_user.id].role_ids[0]
    wire.discord.backend.edit_role(wire.guild, role, {"permissions": 1 << 2})
    for person in people:
        wire.discord.backend.apply_ban(wire.guild, person, None)
    path = f"/guilds/{wire.guild}/bans"
    page = (await wire.ask("GET", path, after=str(people[1]), limit="2"))[1]
    assert [int(ban["user"]["id"]) for ban in page] == people[2:4]
    page = (await wire.ask("GET", path, before=str(people[3]), limit="2"))[1]
    assert [int(ban["user"]["id"]) for ban in page] == people[1:3]
