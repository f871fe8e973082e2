"""`python -m desk serve`, `staff …`, `verify TICKET`, `rotate-key`, `demo`."""

import argparse
import asyncio
import sys

from aiohttp import web

from adapters.event_loop import use_fast_loop
from adapters.logs import configure_logs
from adapters.settings import Settings
from community.errors import CommunityError
from desk.app import build_app
from desk.demo import seed
from desk.staff_commands import StaffCommands, add_commands
from desk.verify import add_verify_commands, rotate_key, verify

SHUTDOWN_TIMEOUT_S = 2.0


def main() -> int:
    """Runs the chosen command; errors of ours end with one clear line."""
    parser = argparse.ArgumentParser(prog="python -m desk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve pages and API for staff")
    commands.add_parser("demo", help="passwords of the demonstration staff")
    add_commands(commands.add_parser("staff", help="accounts"))
    add_verify_commands(commands)
    arguments = parser.parse_args()
    try:
        return run(arguments, Settings.from_env())
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs one command."""
    configure_logs("desk", settings.log_level)
    if arguments.command == "verify":
        return verify(arguments.tickets, settings, every=arguments.all)
    if arguments.command == "rotate-key":
        return rotate_key(settings)
    if arguments.command == "staff":
        return asyncio.run(StaffCommands(settings).run(arguments))
    if arguments.command == "demo":
        return asyncio.run(seed(settings))
    use_fast_loop()
    web.run_app(
        build_app(settings),
        host=settings.desk_host,
        port=settings.desk_port,
        print=None,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
