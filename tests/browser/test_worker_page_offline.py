"""The grid worker's page opens without a network, and keeps nothing that is not its own."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from playwright.sync_api import Browser, Page, expect

from adapters.settings import ROOT
from community.tickets import TicketState
from tests.browser.conftest import PHONE, ended, free_port, wait_until_ready
from tests.browser.staff_pages import DeskSystem, StaffPage
from tests.browser.test_staff_pages import (
    STREET,
    WORKER,
    OpenPage,
    desk_system,
    open_page,
)

__all__ = ["desk_system", "open_page"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SHELL = ROOT / "web" / "dist" / "workers-sw.js"
KEPT = """async () => {
  const found = []
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      found.push(new URL(request.url).pathname)
  return found
}"""
NAMES = "() => caches.keys()"
ONLY = "async (name) => (await caches.keys()).join() === name"
STORED = "() => Object.values(localStorage).join()"
DESK = """
import sys
from pathlib import Path
from aiohttp import web
from adapters.settings import Settings
from desk.app import build_app
settings = Settings.from_env()
app = build_app(settings, pages=Path(sys.argv[1]))
web.run_app(app, host="127.0.0.1", port=settings.desk_port)
"""
"""The desk with pages of the test's own, which can change while it runs."""


def kept(page: Page) -> list[str]:
    """Waits until the page is kept on the phone; returns what is."""
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    found: list[str] = page.evaluate(KEPT)
    return found


def test_it_opens_without_a_network_and_sends_once_when_it_is_back(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.button("接单")).to_be_visible()
    kept(worker.page)
    worker.page.context.set_offline(True)
    worker.button("接单").click()
    bar = worker.page.get_by_role("button", name="1 条等着发出去")
    expect(bar).to_be_visible(timeout=10_000)
    worker.page.reload()
    expect(worker.page.get_by_text("没有网络，写的先存在手机里。")).to_be_visible()
    expect(worker.page.get_by_text("工单要连上网才看得到")).to_be_visible()
    expect(bar).to_be_visible()
    assert desk_system.ticket(number).state is TicketState.ASSIGNED
    worker.page.context.set_offline(False)
    expect(bar).to_have_count(0, timeout=20_000)
    expect(worker.button("报告结果")).to_be_visible()
    expect(worker.page.get_by_text("没有网络")).to_have_count(0)
    life = desk_system.ticket(number).life
    assert (life.state, life.n_events) == (TicketState.IN_PROGRESS, 2)


