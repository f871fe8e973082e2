"""`python -m gateway serve` and `python -m gateway shell SENDER`."""

import argparse
import asyncio
import sys

from aiohttp import web

from adapters.event_loop import use_fast_loop
from adapters.logs import configure_logs
from adapters.settings import Settings
from community.errors import CommunityError
from gateway.app import build_app
from gateway.shell import shell

SHUTDOWN_TIMEOUT_S = 2.0
"""Open event streams are cut after this; browsers come back by themselves."""


def main() -> int:
    """Runs the chosen command."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve the web chat")
    talk = commands.add_parser("shell", help="talk to the running assistant")
    talk.add_argument("sender", nargs="?", default="terminal")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env()
        configure_logs("gateway", settings.log_level)
        if arguments.command == "shell":
            return asyncio.run(shell(settings, arguments.sender))
        use_fast_loop()
        web.run_app(
            build_app(settings),
            host=settings.gateway_host,
            port=settings.gateway_port,
            print=None,
            shutdown_timeout=SHUTDOWN_TIMEOUT_S,
        )
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
