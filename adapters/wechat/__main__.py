"""`python -m adapters.wechat menu push|show|delete` and `… qr --out FILE`."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import aiohttp

from adapters.logs import configure_logs
from adapters.place_files import read_places
from adapters.settings import Settings
from adapters.wechat.client import WeChatClient
from adapters.wechat.menu import read_menu
from adapters.wechat.qr_sheet import GridCode, write_sheet
from adapters.wechat.token_calls import fetch_stable_token
from adapters.wechat.tokens import OwnToken
from community.errors import CatalogError, CommunityError, ConfigurationError
from community.places import Grid


def main(argv: Sequence[str]) -> int:
    """Runs one command; problems go to stderr as `[ERROR] …`, exit code 1."""
    arguments = _parser().parse_args(argv)
    try:
        settings = Settings.from_env()
        asyncio.run(_run(arguments, settings))
    except CatalogError as err:
        problems = err.problems
    except CommunityError as err:
        problems = [str(err)]
    else:
        return 0
    for problem in problems:
        sys.stderr.write(f"[ERROR] {problem}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m adapters.wechat")
    commands = parser.add_subparsers(dest="command", required=True)
    menu = commands.add_parser("menu", help="the account's menu")
    menu.add_argument("action", choices=("push", "show", "delete", "check"))
    qr = commands.add_parser("qr", help="permanent codes of grids, on sheets to print")
    qr.add_argument("--out", type=Path, required=True, help="a name in .png or .pdf")
    qr.add_argument("--community", help="only the grids of this community")
    qr.add_argument("grid", nargs="*", help="ids of grids; none means all")
    return parser


async def _run(arguments: argparse.Namespace, settings: Settings) -> None:
    if arguments.command == "menu" and arguments.action == "check":
        read_menu(settings.content_dir)
        return
    if not settings.wechat.is_on:
        raise ConfigurationError("WECHAT_APPID: must be set, see docs/wechat.md")
    async with aiohttp.ClientSession() as session:
        fetch = partial(fetch_stable_token, session, settings.wechat)
        client = WeChatClient(session, settings.wechat, OwnToken(fetch))
        if arguments.command == "menu":
            await _menu(client, arguments.action, settings.content_dir)
        else:
            grids = chosen_grids(
                settings.content_dir, arguments.grid, arguments.community
            )
            await _codes(client, grids, arguments.out)


async def _menu(client: WeChatClient, action: str, content_dir: Path) -> None:
    if action == "push":
        await client.create_menu(read_menu(content_dir))
    elif action == "delete":
        await client.delete_menu()
    else:
        shown = json.dumps(await client.menu(), ensure_ascii=False, indent=2)
        sys.stdout.write(shown + "\n")


async def _codes(client: WeChatClient, grids: Sequence[Grid], out: Path) -> None:
    codes = []
    for grid in grids:
        code = await client.create_qr(f"grid:{grid.id}")
        codes.append(GridCode(grid.id, grid.name, code.url))
    paths = await asyncio.to_thread(write_sheet, codes, out)
    for path in paths:
        sys.stdout.write(f"{path}\n")


def chosen_grids(
    content_dir: Path, ids: Sequence[str], community: str | None
) -> list[Grid]:
    """Returns the named grids, or all of a community, or all.

    Raises:
        CatalogError: The places cannot be read, or there are no such grids.
    """
    grids = read_places(content_dir).book.grids
    unknown = [grid for grid in ids if grid not in grids]
    if unknown:
        raise CatalogError(
            [f"grid {grid}: is not in catalog/grids" for grid in unknown]
        )
    chosen = [grids[grid] for grid in ids] or list(grids.values())
    found = [grid for grid in chosen if community in (None, grid.community)]
    if not found:
        raise CatalogError(["no such grid in catalog/grids"])
    return found


if __name__ == "__main__":
    configure_logs("wechat-command", "WARNING")
    sys.exit(main(sys.argv[1:]))
