"""How the simulated Discord reads HTTP, and its answers to requests that are wrong. No bot: plain requests."""

from __future__ import annotations

import json
import os
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from tests.operations import TABLE, table_of
from tests.rehearsal.discord.wire import PERMISSIONS, Wire

OPENAPI = os.environ.get("DISCORD_OPENAPI")


# ------------------------------------------------------------------ paths and bodies


@pytest.mark.parametrize("prefix", ["/api", "/api/v9", "/api/v10"])
async def test_every_prefix_of_the_api_is_served(wire: Wire, prefix: str) -> None:
    """developers/reference.mdx, "API Versioning"."""
    root = wire.discord.api_base.removesuffix("/api/v10")
    async with wire.client.get(f"{root}{prefix}/users/@me") as reply:
        assert reply.status == 200
    async with wire.client.get(f"{root}/api/v3/users/@me") as reply:
        assert (await reply.json())["code"] == 50041


async def test_paths_are_percent_decoded(wire: Wire) -> None:
    _, message = await wire.ask("POST", wire.messages, {"content": "x"})
    emoji = wire.discord.backend.create_emoji(wire.guild, "seal", wire.discord.backend.bot_user.id)
    path = f"{wire.discord.api_base}{wire.messages}/{message['id']}/reactions/seal%3A{emoji.id}/%40me"
    async with wire.client.put(URL(path, encoded=True)) as reply:
        assert reply.status == 204
    _, read = await wire.ask("GET", f"{wire.messages}/{message['id']}")
    assert read["reactions"][0]["emoji"]["id"] == str(emoji.id)


@pytest.mark.parametrize("filename", [None, "payload.json"])
async def test_a_typed_payload_keeps_its_content(wire: Wire, filename: str | None) -> None:
    """developers/reference.mdx, "Uploading Files": payload_json has a content type of its own."""
    body = {"content": "with a file", "attachments": [{"id": "7", "description": "seven"}]}
    with aiohttp.MultipartWriter("form-data") as form:
        part = form.append(json.dumps(body), {"Content-Type": "application/json"})  # pyright: ignore[reportArgumentType]
        names = {"name": "payload_json"} if filename is None else {"name": "payload_json", "filename": filename}
        part.headers["Content-Disposition"] = "form-data; " + "; ".join(
            f'{key}="{name}"' for key, name in names.items()
        )
        part = form.append(b"abc", {"Content-Type": "text/plain"})  # pyright: ignore[reportArgumentType]
        part.set_content_disposition("form-data", name="files[7]", filename="seven.txt")
    async with wire.client.post(wire.discord.api_base + wire.messages, data=form) as reply:
        message = await reply.json()
    assert (reply.status, message["content"]) == (200, "with a file")
    assert [(file["filename"], file["description"]) for file in message["attachments"]] == [("seven.txt", "seven")]


async def test_an_attachment_can_be_fetched(wire: Wire) -> None:
    form = aiohttp.FormData({"payload_json": "{}"})
    form.add_field("files[0]", b"a,b\n", filename="été.csv")
    async with wire.client.post(wire.discord.api_base + wire.messages, data=form) as reply:
        address = (await reply.json())["attachments"][0]["url"]
    async with aiohttp.ClientSession() as anyone, anyone.get(address) as file:
        assert (file.status, await file.read(), file.content_type) == (200, b"a,b\n", "text/csv")


async def test_a_form_is_read_as_a_body(wire: Wire) -> None:
    async with wire.client.post(
        wire.discord.api_base + wire.messages, data={"content": "urlencoded", "tts": "false", "flags": "4"}
    ) as reply:
        message = await reply.json()
    assert (reply.status, message["content"], message["flags"]) == (200, "urlencoded", 4)


async def test_what_is_no_json_is_refused(wire: Wire) -> None:
    headers = {"Content-Type": "application/json"}
    url = wire.discord.api_base + wire.messages
    async with wire.client.post(url, data="{content: no}", headers=headers) as reply:
        assert (reply.status, (await reply.json())["code"]) == (400, 50109)
    async with wire.client.post(url, data="hello", headers={"Content-Type": "text/plain"}) as reply:
        assert (reply.status, (await reply.json())["code"]) == (400, 50035)


async def test_unknown_paths_and_methods(wire: Wire) -> None:
    assert await wire.ask("GET", "/nothing/here") == (404, {"message": "404: Not Found", "code": 0})
    assert await wire.ask("PUT", wire.messages) == (405, {"message": "405: Method Not Allowed", "code": 0})
    assert wire.discord.faults_of_ours == []


# ------------------------------------------------------------------ wrong and ignorable fields


