"""What operators do with their pages: review by keyboard, models, answers."""

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from adapters.redis_server import start_for_tests
from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    ended,
    free_port,
    start,
    wait_until_ready,
)
from tests.browser.operator_world import GOOD, WORSE, environment, fill
from tests.browser.staff_pages import DeskSystem, StaffPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

OPERATOR = "county-operator"
PAGES = {
    "/learn/review": "复核",
    "/learn/decided": "看过的",
    "/learn/unmet": "未满足的需求",
    "/learn/models": "模型",
    f"/learn/models/{WORSE}": WORSE,
    "/learn/answers": "答案",
    "/learn/answers/service/id_card": "身份证",
    "/learn/figures": "问答概览",
}
MAX_KEYS_PER_MESSAGE = 2.0
OpenPage = Callable[..., StaffPage]


@pytest.fixture(scope="module")
def desk_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSystem]:
    """A running desk with made-up dialogues, models and content of its own."""
    if not (ROOT / "web" / "dist" / "desk.html").is_file():
        pytest.skip("the pages are not built: run `make web`")
    folder = tmp_path_factory.mktemp("operators")
    # A socket's path is limited to about 100 characters, so it is not below tmp_path.
    redis_folder = Path(f"/tmp/yxl-{secrets.token_hex(6)}")
    port = free_port()
    env = environment(folder, f"unix://{redis_folder}/redis.sock", port)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, redis_folder, ignore_errors=True)
        stack.enter_context(ended(start_for_tests(redis_folder)))
        settings = Settings.from_env(env)
        # Playwright owns this thread's loop.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(upgrade, env["DATABASE_URL"]).result()
            pool.submit(asyncio.run, fill(settings)).result()
        process = start(
            "desk", "serve", env={**os.environ, **env}, log=folder / "desk.log"
        )
        stack.enter_context(ended(process))
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, folder / "desk.log")
        system = DeskSystem(url, settings)
        system.allow(OPERATOR)
        yield system


@pytest.fixture
def open_page(browser: Browser, desk_system: DeskSystem) -> Iterator[OpenPage]:
    """Opens a page for somebody new."""
    contexts: list[BrowserContext] = []

    def open_one(path: str, size: dict[str, int] = DESKTOP) -> StaffPage:
        context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        contexts.append(context)
        page = StaffPage(context.new_page(), desk_system.url)
        page.page.set_default_timeout(30_000)
        page.sign_in(path, OPERATOR)
        return page

    yield open_one
    for context in contexts:
        context.close()


def shot(page: Page, name: str) -> None:
    """Keeps a picture where somebody asks for pictures."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_are_whole_and_accessible(
    open_page: OpenPage, size: dict[str, int]
) -> None:
    operator = open_page("/learn/review", size)
    for path, title in PAGES.items():
        if path != "/learn/review":
            operator.page.goto(operator.url + path)
        heading = operator.page.get_by_role("heading", level=1)
        expect(heading).to_have_text(title, timeout=30_000)
        # The training data are read when they are needed first.
        expect(operator.page.locator(".card, .table-box").first).to_be_visible(
            timeout=90_000
        )
        shot(operator.page, f"{path.strip('/').replace('/', '-')}-{size['width']}")
        width = operator.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], path
        assert operator.violations() == [], path
    assert operator.console_errors == []


def text_on_top(operator: StaffPage) -> str:
    return operator.page.locator(".texts .text").first.inner_text()


def wait_for_another(operator: StaffPage, before: str) -> None:
    expect(operator.page.locator(".texts .text").first).not_to_have_text(
        before, timeout=15_000
    )


def has_problem(operator: StaffPage, before: str) -> bool:
    """Waits for what comes of an accepted message: another one, or a guard's objection."""
    problem = operator.page.locator(".problem")
    top = operator.page.locator(".texts .text").first
    for _ in range(150):
        if problem.is_visible():
            return True
        if not top.is_visible() or top.inner_text() != before:
            return False
        operator.page.wait_for_timeout(100)
    return False


def test_review_by_keyboard(open_page: OpenPage) -> None:
    operator = open_page("/learn/review")
    keyboard, foot = operator.page.keyboard, operator.page.locator(".foot")
    expect(operator.page.locator(".texts .text").first).to_be_visible(timeout=30_000)
    expect(operator.page.get_by_text("前后的对话").first).to_be_visible()
    n_done = 0
    while n_done < 5:
        before = text_on_top(operator)
        keyboard.press("Enter")
        if has_problem(operator, before):
            keyboard.press("d")
        wait_for_another(operator, before)
        said = re.search(r"看了 (\d+) 条，按键 (\d+) 次", foot.inner_text())
        assert said is not None
        n_done, n_keys = int(said[1]), int(said[2])
    assert n_keys / n_done <= MAX_KEYS_PER_MESSAGE
    operator.page.keyboard.press("u")
    expect(operator.page.locator(".el-message")).to_contain_text("撤回了")
    assert operator.console_errors == []


