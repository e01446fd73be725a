"""The end: transcripts that nobody has to remember, and the closing pack, handed over in the server."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from bot.documents.pack.archive import faults
from bot.rehearsal.discord.calls import shown_text
from bot.rehearsal.discord.faults import Fault
from tests.e2e.actions import NOTE, erase

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import World

OVER = "2023-03-27 10:31"
TYPED = "We lost forty trackers"
Lines = dict[int, tuple[int, str | None]]
"""What a channel holds: who wrote each message (0: the bot), and what, where the bot may read it."""


def kept(world: World, channel: int) -> Lines:
    rows = world.rows("SELECT message, author, text FROM transcript_message WHERE channel = ?", channel)
    return {message: (author, text) for message, author, text in rows}


def there(world: World, channel: int) -> Lines:
    bot, backend = world.discord.backend.bot_user.id, world.discord.backend
    found = world.discord.messages(channel)
    return {
        one.id: (0, one.text) if one.is_bot else (backend.messages[channel][one.id].author_id, None)
        for one in found
        if one.is_bot or backend.messages[channel][one.id].author_id != bot
    }


def channels(world: World) -> dict[str, int]:
    return {name: world.channel(name) for name in world.channels() if name != "Customs lab"}


def unlike(world: World) -> list[str]:
    """The channels of which not exactly that is saved which Discord has."""
    return [name for name, number in channels(world).items() if kept(world, number) != there(world, number)]


async def share(world: World) -> None:
    """Amina's note, shown to all."""
    opened = await world.amina.slash(world.channel("ledgers"), "note share", topic="ledgers")
    assert opened.modal
    answer = await world.amina.submit(opened.modal, NOTE)
    await world.press_in(world.amina, answer, "ledgers", "show:")
    await world.settle()


def handed_over(world: World, channel: int) -> bytes | None:
    """The pack that somebody was given, if they were."""
    for message in world.discord.backend.messages[channel].values():
        for file in message.attachments:
            if message.is_ephemeral and file["filename"].endswith(".zip"):
                return world.discord.backend.cdn.get(file["url"])
    return None


async def test_transcripts_are_saved_by_themselves_once_it_is_over(workshop: World) -> None:
    world, backend, ledgers = workshop, workshop.discord.backend, workshop.channel("ledgers")
    await world.until("2023-03-25 09:31")
    await share(world)
    typed = backend.create_message(ledgers, world.karim.id, TYPED).id
    await world.until("2023-03-27 10:29")
    assert world.rows("SELECT * FROM transcript_message") == []

    # It is over: killed at the third channel, the bot completes it, and then leaves it alone.
    read = 0

    def kill(method: str, path: str) -> None:
        nonlocal read
        read += method == "GET" and path.endswith("/messages")
        if read == 3:
            world.kill_in_the_act()

    world.witness.on_request = kill
    over = asyncio.create_task(world.keeper.sleep_until(world.at(OVER)))
    await world.eventually(lambda: read == 3, "the third channel")
    world.witness.on_request = None
    await world.kill_bot()
    await world.start_bot()
    await over
    await world.eventually(lambda: unlike(world) == [], "every channel")
    assert kept(world, ledgers)[typed] == (world.karim.id, None)
    assert any(NOTE["title"] in (text or "") for _, text in kept(world, ledgers).values())
    assert set(channels(world)) >= {"team", "plenary", "ledgers", "agenda"}
    saved, asked = world.rows("SELECT * FROM transcript_message"), world.witness.count("GET", "/messages")
    await world.stop_bot()
    await world.start_bot()
    assert world.rows("SELECT * FROM transcript_message") == saved
    assert world.witness.count("GET", "/messages") == asked

    # What its author takes back is gone from it; what somebody deletes with its channel stays.
    (note,) = await world.amina.autocomplete(ledgers, "note withdraw", "note", "")
    await world.amina.slash(ledgers, "note withdraw", note=note["value"])
    await world.settle()
    assert unlike(world) == []
    assert not any(NOTE["title"] in (text or "") for _, text in kept(world, ledgers).values())
    sensors = world.channel("sensors")
    before = kept(world, sensors)
    backend.delete_channel(sensors)
    await world.settle()
    assert kept(world, sensors) == before != {}


@pytest.mark.timeout(240)
async def test_the_pack_is_handed_over_or_left_where_it_is_told(
    workshop: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, backend, ledgers = workshop, workshop.discord.backend, workshop.channel("ledgers")
    await world.until("2023-03-25 09:31")
    typed = backend.create_message(ledgers, world.karim.id, TYPED).id
    await world.until(OVER)
    assert kept(world, ledgers)[typed] == (world.karim.id, None)

    # Who is erased isn't saved again, though Discord still has what they wrote.
    assert (await erase(world, world.karim)).text.startswith("✅")
    assert typed not in kept(world, ledgers)
    asked = (world.organiser.slash(world.channel("team"), "workshop close") for _ in range(2))
    again, answer = sorted(await asyncio.gather(*asked), key=lambda one: one.text.startswith("✅"))
    assert again.text.startswith("⚠️")
    assert answer.ephemeral
    team = world.channel("team")
    await world.eventually(lambda: shown_text(backend.messages[team][answer.message_id or 0])[0] == "✅", "it", 60)
    assert typed not in kept(world, ledgers)
    content = handed_over(world, team)
    assert content
    (tmp_path / "pack.zip").write_bytes(content)
    assert faults(tmp_path / "pack.zip") == []
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        told: dict[str, Any] = json.loads(pack.read("manifest.json"))
        rows: list[dict[str, Any]] = json.loads(pack.read("organisers/transcripts.json"))["rows"]
        audit: list[dict[str, Any]] = json.loads(pack.read("organisers/audit.json"))["rows"]
    assert told["made_at"].startswith("2023-03-27T10:31")
    assert {row["channel"] for row in rows} >= {"team", "agenda", "ledgers"}
    assert len(rows) == len(world.rows("SELECT * FROM transcript_message"))
    assert [row for row in audit if row["what"] == "exported"] == []  # of the packs before this one
    assert list(world.database.parent.glob("*.zip")) == []

    # Too large for Discord, it stays beside the database.
    emit = backend.emit

    def limited(event: str, payload: Any, **named: Any) -> None:  # noqa: ANN401 - as the simulated Discord tells it
        emit(event, {**payload, "attachment_size_limit": 1000} if event == "INTERACTION_CREATE" else payload, **named)

    monkeypatch.setattr(backend, "emit", limited)
    answer = await world.organiser.slash(team, "workshop close")
    await world.eventually(lambda: shown_text(backend.messages[team][answer.message_id or 0])[0] == "✅", "it", 60)
    (left,) = world.database.parent.glob("*.zip")
    assert str(left) in shown_text(backend.messages[team][answer.message_id or 0])
    assert faults(left) == []
    left.unlink()

    # What Discord doesn't take after all is not lost either.
    world.forgiven.add("invalid")
    monkeypatch.setattr(backend, "emit", emit)
    refusals = iter((Fault.FORBIDDEN,))
    made = world.database.parent.glob
    world.discord._draw = lambda request: (  # noqa: SLF001 - it begins in the midst of the test
        next(refusals, None) if request.path.startswith("/webhooks/") and list(made("*.zip")) else None
    )
    answer = await world.organiser.slash(team, "workshop close")
    await world.eventually(lambda: shown_text(backend.messages[team][answer.message_id or 0])[0] == "✅", "it", 60)
    (left,) = world.database.parent.glob("*.zip")
    assert str(left) in shown_text(backend.messages[team][answer.message_id or 0])
