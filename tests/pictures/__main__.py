"""`make pictures`: rehearse the example workshop, and photograph what the real bot posted, in headless Chromium.

The pages are those of simcord's preview, which shows the simulated Discord as a member of the server sees it.
"""

from __future__ import annotations

import asyncio
import base64
import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from PIL import Image
from rich.console import Console
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.env import Env
from simcord.preview import Preview, make_preview
from simcord.results import ResponseMessage

from bot import runtime
from bot.importing import plan_file
from bot.rehearsal.cast.script import read_cast, wall
from bot.rehearsal.run import Rehearsal, RehearsalRequest
from bot.settings import ROOT
from tests.pictures.browser import Browser, browser
from tests.pictures.shots import COLUMNS, KEPT, SHOTS, TOGETHER, Shot

_NAME = "wco-mena-2023.yaml"
_WIDTH = 620
_HEIGHT = 2000
#: Takes away what simcord's page has around the message, and shows its buttons as if the bot were in this process.
#: Like Discord, it lays out each paragraph in its own direction. The page allows constructed sheets only.
_STYLE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  [data-workbench] { display: none !important; }
  button, button[aria-disabled] { opacity: 1 !important; }
  #focused-content * { unicode-bidi: plaintext; text-align: start; }
`);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
"""


class PreviewEnvironment:
    """What simcord's preview asks of its environment, answered by the rehearsal's Discord.

    There is no bot in this process to wait for, and the preview lasts no longer than a picture.
    """

    _generation = 0
    bot = None

    def __init__(self, backend: object) -> None:
        self.backend = backend
        self._preview: object = None

    def _register_pre_shutdown(self, _: object) -> object:
        return lambda: None

    def _register_dispatch_observer(self, _: object) -> object:
        return lambda: None

    def _begin_operation(self, _: str) -> None:
        """Nothing else works on this Discord through the preview."""

    def _end_operation(self) -> None:
        """See above."""


class PicturedRehearsal(Rehearsal):
    """A rehearsal in which somebody takes pictures; it ends with the last of them."""

    browser: Browser
    out: Path

    async def _act(self) -> None:
        acting = asyncio.create_task(super()._act(), name="act")
        pictures = asyncio.create_task(self._on_stage(self._take_pictures), name="take pictures")
        done, _ = await asyncio.wait({acting, pictures}, return_when=asyncio.FIRST_COMPLETED)
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
        for task in done:
            task.result()

    async def _take_pictures(self) -> None:
        for shot in SHOTS:
            await self._keeper.sleep_until(wall(shot.at, self.plan.tz))
            await asyncio.sleep(0.5)
            (self.out / f"{shot.name}.png").write_bytes(await self._picture_of(shot))

    async def _picture_of(self, shot: Shot) -> bytes:
        backend = self._discord.backend
        channel = next(channel for channel in backend.channels.values() if channel.name == shot.channel)
        seen = [message for message in self._discord.messages(channel.id) if shot.words in message.text][-1]
        environment = cast("Env", PreviewEnvironment(backend))
        async with self._preview(environment, channel.id) as preview:
            await preview.show(ResponseMessage(environment, backend.messages[channel.id][seen.id]))
            await self.browser.show(preview.url, width=_WIDTH, height=_HEIGHT)
            await self.browser.wait_until("window.simcordPreview?.ready")
            await self.browser.evaluate(_STYLE)
            return await self.browser.picture("#focused-content")

    def _preview(self, environment: Env, channel_id: int) -> Preview:
        backend = self._discord.backend
        guild = GuildHandle(environment, backend.guilds[self._actors.guild_id])
        owner = UserHandle(environment, backend.users[backend.guilds[guild.id].owner_id])
        keys: dict[str, Any] = {"assets": None, "sku_presentations": None, "port": None, "locale": "en-GB"}
        return make_preview(
            environment,
            ChannelHandle(environment, guild, backend.channels[channel_id]),
            viewers=[MemberActor(environment, guild, owner)],
            layout="message",
            display="responsive",
            width=_WIDTH,
            height=_HEIGHT,
            timezone=self.plan.zone,
            presentation_time=self._keeper.now(),
            **keys,
        )


async def _side_by_side(page: Browser, out: Path) -> bytes:
    """One picture of several, in columns."""
    columns = "".join(f"<div>{''.join(_image(out / f'{name}.png') for name in names)}</div>" for names in COLUMNS)
    html = f"<body style='margin:0'><main style='display:inline-flex;gap:12px;background:#313338'>{columns}</main>"
    address = "data:text/html;base64," + base64.b64encode(html.encode()).decode()
    await page.show(address, width=2 * _WIDTH + 40, height=_HEIGHT)
    await page.wait_until("[...document.images].every((image) => image.complete)")
    return await page.picture("main")


def _image(file: Path) -> str:
    data = base64.b64encode(file.read_bytes()).decode()
    return f"<img style='display:block;width:{_WIDTH}px' src='data:image/png;base64,{data}'>"


def _write(file: Path, png: bytes) -> None:
    """Write a picture with at most 256 colours, which makes it a third as large."""
    Image.open(io.BytesIO(png)).convert("RGB").quantize(256).save(file, optimize=True)


async def main(kept: Path) -> None:
    """Write the pictures that README and docs show to a folder."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        request = RehearsalRequest(
            plan=ROOT / "config/workshops" / _NAME, cast=ROOT / "config/rehearsal" / _NAME, out=out / "rehearsal",
            speed=0, seed=1, kills=0, openapi=None,
        )  # fmt: skip
        plan = plan_file.load_plan(request.plan).plan
        async with browser() as page:
            rehearsal = PicturedRehearsal(request, plan, read_cast(request.cast), Console(quiet=True))
            rehearsal.browser, rehearsal.out = page, out
            await rehearsal.play()
            (out / f"{TOGETHER}.png").write_bytes(await _side_by_side(page, out))
        for name in sorted(KEPT):
            _write(kept / f"{name}.png", (out / f"{name}.png").read_bytes())


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    runtime.run(main(folder))