def test_a_report_is_written_on_a_page_that_was_opened_without_a_network(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    worker = open_page()
    worker.sign_in("/w/report", WORKER)
    expect(worker.button("楼道堆物")).to_be_visible()
    kept(worker.page)
    worker.page.context.set_offline(True)
    worker.page.goto(f"{desk_system.url}/w/report")
    worker.button("楼道堆物").click()
    worker.page.get_by_label("情况").fill("没有信号的地下室堆满了东西")
    worker.button("报上去").click()
    worker.expect_said("网络不好，已经记下")
    worker.page.context.set_offline(False)
    bar = worker.page.get_by_role("button", name="1 条等着发出去")
    expect(bar).to_have_count(0, timeout=20_000)
    worker.button("本网格").click()
    mine = worker.page.get_by_text("没有信号的地下室堆满了东西")
    expect(mine).to_have_count(1)


def test_only_files_are_kept_and_nobody_is_there_after_signing_out(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    desk_system.file(description="只有我看得到的话")
    worker = open_page()
    worker.sign_in("/w/", WORKER)
    expect(worker.page.get_by_text("只有我看得到的话").first).to_be_visible()
    files = kept(worker.page)
    assert "/w/" in files
    assert all(file == "/w/" or file.startswith("/assets/") for file in files)
    assert WORKER in worker.page.evaluate(STORED)
    worker.page.goto(f"{desk_system.url}/w/me")
    worker.button("退出登录").click()
    expect(worker.button("登录")).to_be_visible()
    assert worker.page.evaluate(STORED) == ""
    worker.page.context.set_offline(True)
    worker.page.goto(f"{desk_system.url}/w/")
    expect(worker.page.get_by_text("网络不通，打不开工单。")).to_be_visible()


def test_whoever_leaves_without_a_network_is_signed_out_when_it_is_back(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    worker = open_page()
    worker.sign_in("/w/me", WORKER)
    kept(worker.page)
    worker.page.context.set_offline(True)
    worker.button("退出登录").click()
    expect(worker.button("登录")).to_be_visible()
    worker.page.context.set_offline(False)
    worker.page.reload()
    expect(worker.button("登录")).to_be_visible()
    worker.sign_in("/w/me", WORKER)
    expect(worker.button("退出登录")).to_be_visible()
    worker.page.reload()
    expect(worker.button("退出登录")).to_be_visible()


def test_the_next_person_finds_nothing_of_the_last_one(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.button("接单")).to_be_visible()
    kept(worker.page)
    worker.page.context.set_offline(True)
    worker.button("接单").click()
    expect(worker.page.get_by_role("button", name="1 条等着")).to_be_visible(
        timeout=10_000
    )
    worker.page.goto(f"{desk_system.url}/w/me")
    worker.button("退出登录").click()
    worker.page.context.set_offline(False)
    worker.sign_in("/w/me", STREET)
    expect(worker.button("退出登录")).to_be_visible()
    expect(worker.page.get_by_role("button", name="1 条等着")).to_have_count(0)
    who = worker.page.evaluate("() => localStorage.getItem('workers.who')")
    assert f'"id":"{STREET}"' in who
    assert desk_system.ticket(number).state is TicketState.ASSIGNED


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A copy of the built pages."""
    if not SHELL.is_file():
        pytest.skip("the pages are not built: run `make web`")
    return Path(shutil.copytree(SHELL.parent, tmp_path / "pages"))


@pytest.fixture
def url(desk_system: DeskSystem, pages: Path, tmp_path: Path) -> Iterator[str]:
    """A second desk beside the first, with those pages."""
    settings, port = desk_system.settings, free_port()
    env = {
        **os.environ,
        "REDIS_URL": settings.redis_url,
        "DATABASE_URL": settings.database_url,
        "FIELD_KEY": settings.field_key,
        "DESK_PASSWORD_ONLY": "1",
        "DESK_PORT": str(port),
    }
    log = tmp_path / "desk.log"
    with log.open("wb") as output:
        process = Popen(
            [sys.executable, "-W", "ignore", "-c", DESK, str(pages)],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=output,
        )
    with ended(process):
        found = f"http://127.0.0.1:{port}"
        wait_until_ready(found, log)
        yield found


def test_a_newer_page_takes_the_place_of_the_kept_one(
    browser: Browser, url: str, pages: Path
) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    worker = StaffPage(context.new_page(), url)
    worker.sign_in("/w/me", WORKER)
    expect(worker.button("退出登录")).to_be_visible()
    kept(worker.page)
    [first] = worker.page.evaluate(NAMES)
    text = (pages / "workers-sw.js").read_text(encoding="utf-8")
    version = first.removeprefix("workers-shell-")
    assert version in text
    newer = text.replace(version, "newer0000000")
    (pages / "workers-sw.js").write_text(newer, encoding="utf-8")
    html = (pages / "workers.html").read_text(encoding="utf-8")
    (pages / "workers.html").write_text(
        html.replace("正在打开…", "新版正在打开…"), encoding="utf-8"
    )
    worker.page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistration()).update()"
    )
    expect(worker.button("页面有新版，点这里换上")).to_be_visible(timeout=10_000)
    worker.page.wait_for_function(ONLY, arg="workers-shell-newer0000000")
    worker.button("页面有新版，点这里换上").click()
    expect(worker.button("页面有新版，点这里换上")).to_have_count(0)
    context.set_offline(True)
    worker.page.reload()
    expect(worker.button("退出登录")).to_be_visible()
    text_of_kept = "async () => (await caches.match('/w/')).text()"
    assert "新版正在打开" in worker.page.evaluate(text_of_kept)
    context.close()


def test_its_policy_allows_the_service_worker(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    worker = open_page()
    answer = worker.page.request.get(f"{desk_system.url}/w/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    worker.sign_in("/w/", WORKER)
    kept(worker.page)
    assert worker.console_errors == []
    worker.page.goto(f"{desk_system.url}/w?from=card")
    assert worker.page.url == f"{desk_system.url}/w/?from=card"
