"""`python -m tests.stack.late_dispatcher FILE`: a dispatcher whose clock runs ahead.

The file holds by how many seconds; it is read at every look at the clock.
"""

import asyncio
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from adapters.logs import configure_logs
from adapters.settings import Settings
from dispatcher import upkeep
from dispatcher.process import opened, run, utc_now

TICK_EVERY_S = 0.5


async def serve(settings: Settings, file: Path) -> None:
    """Runs until SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)

    def now() -> datetime:
        return utc_now() + timedelta(seconds=float(file.read_text()))

    async with opened(settings, now) as stores:
        await run(stores, "late", stopping)


if __name__ == "__main__":
    upkeep.TICK_EVERY_S = TICK_EVERY_S
    found = Settings.from_env()
    configure_logs("late-dispatcher", found.log_level)
    asyncio.run(serve(found, Path(sys.argv[1])))
