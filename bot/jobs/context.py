"""What every job works with."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.clock import Clock
from bot.domain.plan import Plan
from bot.jobs.incidents import IncidentReporter
from bot.platform.client import Plenary
from bot.platform.guild import reachable_guild
from bot.platform.rate_limit import Pacer
from bot.platform.venue import Venue
from bot.store import Store
from bot.store.plan_in_force import PlanInForce


@dataclass(frozen=True, slots=True)
class JobContext:
    """The parts of one workshop that its jobs share."""

    programme: PlanInForce
    store: Store
    venue: Venue
    clock: Clock
    client: Plenary
    incidents: IncidentReporter

    @property
    def pacer(self) -> Pacer:
        """The pace of requests, which all workshops of a token share."""
        return self.client.pacer

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.programme.plan

    @property
    def guild(self) -> discord.Guild | None:
        """The workshop's server; None while it has none, or Discord does not reach it."""
        return reachable_guild(self.client, self.venue.guild_id)
