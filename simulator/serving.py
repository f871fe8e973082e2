"""The server as a process of its own."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from adapters.roster_files import load_roster
from community.errors import CommunityError
from simulator.options import ROOT, Options
from simulator.wechat import SimulatedWeChat


def roster_names(content_dir: Path) -> dict[str, str]:
    """Returns the staff's names by userid; a roster with mistakes gives none."""
    try:
        staff = load_roster(content_dir).staff.values()
    except CommunityError:
        return {}
    return {member.wecom_userid: member.name for member in staff}


async def serve(options: Options) -> None:
    """Serves until interrupted."""
    content_dir = os.environ.get("CONTENT_DIR") or str(ROOT / "catalog")
    options.names = roster_names(Path(content_dir))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with SimulatedWeChat(options) as wechat:
        sys.stderr.write(f"› 微信模拟器：{wechat.url}\n")
        await stopped.wait()
