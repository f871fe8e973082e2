"""`python -m simulator serve`, `send` and `replay`; see docs/simulator.md."""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from community.errors import CommunityError
from simulator.options import Options
from simulator.script import replay, send

WAIT_S = 10.0


def parser() -> argparse.ArgumentParser:
    """Returns the command line's grammar."""
    found = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve WeChat, WeCom and the page")
    one = commands.add_parser("send", help="do one thing as a resident")
    one.add_argument("--openid", required=True)
    one.add_argument("--image", type=Path)
    one.add_argument("--voice", type=Path)
    one.add_argument("--video", type=Path)
    one.add_argument("--location", metavar="LAT,LON")
    one.add_argument("--click", metavar="KEY", help="tap the menu")
    one.add_argument("--scan", metavar="SCENE", help="scan a code of the account")
    one.add_argument("--grant", metavar="TEMPLATE", help="allow one notice")
    one.add_argument("--follow", action="store_true")
    one.add_argument("--unfollow", action="store_true")
    one.add_argument("--menu-id", default="", help="as a tapped quick reply")
    one.add_argument("text", nargs="?", default="")
    played = commands.add_parser("replay", help="play a recorded conversation")
    played.add_argument("file", type=Path)
    for command in (one, played):
        command.add_argument("--wait", type=float, default=WAIT_S, metavar="SECONDS")
        command.add_argument("--url", default=None, help="of a running simulator")
    return found


def say(values: dict[str, Any]) -> None:
    """Prints one bubble as a JSON line, at once."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def run(arguments: argparse.Namespace) -> int:
    """Runs the chosen command and returns its exit code."""
    options = Options.from_env()
    if arguments.command == "serve":
        # Only here: the roster's libraries take a second to load.
        from simulator.serving import serve

        asyncio.run(serve(options))
        return 0
    url = (
        arguments.url
        or os.environ.get("SIMULATOR_URL")
        or f"http://{options.host}:{options.port}"
    )
    if arguments.command == "send":
        return asyncio.run(send(url, arguments, say))
    problems = asyncio.run(replay(url, arguments.file, arguments.wait, say))
    for problem in problems:
        sys.stderr.write(f"[ERROR] {problem}\n")
    return 1 if problems else 0


def main() -> int:
    """Runs the command line; errors of ours end with one clear line."""
    try:
        return run(parser().parse_args())
    except (CommunityError, OSError) as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 3


if __name__ == "__main__":
    sys.exit(main())
