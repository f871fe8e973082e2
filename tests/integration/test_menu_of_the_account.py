"""The menu of this checkout, pushed by its command as the launcher does it."""

import asyncio
import os
import sys

from adapters.settings import ROOT
from adapters.wechat.menu import read_menu
from launcher import __main__ as launcher
from launcher.site import Site
from simulator.options import Options
from simulator.wechat import SimulatedWeChat


async def test_the_simulated_account_gets_the_menu_of_the_catalogue():
    async with SimulatedWeChat(Options(port=0)) as wechat:
        env = {
            **os.environ,
            "WECHAT_APPID": wechat.options.app_id,
            "WECHAT_SECRET": wechat.options.secret,
            "WECHAT_TOKEN": wechat.options.token,
            "WECHAT_AES_KEY": wechat.options.aes_key,
            "WECHAT_ACCOUNT": wechat.options.account,
            "WECHAT_API_URL": wechat.url,
        }
        site = Site(env, is_simulated=True)
        await asyncio.to_thread(launcher.push_menu, site)
        names = [button["name"] for button in read_menu(ROOT / "catalog")["button"]]
        assert wechat.official.menu is not None
        assert [button["name"] for button in wechat.official.menu] == names


def test_the_menu_of_a_real_account_is_left_to_its_operators(monkeypatch):
    monkeypatch.setattr(launcher.subprocess, "run", lambda *_, **__: sys.exit("called"))
    launcher.push_menu(Site({}, is_simulated=False))