def test_a_label_is_found_by_the_initials_of_its_sounds(open_page: OpenPage) -> None:
    operator = open_page("/learn/review")
    expect(operator.page.locator(".texts .text").first).to_be_visible(timeout=30_000)
    operator.page.keyboard.press("s")
    field = operator.page.get_by_role("combobox")
    expect(field).to_be_focused()
    field.press_sequentially("fz")
    expect(operator.page.get_by_role("option").first).to_contain_text("身份证")
    field.fill("低保")
    expect(operator.page.get_by_role("option").first).to_contain_text("低保")
    field.press("Escape")
    expect(field).not_to_be_visible()


def test_a_wrong_decision_is_found_again_and_corrected(open_page: OpenPage) -> None:
    operator = open_page("/learn/decided")
    page = operator.page
    page.get_by_text("自己写几句").click()
    own = page.locator("details form")
    own.get_by_role("button", name="选一项").click()
    own.get_by_role("combobox").fill("sfz")
    page.keyboard.press("Enter")
    own.get_by_label("一行一句").fill("俺村那个红本本咋补\n红本本掉沟里了")
    own.get_by_role("button", name="收下 2 句").click()
    page.get_by_label("话里有").fill("掉沟里")
    page.get_by_role("button", name="找", exact=True).click()
    row = page.get_by_role("row").filter(has_text="红本本掉沟里了")
    expect(row).to_contain_text("身份证")
    row.get_by_role("button").click()
    form = page.get_by_role("form", name="改这一条")
    form.get_by_label("哪里不对").fill("说的是户口本")
    form.get_by_role("button", name="改", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="红本本掉沟里了")).to_have_count(0)
    assert operator.console_errors == []


def test_a_label_typed_before_the_list_has_come_is_taken_once_it_is_there(
    open_page: OpenPage,
) -> None:
    operator = open_page("/learn/decided")
    page = operator.page
    expect(page.get_by_text("自己写几句")).to_be_visible(timeout=30_000)
    held: list[Route] = []
    page.route("**/api/learn/labels", lambda route: held.append(route))
    page.reload()
    page.get_by_text("自己写几句").click()
    own = page.locator("details form")
    own.get_by_role("button", name="选一项").click()
    own.get_by_role("combobox").fill("sfz")
    page.keyboard.press("Enter")
    expect(own.get_by_text("正在取事项名单")).to_be_visible()
    while len(held) < 2:  # the page's own and that of the list
        page.wait_for_timeout(50)
    for route in held:
        route.abort()
    expect(own.get_by_role("alert")).to_contain_text("事项名单没取到")
    page.unroute("**/api/learn/labels")
    own.get_by_role("button", name="再取一次").click()
    expect(own.get_by_text("归到：")).to_contain_text("身份证")


def test_a_worse_candidate_is_refused_and_an_override_needs_a_reason(
    open_page: OpenPage,
) -> None:
    operator = open_page("/learn/models")
    expect(operator.button("换回上一个")).to_be_disabled()
    operator.page.get_by_role("link", name=WORSE).click()
    operator.button("申请上线").click()
    expect(operator.page.get_by_role("alert")).to_contain_text("答对")
    expect(operator.button("破例申请上线")).to_be_disabled()
    operator.page.goto(f"{operator.url}/learn/models/{GOOD}")
    expect(operator.page.get_by_text("都过了")).to_be_visible()
    operator.button("申请上线").click()
    expect(operator.page.get_by_role("heading", level=1)).to_have_text("模型")
    expect(operator.page.get_by_label("正在做的事")).to_contain_text(GOOD)


def test_an_edited_answer_goes_live(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    operator = open_page("/learn/answers/service/id_card")
    page = operator.page
    page.get_by_label("要不要钱").get_by_role("button").click(timeout=60_000)
    page.get_by_label("答案", exact=True).fill("第一次领不收工本费，丢了补要收。")
    page.get_by_label("有多可靠").select_option("law")
    page.get_by_label("为什么改").fill("到窗口问过了")
    expect(page.get_by_text("请写明哪天核实的。")).to_be_visible(timeout=15_000)
    page.get_by_label("哪天核实的").fill("2026-11-20")
    grounds = page.locator("label").filter(has_text=re.compile("^依据"))
    grounds.locator("select").select_option("id_law")
    expect(page.locator(".edit .bubble").first).to_contain_text("丢了补要收")
    shot(page, "answer-edit")
    operator.button("提交，等批准").click(timeout=30_000)
    # With one approval, who wrote it reads it again before it lives.
    expect(page.get_by_role("button", name="再看一遍")).to_be_disabled()
    path = desk_system.settings.content_dir / "services" / "id_card.yml"
    assert "丢了补要收" not in path.read_text(encoding="utf-8")
    page.get_by_role("button", name="批准，上线").wait_for(timeout=90_000)
    shot(page, "answer-draft")
    page.get_by_role("button", name="批准，上线").click()
    expect(page.locator(".el-message").last).to_contain_text("上线了")
    assert "丢了补要收" in path.read_text(encoding="utf-8")
    expect(page.get_by_text("到窗口问过了").last).to_be_visible()
