"""The rules of the Official Account's API, one by one."""

import re
from typing import Any

import aiohttp
import pytest

from simulator.faults import FaultKind
from simulator.options import Options
from simulator.refusals import MESSAGES
from simulator.wechat import SimulatedWeChat
from tests.unit.simulator.conftest import Call

SEND = "message/custom/send"


def text(openid: str = "o1", content: str = "您好") -> dict[str, Any]:
    return {"touser": openid, "msgtype": "text", "text": {"content": content}}


async def test_errors_have_a_request_id_and_status_200(call: Call) -> None:
    found = await call("POST", SEND, text("nobody"))
    assert found["errcode"] == 40003
    assert re.search(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", found["errmsg"])


async def test_tokens_that_are_not_valid(wechat: SimulatedWeChat, call: Call) -> None:
    now = wechat.clock.now()
    first, _ = wechat.official.tokens.classic(now)

    async def code(token: str) -> int:
        return int((await call("GET", "menu/get", token=token)).get("errcode", 0))

    assert await code("") == 41001
    assert await code("nonsense") == 40014
    assert await code("99_" + "x" * 140) == 40001
    assert await code(first) == 46003
    second, _ = wechat.official.tokens.classic(wechat.clock.now())
    assert await code(first) == 46003
    wechat.clock.advance(299)
    assert await code(first) == 46003
    wechat.clock.advance(2)
    assert await code(first) == 40001
    assert await code(second) == 46003
    wechat.clock.advance(7200)
    assert await code(second) == 42001


async def test_the_stable_token_is_the_same_until_five_minutes_before_its_end(
    wechat: SimulatedWeChat, call: Call, options: Options
) -> None:
    body = {
        "grant_type": "client_credential",
        "appid": options.app_id,
        "secret": options.secret,
    }
    first = await call("POST", "stable_token", body)
    assert first["expires_in"] == 7200
    classic = await call(
        "GET",
        "token",
        grant_type="client_credential",
        appid=options.app_id,
        secret=options.secret,
    )
    assert classic["access_token"] != first["access_token"]
    wechat.clock.advance(6890)
    same = await call("POST", "stable_token", body)
    assert same["access_token"] == first["access_token"]
    assert 300 <= same["expires_in"] <= 310
    wechat.clock.advance(20)
    renewed = await call("POST", "stable_token", body)
    assert renewed["access_token"] != first["access_token"]
    old = await call("GET", "menu/get", token=first["access_token"])
    assert old["errcode"] == 46003
    forced = await call("POST", "stable_token", {**body, "force_refresh": True})
    assert forced["access_token"] != renewed["access_token"]
    killed = await call("GET", "menu/get", token=renewed["access_token"])
    assert killed["errcode"] == 40001
    again = await call("POST", "stable_token", {**body, "force_refresh": True})
    assert again["errcode"] == 45011
    wrong = await call("POST", "stable_token", {**body, "secret": "x"})
    assert wrong["errcode"] == 40125
    assert (await call("POST", "stable_token", {**body, "appid": "x"}))[
        "errcode"
    ] == 40013


async def test_addresses_and_daily_numbers(
    wechat: SimulatedWeChat, call: Call, options: Options
) -> None:
    options.daily_limits["menu/get"] = 2
    codes = [(await call("GET", "menu/get"))["errcode"] for _ in range(3)]
    assert codes == [46003, 46003, 45009]
    wechat.clock.advance(86_400)
    assert (await call("GET", "menu/get"))["errcode"] == 46003
    options.ip_whitelist = ("10.0.0.1",)
    found = await call("GET", "menu/get")
    assert found["errcode"] == 40164
    assert "invalid ip 127.0.0.1" in found["errmsg"]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text(), 0),
        (text(content="好" * 682), 0),
        (text(content="好" * 683), 45002),
        (text(content=""), 44004),
        ({"touser": "o1", "msgtype": "text"}, 44004),
        ({"touser": "o1", "msgtype": "fax", "fax": {}}, 40008),
        ({"touser": 1, "msgtype": "text", "text": {"content": "x"}}, 40003),
        ({"touser": "o1", "msgtype": "image", "image": {"media_id": "x"}}, 40007),
        ({"touser": "o1", "msgtype": "news", "news": {"articles": {}}}, 45162),
        ({"touser": "o1", "msgtype": "news", "news": {"articles": []}}, 45008),
        (
            {
                "touser": "o1",
                "msgtype": "news",
                "news": {"articles": [{"title": "题"}]},
            },
            0,
        ),
        (
            {
                "touser": "o1",
                "msgtype": "msgmenu",
                "msgmenu": {"list": [{"content": "好"}]},
            },
            0,
        ),
        ({"touser": "o1", "msgtype": "msgmenu", "msgmenu": {"list": []}}, 47001),
        ({"touser": "o1", "msgtype": "mpnews", "mpnews": {"media_id": "x"}}, 40007),
        ({**text(), "aimsgcontext": {"is_ai_msg": 1}}, 0),
        ({**text(), "aimsgcontext": {"is_ai_msg": True}}, 47001),
        ({**text(), "aimsgcontext": {"msgid": "1"}}, 47001),
        ({**text(), "aimsgcontext": 1}, 47001),
    ],
)
async def test_customer_service_messages(
    wechat: SimulatedWeChat, call: Call, body: dict[str, Any], errcode: int
) -> None:
    await wechat.resident("o1").say("你好")
    assert (await call("POST", SEND, body))["errcode"] == errcode


