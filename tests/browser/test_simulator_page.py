"""The simulator's page as its users meet it, with a service that answers by rule."""

import asyncio
import json
import secrets
import threading
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from adapters.settings import ROOT, Settings
from adapters.wechat.bubbles import RenderOptions
from adapters.wechat.render import custom_messages
from community.replies import Part, Text
from gateway.app import build_app
from gateway.keys import ANSWER_PAGES, CLOCK
from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.webhook import Webhook, text_reply

pytestmark = pytest.mark.browser
PHOTO = ROOT / "web" / "src" / "chat" / "icon.svg"
QUICK = '<a href="weixin://bizmsgmenu?msgmenucontent=在哪办&msgmenuid=2">在哪办</a>'
CARD = {
    "card_type": "button_interaction",
    "main_title": {"title": "新工单", "desc": "楼道灯坏了"},
    "task_id": "t1",
    "button_list": [{"text": "受理", "style": 1, "key": "accept"}],
}


def answer(message: Any) -> str | None:
    """Answers by what was said."""
    said = getattr(message, "content", "")
    if said == "慢":
        return None
    if said == "错":
        return "<xml>"
    if message.type == "event":
        return text_reply(message, "欢迎关注")
    return text_reply(message, f"收到{said or message.type}，{QUICK}")


class Backstage:
    """The simulator and the service in a thread of their own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.options = Options(port=0, reply_timeout_s=1.0)
        self.webhook = Webhook(self.options)
        self.webhook.respond = answer
        self.wechat = self.run(self._start())

    async def _start(self) -> SimulatedWeChat:
        await self.webhook.start()
        wechat = SimulatedWeChat(self.options)
        await wechat.start()
        return wechat

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Does something there and waits for it."""
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return done.result(20)

    def post(self, path: str, values: dict[str, Any]) -> dict[str, Any]:
        """Calls an API as the service would."""
        request = urllib.request.Request(
            f"{self.wechat.url}{path}", json.dumps(values, ensure_ascii=False).encode()
        )
        with urllib.request.urlopen(request, timeout=10) as found:
            return dict(json.loads(found.read()))

    def send_card(self, userids: str) -> None:
        """Sends a card of a ticket."""
        token = self.wechat.corp.tokens.stable(
            self.wechat.clock.now(), owner=self.options.corp_secrets[0]
        )[0]
        body = {
            "touser": userids,
            "agentid": self.options.agent_id,
            "msgtype": "template_card",
            "template_card": CARD,
        }
        found = self.post(f"/cgi-bin/message/send?access_token={token}", body)
        assert found["errcode"] == 0

    def close(self) -> None:
        """Ends both."""
        self.run(self.wechat.stop())
        self.run(self.webhook.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)


@pytest.fixture
def backstage() -> Iterator[Backstage]:
    """A fresh simulator for each test."""
    if not (ROOT / "web" / "dist" / "simulator.html").is_file():
        pytest.skip("the page is not built: run `make web`")
    found = Backstage()
    yield found
    found.close()


class Pages:
    """A gateway in the same thread, which has the pages of long answers."""

    def __init__(self, backstage: Backstage, settings: Settings) -> None:
        self.app = build_app(settings)
        self.backstage = backstage
        self.url = backstage.run(self._start())

    async def _start(self) -> str:
        self._runner = web.AppRunner(self.app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def messages(self, parts: Sequence[Part]) -> list[dict[str, Any]]:
        """Returns what the dispatcher would send of an answer with a page."""
        pages = self.app[ANSWER_PAGES]
        now = self.app[CLOCK]()
        path = self.backstage.run(pages.keep("wechat:o-wang-guilan:m1", parts, now))
        options = RenderOptions(base_url=self.url, more_url=self.url + path)
        return custom_messages(parts, options)

    def later(self, **delta: int) -> None:
        """Lets time pass for the gateway."""
        at = self.app[CLOCK]() + timedelta(**delta)
        self.app._state[CLOCK] = lambda: at

    def close(self) -> None:
        """Ends it."""
        self.backstage.run(self._runner.cleanup())


@pytest.fixture
def gateway(backstage: Backstage, redis_url: str, tmp_path: Path) -> Iterator[Pages]:
    """A gateway for one test."""
    settings = Settings.from_env(
        {
            "STATE_DIR": str(tmp_path),
            "REDIS_URL": redis_url,
            "REDIS_PREFIX": f"browser-{secrets.token_hex(4)}",
            "DATABASE_URL": f"sqlite:///{tmp_path}/gateway.db",
            "FIELD_KEY": "f" * 64,
        }
    )
    found = Pages(backstage, settings)
    yield found
    found.close()


@pytest.fixture
def page(
    browser: Browser, backstage: Backstage, viewport: dict[str, int]
) -> Iterator[Page]:
    """The page, which must never complain in the console."""
    context = browser.new_context(viewport=viewport, locale="zh-CN")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )
    opened.goto(backstage.wechat.url)
    yield opened
    context.close()
    assert [c for c in complaints if "ERR_CONNECTION" not in c] == []


