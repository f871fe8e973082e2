"""One act on one ticket, and what it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from community.errors import TransitionRefusedError
from community.tickets.commands import Command
from community.tickets.model import TicketLife
from community.tickets.office import Office


@dataclass(frozen=True, slots=True)
class Decision:
    """What an act leads to."""

    life: TicketLife
    facts: Mapping[str, Any] = field(default_factory=dict)
    """For the event, without personal data."""


@dataclass(frozen=True, slots=True)
class Case:
    """One act on one ticket at one instant."""

    life: TicketLife
    command: Command
    office: Office
    now: datetime


def refused(case: Case, why: str) -> TransitionRefusedError:
    """Returns the refusal of an act, with its reason."""
    return TransitionRefusedError(f"{case.command.action.value}: {why}")