async def test_films_and_programs_need_a_picture_of_the_account(
    wechat: SimulatedWeChat, call: Call
) -> None:
    await wechat.resident("o1").say("你好")
    media = wechat.official.media
    film = media.upload(b"x", "video", "video/mp4").media_id
    thumb = media.upload(b"x", "thumb", "image/jpeg").media_id
    picture = media.upload(b"x", "image", "image/jpeg").media_id
    page = {"title": "题", "appid": "wx2", "pagepath": "p", "thumb_media_id": picture}

    async def send(kind: str, group: dict[str, Any]) -> int:
        body = {"touser": "o1", "msgtype": kind, kind: group}
        return int((await call("POST", SEND, body))["errcode"])

    assert await send("video", {"media_id": film}) == 40007
    assert await send("video", {"media_id": film, "thumb_media_id": film}) == 40007
    assert await send("video", {"media_id": film, "thumb_media_id": thumb}) == 0
    assert await send("miniprogrampage", {**page, "thumb_media_id": film}) == 40007
    assert await send("miniprogrampage", {**page, "pagepath": ""}) == 47001
    assert await send("miniprogrampage", page) == 0


async def test_uploaded_pictures_have_two_megabytes(
    wechat: SimulatedWeChat, session: aiohttp.ClientSession, options: Options
) -> None:
    token, _ = wechat.official.tokens.stable(wechat.clock.now())
    query = {"access_token": token, "type": "image"}

    async def upload(n_bytes: int) -> int:
        form = aiohttp.FormData()
        form.add_field("media", b"x" * n_bytes, filename="a.jpg")
        url = f"{wechat.url}/cgi-bin/media/upload"
        async with session.post(url, params=query, data=form) as answer:
            assert answer.status == 200
            return int((await answer.json(content_type=None)).get("errcode", 0))

    assert await upload(2 * 2**20) == 0
    assert await upload(2 * 2**20 + 1) == 45001
    options.image_limit_bytes = 10 * 2**20
    assert await upload(2 * 2**20 + 1) == 0


@pytest.mark.parametrize(
    ("method", "path", "errcode"),
    [
        ("GET", SEND, 43002),
        ("GET", "stable_token", 43002),
        ("GET", "media/upload", 43002),
        ("POST", "menu/get", 43001),
        ("POST", "media/get", 43001),
        ("POST", "gettoken", 43001),
        ("GET", "message/send", 43002),
    ],
)
async def test_the_other_method_is_an_error_with_status_200(
    call: Call, method: str, path: str, errcode: int
) -> None:
    assert (await call(method, path))["errcode"] == errcode


async def test_the_stable_token_may_be_asked_for_10_000_times_a_minute(
    wechat: SimulatedWeChat, call: Call, options: Options
) -> None:
    wechat.clock.advance(61 - wechat.clock.now().second)  # a minute begins
    for _ in range(9_999):
        wechat.official.tokens.stable(wechat.clock.now())
    body = {
        "grant_type": "client_credential",
        "appid": options.app_id,
        "secret": options.secret,
    }
    assert "access_token" in await call("POST", "stable_token", body, token="x")
    assert (await call("POST", "stable_token", body, token="x"))["errcode"] == 45011
    wechat.clock.advance(60)
    assert "access_token" in await call("POST", "stable_token", body, token="x")