async def test_faults_are_nested_by_field_and_index(wire: Wire) -> None:
    """developers/reference.mdx, "Error Messages"."""
    row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": 5}]}
    status, error = await wire.ask(
        "POST", wire.messages, {"content": 5, "embeds": [{"title": []}], "components": [row]}
    )
    assert (status, error["code"], error["message"]) == (400, 50035, "Invalid Form Body")
    assert error["errors"]["content"]["_errors"][0]["code"] == "STRING_TYPE_CONVERT"
    assert error["errors"]["embeds"]["0"]["title"]["_errors"][0]["code"] == "STRING_TYPE_CONVERT"
    assert "_errors" in error["errors"]["components"]["0"]["components"]["0"]["custom_id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "code"),
    [
        ("POST", "{messages}", [], None, "MODEL_TYPE_CONVERT"),
        ("POST", "{messages}", {"sticker_ids": ["abc"]}, "sticker_ids.0", "NUMBER_TYPE_COERCE"),
        ("POST", "{messages}", {"content": "x", "tts": "maybe"}, "tts", "BOOLEAN_TYPE_CONVERT"),
        ("POST", "{messages}", {"embeds": "x"}, "embeds", "LIST_TYPE_CONVERT"),
        ("GET", "{messages}?limit=101", None, "limit", "NUMBER_TYPE_MAX"),
        ("GET", "/channels/first/messages", None, "channel_id", "NUMBER_TYPE_COERCE"),
        ("POST", "/guilds/{guild}/channels", {"type": 0}, "name", "BASE_TYPE_REQUIRED"),
        ("PUT", "/applications/1/commands", [{"description": "x"}], "0.name", "BASE_TYPE_REQUIRED"),
        ("GET", "/guilds/{guild}/members/search", None, "query", "BASE_TYPE_REQUIRED"),
    ],
)
async def test_wrong_bodies_are_named(  # noqa: PLR0913, PLR0917 - a row of a table
    wire: Wire, method: str, path: str, body: object, field: str | None, code: str
) -> None:
    filled = path.format(messages=wire.messages, guild=wire.guild)
    status, error = await wire.ask(method, filled, body)
    assert (status, error["code"]) == (400, 50035)
    place = error["errors"]
    for step in field.split(".") if field else ():
        place = place[step]
    assert place["_errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "POST",
            "{messages}",
            {"content": "x", "enforce_nonce": False, "tts": None, "sticker_ids": None, "nonce": None},
        ),
        ("POST", "{messages}", {"content": "x", "unheard_of": 1, "allowed_mentions": {"parse": [], "users": None}}),
        ("PATCH", "/channels/{channel}", {"topic": None, "nsfw": True, "rate_limit_per_user": None, "flags": 0}),
        ("POST", "/guilds/{guild}/roles", {"name": "x", "icon": None, "unicode_emoji": None}),
        (
            "PUT",
            "/applications/1/commands",
            [{"name": "a", "description": "x", "default_permission": True, "nsfw": True}],
        ),
        ("PATCH", "/applications/@me", {"tags": ["workshops"], "interactions_endpoint_url": None}),
        ("POST", "/channels/{channel}/invites", {"max_age": 0, "target_type": None, "unique": True}),
    ],
)
async def test_ignorable_fields_and_nulls_are_taken(wire: Wire, method: str, path: str, body: object) -> None:
    filled = path.format(messages=wire.messages, guild=wire.guild, channel=wire.channel)
    status, answer = await wire.ask(method, filled, body)
    assert status in {200, 201}, answer
    assert wire.discord.faults_of_ours == []


async def test_fields_that_simcord_lacks_are_read_back(wire: Wire) -> None:
    tags = [{"name": "Lessons", "moderated": True}]
    body = {"name": "forum", "type": 15, "available_tags": tags, "nsfw": True, "default_sort_order": 1}
    status, forum = await wire.ask("POST", f"/guilds/{wire.guild}/channels", body)
    assert (status, forum["nsfw"], forum["default_sort_order"]) == (201, True, 1)
    tag = forum["available_tags"][0]
    assert tag["name"] == "Lessons"
    assert tag["id"].isdecimal()
    await wire.ask("PATCH", f"/channels/{forum['id']}", {"nsfw": False})
    _, listed = await wire.ask("GET", f"/guilds/{wire.guild}/channels")
    assert [channel["nsfw"] for channel in listed if channel["id"] == forum["id"]] == [False]
    post = {"name": "One", "message": {"content": "x"}, "applied_tags": [tag["id"]], "auto_archive_duration": 60}
    status, thread = await wire.ask("POST", f"/channels/{forum['id']}/threads", post)
    assert (status, thread["applied_tags"]) == (201, [tag["id"]])


async def test_a_refused_change_leaves_nothing_behind(wire: Wire) -> None:
    hidden = wire.discord.backend.create_channel(wire.guild, "hidden")
    wire.discord.backend.edit_role(wire.guild, wire.guild, {"permissions": 0})
    guild = wire.discord.backend.get_guild(wire.guild)
    role = guild.members[wire.discord.backend.bot_user.id].role_ids[0]
    wire.discord.backend.edit_role(wire.guild, role, {"permissions": 0})
    status, _ = await wire.ask("PATCH", f"/channels/{hidden.id}", {"nsfw": True})
    assert status == 403
    wire.discord.backend.edit_role(wire.guild, role, {"permissions": PERMISSIONS})
    assert not (await wire.ask("GET", f"/channels/{hidden.id}"))[1].get("nsfw")


@pytest.mark.skipif(OPENAPI is None, reason="DISCORD_OPENAPI names no OpenAPI file")
def test_the_table_of_operations_is_discords() -> None:
    assert OPENAPI is not None
    document = json.loads(Path(OPENAPI).read_text(encoding="utf-8"))
    assert TABLE.read_text(encoding="utf-8") == table_of(document)
