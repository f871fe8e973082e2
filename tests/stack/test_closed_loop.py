"""From a report to a result that the resident confirms, and what if nobody reacts.

Real processes as `make run` starts them, the simulator in place of WeChat and WeCom,
and a real browser. What a newcomer is told to try is what is tried here.
"""

import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from adapters.settings import ROOT
from desk.demo import RESIDENT, SENTENCE, STREET, WORKER
from tests.browser.conftest import browser, ended  # noqa: F401 - a fixture
from tests.browser.staff_pages import StaffPage
from tests.stack.whole_system import ANSWER_MS, Phones, WholeSystem, whole_system

pytestmark = [
    pytest.mark.stack,
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.timeout(360),
]
WIDE = {"width": 1500, "height": 900}
BACKUP, HEAD, COUNTY = "fengzheng-w6", "fengzheng-head", "county-duty1"
URGENT_SENTENCE = "风筝小学东边今天又有人从楼上拉线给电动车充电"
"""An urgent matter of the grid: minutes count, by day and by night."""
QUARTER_S, HOUR_S = 15 * 60.0 + 1, 3_600.0


@pytest.fixture(scope="module")
def system(model_path: Path) -> Iterator[WholeSystem]:
    """Everything that `make run` starts."""
    with whole_system() as it:
        yield it


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[], Page]]:  # noqa: F811
    """Opens a page in a browser of its own."""
    contexts: list[BrowserContext] = []

    def open_one() -> Page:
        context = browser.new_context(
            viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(ANSWER_MS)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def after() -> dict[str, object]:
    """A photo of the place, cleaned."""
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "seagreen").save(out, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def street_page(page: Page, system: WholeSystem) -> StaffPage:
    """The desk, opened by the street."""
    desk = StaffPage(page, system.desk)
    desk.sign_in("/tickets", STREET, system.passwords[STREET])
    expect(desk.page.get_by_role("link", name="三率")).to_be_visible()
    return desk


def answered(desk: StaffPage) -> tuple[int, int]:
    """Reads from the figures how many say that it is solved, and how many answered."""
    desk.page.goto(f"{desk.url}/figures")
    tile = desk.page.get_by_text("居民说解决了")
    expect(tile).to_be_visible()
    found = re.search(r"(\d+) / (\d+)", tile.inner_text())
    assert found is not None
    return int(found[1]), int(found[2])


def test_what_is_printed_is_short_and_says_what_to_do(system: WholeSystem) -> None:
    assert "Warning" not in system.output
    assert "WARNING" not in system.output
    assert SENTENCE in system.output
    assert RESIDENT in system.output
    for address in (system.gateway, system.desk, system.simulator):
        assert address in system.output
    assert {WORKER, BACKUP, HEAD, STREET, COUNTY} <= set(system.passwords)


def test_from_a_report_to_a_confirmed_result(
    open_page: Callable[[], Page], system: WholeSystem
) -> None:
    desk = street_page(open_page(), system)
    solved_before, answered_before = answered(desk)

    phones = Phones(open_page(), system)
    phones.follow()
    number = phones.report(SENTENCE)
    with phones.page.context.expect_page() as opened:
        phones.card(number).get_by_role("link", name="查看详情").click()

    worker = StaffPage(opened.value, system.desk)
    worker.page.get_by_label("账号").fill(WORKER)
    worker.page.get_by_label("密码").fill(system.passwords[WORKER])
    worker.button("登录").click()
    expect(worker.page.get_by_text(SENTENCE).first).to_be_visible()
    worker.button("接单").click()
    phones.expect_heard("有人接单了")
    worker.button("报告结果").click()
    worker.page.get_by_label("说明").fill("垃圾清走了，桶也刷了，见照片")
    field = worker.page.get_by_label("处理后", exact=True)
    field.set_input_files([after()])  # type: ignore[list-item]
    expect(worker.page.get_by_alt_text("第 1 张照片")).to_be_visible()
    worker.button("提交结果").click()
    worker.expect_said("报告结果：好了。")

    phones.expect_heard("垃圾清走了，桶也刷了")
    phones.expect_heard("这件事解决了吗")
    expect(phones.resident.get_by_role("img").last).to_be_visible()
    phones.tap("解决了")
    expect(phones.worker).to_contain_text("居民说办好了", timeout=ANSWER_MS)

    assert answered(desk) == (solved_before + 1, answered_before + 1)
    desk.page.goto(f"{system.desk}/tickets/{number}")
    expect(desk.page.get_by_text("已确认").first).to_be_visible()
    desk.button("核对档案").click()
    expect(desk.page.get_by_text("没有被改动")).to_be_visible()
    assert worker.console_errors == []


def test_a_worker_signs_in_by_wecom(
    open_page: Callable[[], Page], system: WholeSystem
) -> None:
    phones = Phones(open_page(), system)
    phones.turn_to(WORKER)
    worker = StaffPage(phones.page.context.new_page(), system.desk)
    worker.page.goto(f"{system.desk}/w/")
    worker.button("用企业微信登录").click()
    report = worker.page.get_by_role("link", name="上报")
    expect(report).to_be_visible(timeout=ANSWER_MS)
    assert worker.page.url.startswith(f"{system.desk}/w")
    assert worker.console_errors == []


class LateClock:
    """The clock of the dispatcher, which can be put forward."""

    def __init__(self, file: Path) -> None:
        """Begins with now."""
        self._file = file
        self._ahead_s = 0.0
        self.put_forward(0.0)

    def put_forward(self, seconds: float) -> None:
        """Lets time pass."""
        self._ahead_s += seconds
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(self._ahead_s))
        fresh.replace(self._file)


