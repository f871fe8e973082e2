"""What staff do with their pages: the grid worker's phone, the desk's screen."""

import io
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Route, expect

from adapters.redis_server import start_for_tests
from adapters.settings import ROOT, Settings
from adapters.sql.migrate import upgrade
from community.tickets import TicketState
from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    ended,
    free_port,
    start,
    wait_until_ready,
)
from tests.browser.staff_pages import DeskSystem, StaffPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

WORKER, STREET, COUNTY, ADMIN, AUDITOR = (
    "bugu-w1",
    "maitian-street1",
    "county-duty1",
    "county-admin",
    "county-auditor",
)
MAX_TAPS_TO_RESOLVE = 4
MAX_TAPS_TO_REPORT = 5
THUMB_PX = 44
FILTER_MS = 250
"""How long the list waits for more typing."""
OpenPage = Callable[..., StaffPage]


@pytest.fixture(scope="module")
def desk_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskSystem]:
    """A running desk with a private Redis and database."""
    if not (ROOT / "web" / "dist" / "workers.html").is_file():
        pytest.skip("the pages are not built: run `make web`")
    folder = tmp_path_factory.mktemp("desk")
    # A socket's path is limited to about 100 characters, so it is not below tmp_path.
    redis_folder = Path(f"/tmp/yxl-{secrets.token_hex(6)}")
    port = free_port()
    env = {
        "REDIS_URL": f"unix://{redis_folder}/redis.sock",
        "DATABASE_URL": f"sqlite:///{folder}/desk.db",
        "BLOB_DIR": str(folder / "blobs"),
        "FIELD_KEY": secrets.token_hex(32),
        "DESK_PORT": str(port),
        "DESK_PASSWORD_ONLY": "1",
    }
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, redis_folder, ignore_errors=True)
        stack.enter_context(ended(start_for_tests(redis_folder)))
        upgrade(env["DATABASE_URL"])
        process = start(
            "desk", "serve", env={**os.environ, **env}, log=folder / "desk.log"
        )
        stack.enter_context(ended(process))
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url, folder / "desk.log")
        system = DeskSystem(url, Settings.from_env(env))
        system.allow(WORKER, STREET, COUNTY, ADMIN, AUDITOR)
        yield system


@pytest.fixture
def open_page(browser: Browser, desk_system: DeskSystem) -> Iterator[OpenPage]:
    """Opens a page for somebody new."""
    contexts: list[BrowserContext] = []

    def open_one(size: dict[str, int] = PHONE, **options: Any) -> StaffPage:
        is_phone = size == PHONE
        context = browser.new_context(
            viewport=size,
            is_mobile=is_phone,
            has_touch=is_phone,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        contexts.append(context)
        return StaffPage(context.new_page(), desk_system.url)

    yield open_one
    for context in contexts:
        context.close()


def photo() -> dict[str, object]:
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": jpeg("orange")}


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), colour).save(out, "JPEG")
    return out.getvalue()


