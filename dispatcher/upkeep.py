"""What has to be done every so often."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from adapters.sql.outbox_upkeep import SqlOutboxUpkeep
from dispatcher.digests import fold_notices
from dispatcher.periodic import Task

TICK_EVERY_S = 10.0
TALKS_EVERY_S = 30.0
REMIND_EVERY_S = 60.0
FOLD_EVERY_S = 20.0
RETENTION_EVERY_S = 3_600.0
MAX_ROUNDS = 50
"""Rounds of deletion at a time; the rest waits for the next hour."""

Act = Callable[[datetime], Awaitable[int]]
"""Does something that is due at an instant; returns how much."""


def upkeep_tasks(
    outbox: SqlOutboxUpkeep,
    *,
    tick: Act,
    end_silent_talks: Act,
    remind: Act,
    expiries: Mapping[str, Act],
    digest_above: int,
    retention_days: int,
    wake_up: Callable[[], None],
) -> list[Task]:
    """Returns all periodic tasks of the dispatcher.

    Args:
        outbox: Its upkeep.
        tick: The tickets' clocks: warnings, escalations, time-outs.
        remind: Asks about reports that were left unfinished.
        end_silent_talks: Gives conversations back in which staff say nothing more.
        expiries: Name of a store, and what deletes what it has kept long enough.
        digest_above: More waiting notices than this become a digest.
        retention_days: How long ended messages are kept.
        wake_up: Called when there may be something new to send.
    """
    kept = timedelta(days=retention_days)

    async def digests(now: datetime) -> int:
        return await fold_notices(outbox, more_than=digest_above, now=now)

    async def messages(now: datetime) -> int:
        n_rows = await outbox.give_up_held(before=now - kept, now=now)
        for _ in range(MAX_ROUNDS):
            n_deleted = await outbox.delete_finished(before=now - kept)
            n_rows += n_deleted
            if n_deleted == 0:
                break
        return n_rows

    return [
        Task("tickets", TICK_EVERY_S, _waking(tick, wake_up)),
        Task("talks", TALKS_EVERY_S, _waking(end_silent_talks, wake_up)),
        Task("reminders", REMIND_EVERY_S, _waking(remind, wake_up)),
        Task("digests", FOLD_EVERY_S, digests),
        Task("old-messages", RETENTION_EVERY_S, messages),
        *(
            Task(f"old-{name}", RETENTION_EVERY_S, expire)
            for name, expire in expiries.items()
        ),
    ]


def _waking(act: Act, wake_up: Callable[[], None]) -> Act:
    """Returns an act after which what it has stored is sent at once."""

    async def act_and_wake(now: datetime) -> int:
        n_done = await act(now)
        if n_done:
            wake_up()
        return n_done

    return act_and_wake