@contextmanager
def late_dispatcher(system: WholeSystem, folder: Path) -> Iterator[LateClock]:
    """Runs a dispatcher whose clock can be put forward."""
    clock = LateClock(folder / "ahead")
    command = [sys.executable, "-m", "tests.stack.late_dispatcher"]
    with (folder / "late.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, str(folder / "ahead")],
            cwd=ROOT,
            env=system.env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    with ended(process):
        yield clock


def wait_for(found: Callable[[], bool], what: str, timeout_s: float = 30.0) -> None:
    """Waits until something is so."""
    deadline = monotonic() + timeout_s
    while not found():
        assert monotonic() < deadline, what
        sleep(0.2)


def test_nobody_reacts(
    open_page: Callable[[], Page], model_path: Path, tmp_path: Path
) -> None:
    with (
        whole_system("--without", "dispatcher,training") as system,
        late_dispatcher(system, tmp_path) as clock,
    ):
        phones = Phones(open_page(), system)
        phones.follow()
        number = phones.report(URGENT_SENTENCE)

        def has(userid: str, title: str) -> Callable[[], bool]:
            return lambda: any(
                title in card and number in card for card in system.cards(userid)
            )

        wait_for(has(WORKER, "新工单"), "the worker is told")
        for told in (BACKUP, HEAD, STREET):  # urgent: whoever is on duty above is next
            assert not has(told, "没有人接单")()
            clock.put_forward(QUARTER_S)
            wait_for(has(told, "没有人接单"), f"{told} is told")
        clock.put_forward(2 * HOUR_S)
        wait_for(has(STREET, "上报到您这里的工单"), "the street has it")
        phones.expect_heard("已经转到街道办理")
        for late in (WORKER, BACKUP, HEAD):

            def is_grey(who: str = late) -> bool:
                return any("已转给" in told for told in system.greyed(who, number))

            wait_for(is_grey, f"{late}'s card says who has it now")
        clock.put_forward(2 * HOUR_S)
        wait_for(has(COUNTY, "上报到您这里的工单"), "the county has it")
        phones.expect_heard("已经转到县里办理")

        desk = street_page(open_page(), system)
        desk.page.goto(f"{system.desk}/tickets/{number}")
        expect(desk.page.get_by_text("超过规定时间没有联系居民").first).to_be_visible()