def test_claim_to_resolve_in_four_taps(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in("/w/", WORKER)
    worker.tap(worker.button(f"接单 {number}"))
    worker.tap(worker.button("报告结果"))
    worker.tap(worker.button("已经处理好了，现场看过没问题。"))
    worker.tap(worker.button("提交结果"))
    worker.expect_said("报告结果：好了。")
    assert worker.n_taps <= MAX_TAPS_TO_RESOLVE
    assert desk_system.ticket(number).state is TicketState.RESOLVED
    expect(worker.page.get_by_text("等居民确认")).to_be_visible()
    assert worker.console_errors == []


def test_the_cards_link_leads_to_the_ticket_after_signing_in(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.page.get_by_text(number)).to_be_visible()
    expect(worker.page.get_by_text("楼道堆了旧沙发")).to_be_visible()


def test_result_with_photos_of_before_and_after(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    worker.button("接单").click()
    worker.button("报告结果").click()
    worker.page.get_by_label("说明").fill("清走了，见照片")
    for phase in ("处理前", "处理后"):
        field = worker.page.get_by_label(phase, exact=True)
        field.set_input_files([photo()])  # type: ignore[list-item]
        expect(worker.page.get_by_alt_text(f"{phase}第 1 张照片")).to_be_visible()
    worker.button("提交结果").click()
    worker.expect_said("报告结果：好了。")
    for phase in ("处理前", "处理后"):
        shown = worker.page.get_by_alt_text(f"{phase}的照片第 1 张")
        expect(shown).to_be_visible()
        width = "image => image.decode().then(() => image.naturalWidth)"
        assert shown.evaluate(width) == 800
    (noted, before), (told, after) = desk_system.photos(number)
    assert (noted, told) == ("note", "resolve")
    assert len(before) == len(after) == 1
    assert before != after
    assert worker.console_errors == []


def test_claim_photo_and_result_in_four_taps(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file(item="matter/garbage_cleaning")
    worker = open_page()
    worker.sign_in("/w/", WORKER)
    worker.tap(worker.button(f"接单 {number}"))
    worker.tap(worker.button("报告结果"))
    expect(worker.button("垃圾收走了，桶和地都冲过了。")).to_be_visible()
    with worker.page.expect_file_chooser() as chooser:
        worker.tap(worker.page.get_by_text("处理后", exact=True))
    chooser.value.set_files([photo()])  # type: ignore[list-item]
    expect(worker.page.get_by_alt_text("第 1 张照片")).to_be_visible()
    worker.tap(worker.button("提交结果"))
    worker.expect_said("报告结果：好了。")
    assert worker.n_taps <= MAX_TAPS_TO_RESOLVE
    expect(worker.page.get_by_text("已经处理好了，见照片。")).to_be_visible()
    assert desk_system.ticket(number).state is TicketState.RESOLVED


def test_report_with_a_photo_in_five_taps(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    worker = open_page()
    worker.sign_in("/w/", WORKER)
    worker.tap(worker.page.get_by_role("link", name="上报"))
    worker.tap(worker.button("路灯照明"))
    with worker.page.expect_file_chooser() as chooser:
        worker.tap(worker.page.get_by_text("加照片"))
    chooser.value.set_files([photo()])  # type: ignore[list-item]
    expect(worker.page.get_by_alt_text("第 1 张照片")).to_be_visible()
    worker.tap(worker.button("报上去"))
    worker.expect_said("报好了，编号")
    assert worker.n_taps <= MAX_TAPS_TO_REPORT


def test_without_a_network_an_act_waits_and_is_done_once(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.button("接单")).to_be_visible()
    worker.page.context.set_offline(True)
    worker.button("接单").click()
    bar = worker.page.get_by_role("button", name="1 条等着发出去")
    expect(bar).to_be_visible(timeout=10_000)
    bar.click()
    expect(worker.page.get_by_text(f"接单 {number}")).to_be_visible()
    worker.button("关闭").click()
    assert desk_system.ticket(number).state is TicketState.ASSIGNED
    worker.page.context.set_offline(False)
    expect(bar).to_have_count(0, timeout=15_000)
    expect(worker.button("报告结果")).to_be_visible()
    assert desk_system.ticket(number).state is TicketState.IN_PROGRESS
    assert desk_system.ticket(number).life.n_events == 2


def test_what_was_written_offline_survives_closing_the_page(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.button("接单")).to_be_visible()
    context = worker.page.context
    context.set_offline(True)
    worker.button("接单").click()
    expect(worker.page.get_by_role("button", name="1 条等着")).to_be_visible(
        timeout=10_000
    )
    worker.page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(f"{desk_system.url}/w/tickets/{number}")
    expect(later.get_by_role("button", name="报告结果")).to_be_visible(timeout=15_000)


def test_report_in_five_taps(open_page: OpenPage, desk_system: DeskSystem) -> None:
    worker = open_page()
    worker.sign_in("/w/", WORKER)
    worker.tap(worker.page.get_by_role("link", name="上报"))
    worker.tap(worker.button("楼道堆物"))
    worker.tap(worker.button("巡查时看到的，见照片。"))
    worker.tap(worker.button("报上去"))
    worker.expect_said("报好了，编号")
    assert worker.n_taps <= MAX_TAPS_TO_REPORT
    expect(worker.page.get_by_text("巡查", exact=False).first).to_be_visible()


def test_the_position_chooses_the_grid(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    worker = open_page(
        permissions=["geolocation"],
        geolocation={"latitude": 35.4255, "longitude": 122.6905},
    )
    worker.sign_in("/w/report", WORKER)
    worker.button("用现在的位置").click()
    worker.expect_said("按位置选了布谷社区第一网格。")
    expect(worker.page.get_by_role("combobox")).to_have_value("bugu-01")
    worker.page.context.set_geolocation({"latitude": 0.0, "longitude": 0.0})
    worker.button("用现在的位置").click()
    worker.expect_said("这里不在任何网格里，请自己选。")


def test_talking_with_the_resident(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}/talk", WORKER)
    worker.button("开始对话").click()
    worker.page.get_by_label("要说的话").fill("您好，我到楼下了。")
    worker.button("发送").click()
    said = worker.page.get_by_role("log").get_by_text("您好，我到楼下了。")
    expect(said).to_have_count(1)
    worker.button("结束").click()
    expect(worker.button("开始对话")).to_be_visible()


def test_talking_with_a_neighbour_once_the_reporter_is_gone(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    reporter = f"wechat:oTESTreporter_{secrets.token_hex(6)}"
    number = desk_system.file(conversation=reporter)
    desk_system.leave_to_a_neighbour(number)
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    worker.button("接单").click()
    expect(worker.button("看联系方式")).to_have_count(0)
    worker.page.get_by_role("link", name="和居民说话").click()
    expect(worker.page.get_by_text("现在跟一起反映的邻居说话")).to_be_visible()
    worker.button("开始对话").click()
    worker.page.get_by_label("要说的话").fill("我到楼下了")
    worker.button("发送").click()
    expect(worker.page.get_by_role("log").get_by_text("我到楼下了")).to_be_visible()
    assert worker.violations() == []
    waste = desk_system.file(conversation=reporter, item="matter/decoration_waste")
    desk_system.leave_to_a_neighbour(waste)
    street = open_page(DESKTOP)
    street.sign_in(f"/tickets/{waste}", STREET)
    expect(street.page.get_by_text("现在跟一起反映的居民")).to_be_visible()


def test_contact_is_shown_after_a_reason(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file(contact="赵铁蛋 13900001234")
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    worker.button("看联系方式").click()
    expect(worker.page.get_by_text("13900001234")).to_have_count(0)
    worker.button("上门前约时间").click()
    call = worker.page.get_by_role("link", name="打电话")
    expect(call).to_have_attribute("href", "tel:13900001234")


def test_wrong_password_is_said(open_page: OpenPage) -> None:
    worker = open_page()
    worker.sign_in("/w/", WORKER, "not the password")
    expect(worker.page.get_by_role("alert")).to_contain_text("密码")


def test_targets_are_big_enough_for_thumbs(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file()
    worker = open_page()
    worker.sign_in(f"/w/tickets/{number}", WORKER)
    expect(worker.button("接单")).to_be_visible()
    for button in worker.page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB_PX, button.inner_text()


def test_the_street_assigns_urges_and_supervises(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file(description="垃圾堆了两天")
    street = open_page(DESKTOP)
    street.sign_in("/tickets", STREET)
    street.page.get_by_label("编号").fill(number)
    street.page.get_by_role("link", name=number).click()
    street.button("督办").click()
    street.page.get_by_role("dialog").get_by_role("button", name="督办").click()
    expect(street.page.get_by_text("督办：好了。")).to_be_visible()
    assert desk_system.ticket(number).life.is_supervised
    street.button("核对档案").click()
    expect(street.page.get_by_text("没有被改动")).to_be_visible()
    assert street.console_errors == []


def test_a_ticket_opens_though_the_number_was_typed_just_before(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    number = desk_system.file(description="井盖松了")
    street = open_page(DESKTOP)
    street.sign_in("/tickets", STREET)
    link = street.page.get_by_role("link", name=number)
    expect(link).to_be_visible()
    held: list[Route] = []
    street.page.route("**/TicketDetail-*.js", lambda route: held.append(route))
    street.page.get_by_label("编号").fill(number)
    link.click()
    street.page.wait_for_timeout(FILTER_MS + 200)
    for route in held:
        route.continue_()
    expect(street.button("督办")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_second_matter_takes_the_photos_that_show_it(
    open_page: OpenPage, desk_system: DeskSystem, size: dict[str, int]
) -> None:
    photos = [desk_system.store_photo(jpeg(colour)) for colour in ("navy", "olive")]
    number = desk_system.file(photos=tuple(photos))
    street = open_page(size)
    street.sign_in(f"/tickets/{number}", COUNTY)
    street.button("拆单").click()
    dialog = street.page.get_by_role("dialog")
    dialog.get_by_label("另一件事").fill("楼道灯也坏了")
    shown = dialog.get_by_alt_text("第 2 张照片")
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert shown.evaluate(width) == 800
    dialog.get_by_role("checkbox", name="第 2 张照片").check()
    assert street.violations() == []
    dialog.get_by_role("button", name="拆单").click()
    expect(street.page.get_by_text("拆单：好了。")).to_be_visible()
    second = desk_system.ticket(desk_system.last_fact(number, "to"))
    assert second.draft.photos == (photos[1],)
    assert street.console_errors == []


def test_a_call_is_entered_and_the_ledger_downloaded(
    open_page: OpenPage, desk_system: DeskSystem
) -> None:
    street = open_page(DESKTOP)
    street.sign_in("/report", STREET)
    street.page.get_by_label("什么事").select_option("matter/noise")
    street.page.get_by_label("情况").fill("半夜装修")
    street.page.locator("select").nth(1).select_option("bugu")
    street.button("登记").click()
    expect(street.page.get_by_role("status")).to_contain_text("登记好了，编号")
    street.page.get_by_role("link", name="工单", exact=True).click()
    with street.page.expect_download() as download:
        street.button("台账 Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_spreadsheet_is_imported_and_wrong_lines_are_said(
    open_page: OpenPage,
) -> None:
    county = open_page(DESKTOP)
    county.sign_in("/tickets", COUNTY)
    text = (
        "外部编号,事项,情况,网格\r\n"
        "热线-1,噪声扰民,半夜放鞭炮,布谷社区第一网格\r\n"
        "热线-2,飞毯漏油,天上滴油,\r\n"
    )
    with county.page.expect_file_chooser() as chooser:
        county.button("导入表格").click()
    file = {
        "name": "热线.csv",
        "mimeType": "text/csv",
        "buffer": text.encode("gb18030"),
    }
    chooser.value.set_files([file])  # type: ignore[list-item]
    county.expect_said("导入了 1 件，1 行没有导进来")
    county.expect_said("第 3 行：事项“飞毯漏油”不认得。")
    expect(county.page.get_by_text("半夜放鞭炮")).to_be_visible()
    assert county.console_errors == []


def test_everybody_sees_only_their_pages(open_page: OpenPage) -> None:
    admin = open_page(DESKTOP)
    admin.sign_in("/", ADMIN)
    navigation = admin.page.get_by_role("navigation", name="主要页面")
    expect(navigation.get_by_role("link", name="账号")).to_be_visible()
    expect(navigation.get_by_role("link", name="工单", exact=True)).to_have_count(0)
    expect(navigation.get_by_role("link", name="审计")).to_have_count(0)
    assert admin.console_errors == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_phone(
    open_page: OpenPage, desk_system: DeskSystem, color_scheme: str
) -> None:
    number = desk_system.file()
    worker = open_page(color_scheme=color_scheme, reduced_motion="reduce")
    worker.page.goto(f"{desk_system.url}/w/")
    expect(worker.button("登录")).to_be_visible()
    assert worker.violations() == []
    worker.sign_in("/w/", WORKER)
    expect(worker.button(f"接单 {number}")).to_be_visible()
    assert worker.violations() == []
    worker.button(f"接单 {number}").click()
    worker.button("报告结果").click()
    expect(worker.button("提交结果")).to_be_visible()
    worker.page.wait_for_timeout(400)
    assert worker.violations() == []
    for path in ("/w/report", "/w/me", f"/w/tickets/{number}/talk"):
        worker.page.goto(desk_system.url + path)
        worker.page.wait_for_load_state("networkidle")
        assert worker.violations() == [], path


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_desk(
    open_page: OpenPage, desk_system: DeskSystem, color_scheme: str
) -> None:
    number = desk_system.file()
    pages = {
        STREET: ["/tickets", f"/tickets/{number}", "/report", "/figures", "/people"],
        ADMIN: ["/admin/accounts", "/admin/systems"],
        AUDITOR: ["/audit"],
    }
    for staff, paths in pages.items():
        desk = open_page(DESKTOP, color_scheme=color_scheme, reduced_motion="reduce")
        desk.sign_in(paths[0], staff)
        for path in paths:
            desk.page.wait_for_load_state("networkidle")
            desk.page.goto(desk_system.url + path)
            desk.page.wait_for_load_state("networkidle")
            assert desk.violations() == [], path
        assert desk.console_errors == []
