"""A simulated Discord without a bot: requests are made as a bot's HTTP client makes them, and people act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simcord.backend.errors import BackendError
from simcord.backend.models import Overwrite
from simcord.backend.permissions import flag
from simcord.enums import OverwriteType

from bot.rehearsal.discord.loopback import LoopbackDiscord
from bot.rehearsal.discord.operations import checked
from bot.rehearsal.discord.requests import DiscordRequest, Upload


@dataclass
class Clock:
    """A clock that a test moves."""

    instant: datetime = datetime(2023, 2, 20, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant


@dataclass
class Server:
    """One server with a bot that may do everything but administrate."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.discord = LoopbackDiscord(self.clock.now, token="t", checker=None)  # noqa: S106 - of a simulated Discord
        self.world = self.discord.backend
        self.id = self.discord.add_guild("Customs", bot_permissions=bits("manage_channels", "manage_roles"))
        self.bot = self.world.bot_user.id
        self.bot_role = self.world.guilds[self.id].members[self.bot].role_ids[0]

    def send(self, method: str, path: str, body: object = None, files: tuple[Upload, ...] = ()) -> Any:  # noqa: ANN401 - JSON
        """What Discord answers to a request of the bot; `{guild}` in the path is the server. Raises BackendError."""
        path = path.replace("{guild}", str(self.id))
        return self.discord._carry_out(checked(DiscordRequest(method, path, body=body, files=files)))  # noqa: SLF001

    def refused(self, method: str, path: str, body: object = None, files: tuple[Upload, ...] = ()) -> tuple[int, int]:
        """The status and the code with which Discord refuses a request of the bot."""
        with pytest.raises(BackendError) as failure:
            self.send(method, path, body, files)
        return failure.value.status, failure.value.code

    def everyone_has(self, *names: str) -> None:
        """Give @everyone these permissions only."""
        self.world.edit_role(self.id, self.id, {"permissions": bits(*names)})

    def bot_has(self, *names: str) -> None:
        """Give the bot's role these permissions only."""
        self.world.edit_role(self.id, self.bot_role, {"permissions": bits(*names)})

    def overwrite(self, channel: int, target: int, *, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> None:
        """Let an administrator allow and deny a role permissions in a channel."""
        self.world.set_overwrite(channel, Overwrite(target, OverwriteType.ROLE, bits(*allow), bits(*deny)))

    def channel(self, name: str, kind: int = 0) -> int:
        """Let an administrator make a channel, and return its id."""
        return self.world.create_channel(self.id, name, type=kind).id

    def pass_time(self, **duration: float) -> None:
        """Move the clock, and let Discord do what is due."""
        self.clock.instant += timedelta(**duration)
        self.discord.limits.advance()


def bits(*names: str) -> int:
    """The bits of permissions by their names."""
    return sum(flag(name) for name in names)