@pytest.mark.parametrize(
    ("raw", "errcode"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        (b'{"touser": "o1", "text": {"content": "\\u4f60"}}', 40033),
        (b'{"touser":"o1","msgtype":"text","text":{"content":"\\\\u4f60"}}', 0),
        ("你".encode("gbk"), 47001),
    ],
)
async def test_bodies_must_be_json_in_raw_utf8(
    wechat: SimulatedWeChat, call: Call, raw: bytes, errcode: int
) -> None:
    await wechat.resident("o1").say("你好")
    assert (await call("POST", SEND, raw=raw))["errcode"] == errcode


async def test_five_messages_for_one_in_48_hours(
    wechat: SimulatedWeChat, call: Call
) -> None:
    async def codes(count: int) -> list[int]:
        return [(await call("POST", SEND, text()))["errcode"] for _ in range(count)]

    resident = wechat.resident("o1")
    assert await codes(1) == [45015]
    await resident.say("一")
    assert await codes(6) == [0, 0, 0, 0, 0, 45047]
    await resident.say("二")
    assert await codes(2) == [0, 0]
    wechat.clock.advance(48 * 3600)
    assert await codes(1) == [45015]


async def test_a_click_gives_three_within_a_minute_and_is_spent_first(
    wechat: SimulatedWeChat, call: Call
) -> None:
    resident = wechat.resident("o1")
    await resident.say("一")
    await resident.click("key")
    for _ in range(4):
        assert (await call("POST", SEND, text()))["errcode"] == 0
    assert resident.state.quota.left(wechat.clock.now()) == 4
    wechat.clock.advance(60)
    assert resident.state.quota.left(wechat.clock.now()) == 4


@pytest.mark.parametrize(("trigger", "left"), [("click", 3), ("message", 5)])
async def test_what_a_tapped_quick_reply_allows_is_an_option(
    wechat: SimulatedWeChat, options: Options, trigger: str, left: int
) -> None:
    options.menu_tap_trigger = trigger
    resident = wechat.resident("o1")
    await resident.say("报修", menu_id="1")
    assert resident.state.quota.left(wechat.clock.now()) == left


async def test_who_cannot_be_reached(wechat: SimulatedWeChat, call: Call) -> None:
    resident = wechat.resident("o1")
    await resident.say("你好")
    resident.state.is_blacklisted = True
    assert (await call("POST", SEND, text()))["errcode"] == 43019
    resident.state.is_blacklisted = False
    await resident.unfollow()
    assert (await call("POST", SEND, text()))["errcode"] == 45015
    resident.state.was_follower = False
    assert (await call("POST", SEND, text()))["errcode"] == 43004


async def test_msgmenu_needs_the_right_account(
    wechat: SimulatedWeChat, call: Call, options: Options
) -> None:
    options.can_send_msgmenu = False
    await wechat.resident("o1").say("你好")
    menu = {"list": [{"id": "1", "content": "好"}]}
    body = {"touser": "o1", "msgtype": "msgmenu", "msgmenu": menu}
    assert (await call("POST", SEND, body))["errcode"] == 40200


async def test_typing(wechat: SimulatedWeChat, call: Call) -> None:
    async def typing(command: str = "Typing") -> int:
        body = {"touser": "o1", "command": command}
        return int((await call("POST", "message/custom/typing", body))["errcode"])

    resident = wechat.resident("o1")
    assert await typing() == 45080
    await resident.say("你好")
    assert [await typing(), await typing()] == [0, 45081]
    assert await typing("Dance") == 45072
    assert [await typing("CancelTyping"), await typing()] == [0, 0]
    await call("POST", SEND, text())
    assert not resident.state.is_typing_shown(wechat.clock.now())
    assert await typing() == 0
    wechat.clock.advance(15)
    assert await typing() == 0
    wechat.clock.advance(31)
    assert await typing() == 45080