@pytest.fixture
def show(page: Page, viewport: dict[str, int]) -> Callable[[str], None]:
    """Turns to one of the three views, which are side by side on a wide screen."""

    def turn(name: str) -> None:
        if viewport["width"] < 1100:
            page.get_by_role("button", name=name).first.click()

    return turn


def say(page: Page, text: str) -> None:
    """Types and sends as a resident."""
    page.get_by_label("写消息", exact=True).fill(text)
    page.keyboard.press("Enter")


def test_follow_talk_and_tap_a_quick_reply(page: Page, backstage: Backstage) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    say(page, "老年证怎么办")
    expect(page.get_by_text("收到老年证怎么办")).to_be_visible()
    expect(page.get_by_text("用时").first).to_be_visible()
    page.get_by_role("button", name="在哪办").first.click()
    expect(page.get_by_text("收到在哪办")).to_be_visible()
    assert backstage.webhook.messages[-1]._data["bizmsgmenuid"] == "2"


def test_the_clock_runs_and_an_error_is_visible(
    page: Page, backstage: Backstage, show: Callable[[str], None]
) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    backstage.webhook.delay_s = [1.5]
    say(page, "等等")
    expect(page.get_by_role("timer")).to_contain_text("第 1 次投递")
    expect(page.get_by_text("收到等等")).to_be_visible()
    expect(page.get_by_text("投递 2 次")).to_be_visible()
    say(page, "错")
    expect(page.get_by_text("暂时无法提供服务，请稍后再试")).to_be_visible()
    show("记录与开关")
    expect(page.get_by_text("格式不对").last).to_be_visible()


def test_late_messages_of_the_account_appear(page: Page, backstage: Backstage) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    say(page, "慢")
    expect(page.get_by_text("已收下")).to_be_visible()
    token = backstage.wechat.official.tokens.stable(backstage.wechat.clock.now())[0]
    late = {"touser": "o-wang-guilan", "msgtype": "text", "text": {"content": "好了"}}
    backstage.post(f"/cgi-bin/message/custom/send?access_token={token}", late)
    expect(page.get_by_text("好了")).to_be_visible()
    expect(page.get_by_text("客服消息", exact=True)).to_be_visible()


def test_a_long_answer_ends_in_a_page_that_opens(
    page: Page, backstage: Backstage, gateway: Pages
) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    say(page, "都要啥材料")
    expect(page.get_by_text("收到都要啥材料")).to_be_visible()
    parts = (
        *(Text(f"第{n}段：" + "材料带齐再来，少跑一趟。" * 40) for n in range(9)),
        Text("这是最后一段，见 https://example.cn/guide。"),
    )
    token = backstage.wechat.official.tokens.stable(backstage.wechat.clock.now())[0]
    for body in gateway.messages(parts):
        late = {"touser": "o-wang-guilan", **body}
        found = backstage.post(
            f"/cgi-bin/message/custom/send?access_token={token}", late
        )
        assert found["errcode"] == 0
    expect(page.get_by_text("这是最后一段")).to_have_count(0)
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="看全部").click()
    opened = opening.value
    expect(opened.get_by_text("第0段")).to_be_visible()
    expect(opened.get_by_text("这是最后一段")).to_be_visible()
    link = opened.get_by_role("link", name="https://example.cn/guide")
    expect(link).to_have_attribute("href", "https://example.cn/guide")
    size_px = opened.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size_px >= 20
    is_wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not opened.evaluate(is_wide)
    gateway.later(days=8)
    opened.reload()
    expect(opened.get_by_text("已经打不开了")).to_be_visible()


