"""Tries to store something again while that may still be in time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from community.errors import MailboxFullError, StoreUnavailableError

FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.4
T = TypeVar("T")


async def patiently(
    action: Callable[[], Awaitable[T]], until: float, *, while_full: float = 0.0
) -> T:
    """Returns what an action returns, once its store answers.

    Args:
        action: May be done any number of times.
        until: Time of the event loop after which a store that is down is given up.
        while_full: The same for a mailbox that is full.

    Raises:
        StoreUnavailableError: The store was down until the end.
        MailboxFullError: The mailbox was full until the end.
    """
    loop = asyncio.get_running_loop()
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return await asyncio.wait_for(action(), max(until - loop.time(), 0.05))
        except asyncio.TimeoutError as err:
            raise StoreUnavailableError("the store did not answer in time") from err
        except StoreUnavailableError:
            if loop.time() + pause_s >= until:
                raise
        except MailboxFullError:
            if loop.time() + pause_s >= while_full:
                raise
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
