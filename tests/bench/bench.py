"""What every scenario works with: a folder, how many pairs, sizes, and bots that are connected to a Discord."""

from __future__ import annotations

import gc
import itertools
import ssl
import subprocess
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import bots, workshop
from tests.bench.bots import BotProcess
from tests.bench.payloads import Payload
from tests.bench.server import Burst, DiscordServer
from tests.bench.workshop import Workshop


@dataclass
class Bench:
    """One run of the benchmarks."""

    folder: Path
    pairs: int
    scale: float
    """Of the sizes; 1 for real figures, less to try the benchmarks themselves."""
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._certificate: tuple[Path, Path] | None = None

    def sized(self, size: int) -> int:
        """A size in this run."""
        return max(2, int(size * self.scale))

    def place(self) -> Path:
        """A folder that isn't there yet."""
        return self.folder / f"{next(self._numbers)}"

    def turns(self, *names: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """For each pair its number and whose turn it is, one after the other; who begins changes."""
        for number in range(self.pairs):
            yield number, names if number % 2 == 0 else names[::-1]

    def certificate(self) -> tuple[Path, Path]:
        """A certificate for this machine, and its key."""
        if self._certificate is None:
            cert, key = self.folder / "cert.pem", self.folder / "key.pem"
            subprocess.run(  # noqa: S603 - fixed arguments
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",  # noqa: S607
                 "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=127.0.0.1",
                 "-addext", "subjectAltName=IP:127.0.0.1"],
                check=True, capture_output=True,
            )  # fmt: skip
            self._certificate = cert, key
        return self._certificate


@dataclass
class Arena:
    """Bots that are connected to one Discord and take turns."""

    server: DiscordServer
    bots: dict[str, BotProcess]
    folders: dict[str, Path]

    async def burst(self, name: str, what: Sequence[Payload], first_person: int) -> Burst:
        """Have people press at once at one of them, over connections that it first has to open."""
        self.server.hang_up()
        await self.bots[name].rest()
        self.bots[name].forget_peak()
        gc.collect()
        cpu = self.bots[name].cpu()
        done = await self.server.burst(name, what, first_person)
        done.cpu_each = (self.bots[name].cpu() - cpu) / len(what)
        return done

    async def steady(self, name: str, what: Sequence[Payload], first_person: int, per_second: float) -> Burst:
        """Have people press evenly at one of them."""
        await self.bots[name].rest()
        gc.collect()
        cpu = self.bots[name].cpu()
        done = await self.server.steady(name, what, first_person, per_second)
        done.cpu_each = (self.bots[name].cpu() - cpu) / len(what)
        return done


@asynccontextmanager
async def arena(
    bench: Bench, held: Workshop, names: Sequence[str], guilds: Sequence[Payload] = (), *, tls: bool = False
) -> AsyncGenerator[Arena, None]:
    """Those bots, connected and with nothing left to do."""
    server = DiscordServer([held.server, *guilds])
    certificate = context = None
    if tls:
        certificate, key = bench.certificate()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(server.serving(context))
        running: dict[str, BotProcess] = {}
        folders: dict[str, Path] = {}
        for name in names:
            folder = folders[name] = held.copy(bench.place())
            told = bots.environment(name, api, folder, certificate)
            running[name] = await stack.enter_async_context(bots.running(name, told, folder))
            await server.ready(name)
        await server.quiet()
        yield Arena(server, running, folders)


async def usual_workshop(bench: Bench) -> Workshop:
    """A workshop of 5,000 people, with a session to check in to for each pair and more."""
    return await workshop.make(bench.place(), tracks=bench.pairs * 3 + 4, people=bench.sized(5_000))


async def settled_workshop(bench: Bench, people: int, extra_rooms: int = 0) -> Workshop:
    """A workshop in which all has been posted that there is to post, and whose commands Discord knows."""
    held = await workshop.make(bench.place(), people=people, extra_rooms=extra_rooms)
    server = DiscordServer([held.server])
    async with server.serving() as api:
        told = bots.environment(bots.PLENARY, api, held.folder, None)
        async with bots.running(bots.PLENARY, told, held.folder):
            await server.ready(bots.PLENARY)
            await server.quiet(2)
    return held
