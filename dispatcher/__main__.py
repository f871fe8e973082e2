"""`python -m dispatcher`: delivers what is due until it is told to stop."""

import asyncio
import sys

from adapters.event_loop import use_fast_loop
from adapters.logs import configure_logs
from adapters.settings import Settings
from community.errors import CommunityError
from dispatcher.process import serve


def main() -> int:
    """Runs the dispatcher; errors of ours end with one clear line."""
    try:
        settings = Settings.from_env()
        configure_logs("dispatcher", settings.log_level)
        use_fast_loop()
        asyncio.run(serve(settings))
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
