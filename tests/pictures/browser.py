"""A headless Chromium, driven over its own debugging protocol: enough to open a page and take a picture of a part."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any, Self

import aiohttp

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0")
_SCALE = 1.5
_LARGEST_ANSWER = 64 * 1024 * 1024
_PATIENCE_SECONDS = 60


class BrowserError(RuntimeError):
    """The browser is missing, or a page did not become what was expected."""


class Browser:
    """One page of a running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._session: str | None = None

    async def open_page(self) -> Self:
        """Open the page that everything else is about."""
        target = (await self._call("Target.createTarget", url="about:blank"))["targetId"]
        self._session = (await self._call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        return self

    async def show(self, address: str, *, width: int, height: int) -> None:
        """Go to an address in a window of that size (CSS pixels)."""
        await self._call("Page.navigate", url="about:blank")
        await self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=_SCALE, mobile=False
        )
        await self._call("Page.navigate", url=address)

    async def wait_until(self, expression: str) -> None:
        """Wait until a JavaScript expression is true. Raises BrowserError after a minute."""
        for _ in range(_PATIENCE_SECONDS * 10):
            if await self.evaluate(f"Boolean({expression})"):
                return
            await asyncio.sleep(0.1)
        raise BrowserError(f"After {_PATIENCE_SECONDS} s this is still not true of the page: {expression}")

    async def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - whatever JavaScript has
        """The value of a JavaScript expression; promises are awaited."""
        answer = await self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def picture(self, selector: str, *, margin: int = 0) -> bytes:
        """A PNG of the element that a CSS selector names. Raises BrowserError if there is none."""
        box = await self.evaluate(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)})?.getBoundingClientRect();"
            " return box && [box.x, box.y, box.width, box.height]; })()"
        )
        if not box:
            raise BrowserError(f"The page has nothing that {selector} names.")
        x, y, width, height = box
        clip = {
            "x": x - margin, "y": y - margin, "width": width + 2 * margin, "height": height + 2 * margin, "scale": 1,
        }  # fmt: skip
        answer = await self._call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    async def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        call: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        await self._socket.send_json(call | ({"sessionId": self._session} if self._session else {}))
        while True:
            answer = await self._socket.receive_json(timeout=_PATIENCE_SECONDS)
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                return answer["result"]


@asynccontextmanager
async def browser() -> AsyncGenerator[Browser]:
    """A browser of this machine, until the end of the block. Raises BrowserError if there is none."""
    program = _program(_NAMES)
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program, *_FLAGS, f"--user-data-dir={profile}", "about:blank", stderr=asyncio.subprocess.PIPE
        )
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.ws_connect(await _address(process), max_msg_size=_LARGEST_ANSWER) as socket,
            ):
                yield await Browser(socket).open_page()
        finally:
            process.terminate()
            await process.wait()


def _program(names: Sequence[str]) -> str:
    for name in names:
        if program := shutil.which(name):
            return program
    raise BrowserError(f"Pictures need Chromium: install it (apt install chromium). Looked for {', '.join(names)}.")


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where the browser listens; it says so on standard error once it does."""
    assert process.stderr is not None
    async for line in process.stderr:
        _, found, address = line.decode().strip().partition("DevTools listening on ")
        if found:
            return address
    raise BrowserError("The browser ended before it listened.")