def test_photo_voice_location_and_scan(page: Page, backstage: Backstage) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    more = page.get_by_role("button", name="更多")
    more.click()
    page.locator('input[type="file"]').set_input_files(PHOTO)
    expect(page.get_by_alt_text("发出的图片")).to_be_visible()
    more.click()
    page.get_by_role("button", name="语音").click()
    expect(page.get_by_text("收到voice")).to_be_visible()
    more.click()
    page.get_by_role("button", name="位置").click()
    page.get_by_label("地名").fill("幸福小区")
    sheet = page.locator(".sheet:visible")
    sheet.get_by_role("button", name="发送").click()
    expect(page.get_by_text("收到location")).to_be_visible()
    more.click()
    page.get_by_role("button", name="扫一扫").click()
    page.get_by_label("二维码的场景值").fill("grid:7")
    sheet.get_by_role("button", name="扫一扫").click()
    expect(page.get_by_text("扫描了二维码")).to_be_visible()
    kinds = [getattr(m, "event", m.type) for m in backstage.webhook.messages]
    assert kinds == ["subscribe", "image", "voice", "location", "scan"]


def test_the_menu_is_tapped(page: Page, backstage: Backstage) -> None:
    seniors = {"name": "老年人", "type": "click", "key": "old"}
    backstage.wechat.official.menu = [{"name": "办事", "sub_button": [seniors]}]
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    page.get_by_role("button", name="办事").click()
    page.get_by_role("menuitem", name="老年人").click()
    expect(page.locator(".event", has_text="老年人")).to_contain_text("用时")
    assert backstage.webhook.messages[-1].key == "old"
    page.get_by_role("button", name="换成键盘").click()
    expect(page.get_by_label("写消息", exact=True)).to_be_visible()


def test_residents_are_switched(page: Page) -> None:
    page.get_by_role("button", name="关注公众号").click()
    say(page, "我是王桂兰")
    expect(page.get_by_text("收到我是王桂兰")).to_be_visible()
    page.get_by_role("button", name="换居民").click()
    page.get_by_role("button", name="李明 未关注").click()
    expect(page.get_by_text("李明 的微信")).to_be_visible()
    expect(page.get_by_text("收到我是王桂兰")).to_be_hidden()
    expect(page.get_by_role("button", name="关注公众号")).to_be_visible()


def test_a_worker_taps_a_card(
    page: Page, backstage: Backstage, show: Callable[[str], None]
) -> None:
    backstage.webhook.respond_corp = lambda fields: (
        f"<xml><ToUserName>{fields['FromUserName']}</ToUserName>"
        f"<FromUserName>{fields['ToUserName']}</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>update_button</MsgType><Button><ReplaceName>已受理</ReplaceName>"
        "</Button></xml>"
    )
    show("企业微信")
    backstage.send_card("zhang|li")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_text("已受理")).to_be_visible()
    assert backstage.webhook.corp_events[0]["EventKey"] == "accept"
    page.get_by_role("button", name="换网格员").click()
    page.get_by_role("button", name="li 1 条").click()
    expect(page.get_by_role("button", name="受理", exact=True)).to_be_visible()


def test_time_failures_and_modes_are_set(
    page: Page, backstage: Backstage, show: Callable[[str], None]
) -> None:
    show("记录与开关")
    before = backstage.wechat.clock.now()
    page.get_by_role("button", name="过 48 小时").click()
    page.get_by_role("button", name="发出后断线").click()
    expect(page.get_by_text("还有 1 个没有用掉")).to_be_visible()
    page.get_by_label("加密").select_option("plaintext")
    page.get_by_role("button", name="验证服务器地址").click()
    expect(page.get_by_text("公众号 通过，企业微信 通过")).to_be_visible()
    assert (backstage.wechat.clock.now() - before).days >= 2
    assert backstage.options.mode.value == "plaintext"
    assert backstage.wechat.faults.take("message/custom/send") is not None


def test_everything_has_a_name_and_fits(page: Page, viewport: dict[str, int]) -> None:
    page.get_by_role("button", name="关注公众号").click()
    expect(page.get_by_text("欢迎关注")).to_be_visible()
    axe = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    page.evaluate(axe.read_text())
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then("
        "r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
        ".map(v => `${v.id}: ${v.nodes[0].html}`))"
    )
    assert found == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= viewport["width"]