async def test_pages_learn_who_came(
    wechat: SimulatedWeChat, session: aiohttp.ClientSession, options: Options
) -> None:
    wechat.resident("o1").state.is_snapshot = True
    order = {
        "appid": options.app_id,
        "redirect_uri": "https://x.example/p?a=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "abc",
        "sim_openid": "o1",
    }

    async def authorize(query: dict[str, str]) -> aiohttp.ClientResponse:
        url = f"{wechat.url}/connect/oauth2/authorize"
        return await session.get(url, params=query, allow_redirects=False)

    async def redeem(code: str) -> dict[str, Any]:
        query = {"appid": options.app_id, "secret": options.secret, "code": code}
        async with session.get(
            f"{wechat.url}/sns/oauth2/access_token", params=query
        ) as answer:
            return dict(await answer.json(content_type=None))

    answer = await authorize(order)
    target = answer.headers["Location"]
    assert target.startswith("https://x.example/p?a=1&code=")
    assert target.endswith("&state=abc")
    code = target.partition("code=")[2].partition("&")[0]
    found = await redeem(code)
    assert (found["openid"], found["is_snapshotuser"]) == ("o1", 1)
    assert (await redeem(code))["errcode"] == 40163
    assert (await redeem("x"))["errcode"] == 40029
    async with session.get(
        f"{wechat.url}/sns/userinfo", params={"access_token": found["access_token"]}
    ) as page:
        assert (await page.json(content_type=None))["errcode"] == 48001
    late = wechat.official.sign_ins.issue("o1", "snsapi_base")
    wechat.clock.advance(300)
    assert (await redeem(late))["errcode"] == 40029
    options.oauth_domain = "y.example"
    assert (await authorize(order)).status == 400
    options.oauth_domain = None
    swapped = {"redirect_uri": order["redirect_uri"], **order}
    assert (await authorize(swapped)).status == 400
    assert (await authorize({**order, "state": "a-b"})).status == 400
    assert (await authorize({**order, "scope": "snsapi_all"})).status == 400
    assert (await authorize({**order, "scope": "snsapi_privateinfo"})).status == 400
    assert (await authorize({**order, "appid": "wx9"})).status == 400
    del order["sim_openid"]
    assert (await authorize(order)).status == 400


async def test_profiles_menus_and_tickets(wechat: SimulatedWeChat, call: Call) -> None:
    await wechat.resident("o1").follow(scene="grid:7")
    found = await call("GET", "user/info", openid="o1")
    assert found["subscribe_scene"] == "ADD_SCENE_QR_CODE"
    assert found["qr_scene_str"] == "grid:7"
    assert "nickname" not in found
    await wechat.resident("o1").unfollow()
    left = await call("GET", "user/info", openid="o1")
    assert left == {"subscribe": 0, "openid": "o1"}
    first = await call("GET", "ticket/getticket", type="jsapi")
    assert (await call("GET", "ticket/getticket", type="jsapi"))["ticket"] == first[
        "ticket"
    ]
    wechat.clock.advance(7200)
    assert (await call("GET", "ticket/getticket", type="jsapi"))["ticket"] != first[
        "ticket"
    ]


TABLE = (
    *(-1, 40001, 40014, 42001, 40013, 40125, 40243, 40164, 89501, 89503, 89506, 89507),
    *(40003, 43004, 43019, 40007, 40004, 40008, 40033, 47001, 44002, 44004, 40200),
    *(45001, 45002, 45008, 45009, 45011, 45015, 45047, 48001, 48004, 50002, 87014),
)
"""The error table of the protocol page, §4.3."""


@pytest.mark.parametrize("errcode", TABLE)
async def test_every_error_of_the_table_has_words_and_a_request_id(
    wechat: SimulatedWeChat, call: Call, errcode: int
) -> None:
    if errcode == 40164:
        wechat.options.ip_whitelist = ()
        expected = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist"
    else:
        wechat.faults.add("errcode", "menu/get", errcode=errcode)
        expected = MESSAGES[errcode]
    found = await call("GET", "menu/get")
    assert found["errcode"] == errcode
    words, _, rid = found["errmsg"].partition(" rid: ")
    assert words == expected
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{8}){2}", rid)


@pytest.mark.parametrize(
    ("kind", "is_shown", "errcode"),
    [
        (FaultKind.ERRCODE, False, -1),
        (FaultKind.TOKEN, False, 40001),
        (FaultKind.DROP, False, None),
        (FaultKind.LOST, True, None),
        (FaultKind.HANG, False, None),
        (FaultKind.SLOW, True, 0),
    ],
)
async def test_ordered_failures_happen_once(
    wechat: SimulatedWeChat,
    call: Call,
    kind: FaultKind,
    is_shown: bool,
    errcode: int | None,
) -> None:
    resident = wechat.resident("o1")
    await resident.say("你好")
    wechat.faults.add(kind, SEND, seconds=0.05, person="o1")
    if errcode is None:
        with pytest.raises(aiohttp.ClientError):
            await call("POST", SEND, text())
    else:
        assert (await call("POST", SEND, text()))["errcode"] == errcode
    assert [b.via for b in resident.chat if b.via] == (["custom"] if is_shown else [])
    assert (await call("POST", SEND, text()))["errcode"] == 0
    assert [c.fault for c in wechat.record.calls] == [kind.value, ""]
