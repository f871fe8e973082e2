"""The clients of both messengers against a server that answers as recorded."""

import asyncio
import json

import aiohttp
import pytest
import structlog

from adapters.settings import Settings
from adapters.wechat.__main__ import main
from adapters.wechat.api import fetch
from adapters.wechat.client import WeChatClient
from adapters.wechat.errors import (
    ConfigurationAlarm,
    MediaGoneError,
    NotGrantedError,
    OutcomeUnknownError,
    OutOfWindowError,
    PermanentError,
    QuotaExceededError,
    TemporaryError,
    UnreachableError,
)
from adapters.wechat.render import RenderOptions, custom_messages
from adapters.wechat.settings import MessageTemplate
from adapters.wechat.token_calls import fetch_stable_token
from community.replies import Choice, Choices, Text
from tests.integration.platform_server import running_platform

RID = " rid: 5f3ded7d-22929d02-4ba1f5f6"
OK = {"errcode": 0, "errmsg": "ok"}
SEND = "/cgi-bin/message/custom/send"
BODY = {"msgtype": "text", "text": {"content": "您好，“王”<b>"}}
ENV = {
    "WECHAT_APPID": "wx1",
    "WECHAT_SECRET": "geheim",
    "WECHAT_TOKEN": "Token1",
    "WECHAT_ACCOUNT": "gh_1",
}
TEMPLATE = MessageTemplate(
    "T", "template", {"thing1": "text", "character_string2": "number"}
)


class Tokens:
    """Gives `t1`, then `t2` and so on; remembers what was refused."""

    def __init__(self):
        self.refused = []

    async def get(self):
        return f"t{len(self.refused) + 1}"

    async def refresh(self, failing):
        self.refused.append(failing)
        return await self.get()


def failure(code, text="something"):
    return {"errcode": code, "errmsg": text + RID}


@pytest.fixture
async def platform():
    async with running_platform() as server:
        server.on(SEND, OK)
        yield server


@pytest.fixture
def tokens():
    return Tokens()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


def settings_for(platform, **changes):
    env = {
        **ENV,
        "WECHAT_API_URL": platform.url,
        "WECHAT_MP_URL": platform.url,
        **changes,
    }
    return Settings.from_env(env).wechat


@pytest.fixture
def client(platform, tokens, session):
    return WeChatClient(session, settings_for(platform), tokens)


async def test_a_message_goes_out_as_raw_utf_8(platform, client):
    await client.send_custom("oA", BODY)
    [(query, body)] = platform.calls(SEND)
    assert query == {"access_token": "t1"}
    assert "您好，“王”<b>".encode() in body
    assert json.loads(body) == {"touser": "oA", **BODY}


async def test_a_message_is_labelled_where_the_account_wants_it(
    platform, tokens, session
):
    settings = settings_for(platform, WECHAT_AI_LABEL="1")
    await WeChatClient(session, settings, tokens).send_custom("oA", BODY)
    assert platform.documents(SEND)[0]["aimsgcontext"] == {"is_ai_msg": 1}


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_refreshed_and_tried_once(
    platform, client, tokens, code
):
    platform.on(SEND, failure(code), OK)
    await client.send_custom("oA", BODY)
    assert tokens.refused == ["t1"]
    assert [query["access_token"] for query, _ in platform.calls(SEND)] == ["t1", "t2"]


async def test_a_token_that_stays_refused_is_an_alarm_and_no_loop(
    platform, client, tokens
):
    platform.on(SEND, failure(40001))
    with pytest.raises(ConfigurationAlarm):
        await client.send_custom("oA", BODY)
    assert len(platform.calls(SEND)) == 2
    assert tokens.refused == ["t1"]


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        (-1, TemporaryError),
        (45015, OutOfWindowError),
        (45047, QuotaExceededError),
        (43004, UnreachableError),
        (48001, ConfigurationAlarm),
        (40003, PermanentError),
    ],
)
async def test_errors_are_typed_and_carry_the_request_id(platform, client, code, cls):
    platform.on(SEND, failure(code))
    with structlog.testing.capture_logs() as logs, pytest.raises(cls) as caught:
        await client.send_custom("oA", BODY)
    assert caught.value.rid == RID.removeprefix(" rid: ")
    [entry] = [entry for entry in logs if entry["event"] == "wechat.call_failed"]
    assert (entry["code"], entry["rid"]) == (code, caught.value.rid)


async def test_neither_token_nor_person_nor_words_are_logged(platform, client):
    platform.on(SEND, failure(40001), failure(45015))
    with (
        structlog.testing.capture_logs() as logs,
        pytest.raises(OutOfWindowError) as caught,
    ):
        await client.send_custom("oPERSON", BODY)
    said = repr(logs) + repr(caught.value)
    assert all(word not in said for word in ("t1", "t2", "oPERSON", "您好", "geheim"))


async def test_menus_become_texts_where_the_account_may_not(platform, client):
    parts = [Text("您好"), Choices("哪个？", (Choice("一", "/a"), Choice("二", "/b")))]
    [menu] = custom_messages(parts, RenderOptions(with_msgmenu=True))
    platform.on(SEND, failure(40200, "invalid account type"), OK)
    await client.send_custom("oA", menu)
    await client.send_custom("oA", menu)
    kinds = [document["msgtype"] for document in platform.documents(SEND)]
    assert kinds == ["msgmenu", "text", "text"]
    [expected] = custom_messages(parts)
    assert platform.documents(SEND)[1] == {"touser": "oA", **expected}


async def test_no_connection_is_temporary_and_no_answer_is_unknown(
    platform, client, session, tokens
):
    async def hang_up(request):
        request.transport.close()
        return OK

    platform.on(SEND, hang_up)
    with pytest.raises(OutcomeUnknownError) as caught:
        await client.send_custom("oA", BODY)
    assert "access_token" not in repr(caught.value)
    nobody = Settings.from_env({**ENV, "WECHAT_API_URL": "http://127.0.0.1:1"}).wechat
    with pytest.raises(TemporaryError) as caught:
        await WeChatClient(session, nobody, tokens).send_custom("oA", BODY)
    assert not isinstance(caught.value, OutcomeUnknownError)


async def test_a_server_that_does_not_answer_is_left_in_time(platform, session):
    never = asyncio.Event()

    async def wait(_request):
        await never.wait()
        return OK

    platform.on("/slow", wait)
    timeout = aiohttp.ClientTimeout(total=0.1)
    with pytest.raises(OutcomeUnknownError):
        await fetch(
            session, "GET", platform.url + "/slow", call="slow", timeout=timeout
        )
    never.set()


@pytest.mark.parametrize(
    ("answer", "cls"),
    [
        ((502, "text/html", b"<html>"), OutcomeUnknownError),
        ((429, "text/html", b""), TemporaryError),
        ((404, "text/html", b""), PermanentError),
        ((200, "text/html", b"<html>"), TemporaryError),
        ((200, "application/json", b"[]"), TemporaryError),
        ((200, "application/json", b" " * (1024 * 1024 + 1)), PermanentError),
    ],
)
async def test_what_is_no_answer_of_the_platform_is_an_error(
    platform, client, answer, cls
):
    platform.on(SEND, answer)
    with pytest.raises(cls):
        await client.send_custom("oA", BODY)


async def test_typing_tells_whether_it_is_shown(platform, client):
    platform.on(
        "/cgi-bin/message/custom/typing",
        OK,
        failure(45080),
        failure(45081),
        failure(45072),
    )
    assert [await client.typing("oA") for _ in range(3)] == [True, False, False]
    with pytest.raises(PermanentError):
        await client.typing("oA")


async def test_templates_are_filled_and_cut_to_what_is_shown(platform, client):
    call = "/cgi-bin/message/template/send"
    platform.on(call, {**OK, "msgid": 200163836})
    facts = {"text": "修\n好了\U0001f600" + "好" * 30, "number": "1125-4837"}
    sent = await client.send_template(
        "oA", TEMPLATE, facts, url="https://x", client_msg_id="k1"
    )
    assert sent == "200163836"
    assert platform.documents(call) == [
        {
            "touser": "oA",
            "template_id": "T",
            "url": "https://x",
            "client_msg_id": "k1",
            "data": {
                "thing1": {"value": "修 好了" + "好" * 15 + "…"},
                "character_string2": {"value": "1125-4837"},
            },
        }
    ]


async def test_a_notification_without_permission_says_so(platform, client):
    call = "/cgi-bin/message/subscribe/bizsend"
    platform.on(call, OK, failure(43101, "user refuse to accept the msg"))
    await client.send_subscribe("oA", TEMPLATE, {}, page="https://x")
    assert platform.documents(call)[0]["data"]["thing1"] == {"value": "-"}
    with pytest.raises(NotGrantedError):
        await client.send_subscribe("oA", TEMPLATE, {})


async def test_media_come_as_files_errors_as_text_and_films_by_address(
    platform, client
):
    call = "/cgi-bin/media/get"
    film = {"video_url": f"{platform.url}/film"}
    platform.on("/film", (200, "video/mp4", b"film"))
    platform.on(
        call,
        (200, "image/jpeg", b"\xff\xd8jpeg"),
        (200, "text/plain", json.dumps(failure(40007)).encode()),
        (200, "text/plain", json.dumps(failure(42001)).encode()),
        (200, "image/png", b"{png"),
        film,
        {"other": 1},
    )
    assert await client.download_media("M") == (b"\xff\xd8jpeg", "image/jpeg")
    with pytest.raises(MediaGoneError):
        await client.download_media("M")
    assert await client.download_media("M") == (b"{png", "image/png")
    assert await client.download_media("M") == (b"film", "video/mp4")
    with pytest.raises(PermanentError, match="neither"):
        await client.download_media("M")
    assert platform.calls(call)[0][0]["media_id"] == "M"


async def test_a_picture_is_uploaded_again_with_a_fresh_token(platform, client):
    call = "/cgi-bin/media/upload"
    platform.on(
        call, failure(42001), {"type": "image", "media_id": "M1", "created_at": 1}
    )
    assert await client.upload_media(b"\xff\xd8jpeg", "image/jpeg", "image") == "M1"
    for query, body in platform.calls(call):
        assert query["type"] == "image"
        assert b'name="media"; filename="file.jpg"' in body
        assert b"\xff\xd8jpeg" in body
    for data, media_type in (
        (b"x" * (2 * 1024 * 1024 + 1), "image/png"),
        (b"x", "text/html"),
    ):
        with pytest.raises(PermanentError):
            await client.upload_media(data, media_type, "image")


async def test_codes_menus_and_sign_in(platform, client):
    platform.on(
        "/cgi-bin/qrcode/create", {"ticket": "gQ+/=", "url": "http://weixin.qq.com/q/1"}
    )
    code = await client.create_qr("grid:bugu-01")
    assert platform.documents("/cgi-bin/qrcode/create")[0] == {
        "action_name": "QR_LIMIT_STR_SCENE",
        "action_info": {"scene": {"scene_str": "grid:bugu-01"}},
    }
    assert client.qr_picture_url(code).endswith("showqrcode?ticket=gQ%2B%2F%3D")
    await client.create_qr("poster", expires_in_s=60)
    assert platform.documents("/cgi-bin/qrcode/create")[1]["expire_seconds"] == 60
    with pytest.raises(PermanentError):
        await client.create_qr("x" * 65)
    platform.on("/cgi-bin/menu/delete", OK)
    await client.delete_menu()
    platform.on(
        "/sns/oauth2/access_token",
        {"openid": "oA", "access_token": "A"},
        {"openid": "oA", "is_snapshotuser": 1},
        failure(40029, "invalid code"),
    )
    assert await client.oauth_openid("c1") == "oA"
    for _ in range(2):
        with pytest.raises(PermanentError):
            await client.oauth_openid("c1")
    assert client.sign_in_url("https://x/y?z=1", "s").startswith(
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1"
        "&redirect_uri=https%3A%2F%2Fx%2Fy%3Fz%3D1&response_type=code&scope=snsapi_base"
    )


async def test_a_token_is_fetched_with_the_secret_in_the_body(platform, session):
    call = "/cgi-bin/stable_token"
    platform.on(
        call,
        {"access_token": "A", "expires_in": 7200},
        failure(40001),
        failure(40164, "invalid ip 1.2.3.4"),
        {"expires_in": 7200},
    )
    settings = settings_for(platform)
    token = await fetch_stable_token(session, settings, False)
    assert (token.value, token.usable_s) == ("A", 7_000)
    assert platform.documents(call)[0] == {
        "grant_type": "client_credential",
        "appid": "wx1",
        "secret": "geheim",
        "force_refresh": False,
    }
    with pytest.raises(ConfigurationAlarm, match="secret"):
        await fetch_stable_token(session, settings, False)
    with pytest.raises(ConfigurationAlarm, match=r"1\.2\.3\.4"):
        await fetch_stable_token(session, settings, False)
    with pytest.raises(TemporaryError):
        await fetch_stable_token(session, settings, True)


async def test_commands_push_the_menu_and_print_codes(
    platform, monkeypatch, tmp_path, capsys
):
    platform.on("/cgi-bin/stable_token", {"access_token": "A", "expires_in": 7200})
    platform.on("/cgi-bin/menu/create", OK)
    platform.on("/cgi-bin/menu/get", {"menu": {"button": []}})
    platform.on(
        "/cgi-bin/qrcode/create", {"ticket": "T", "url": "http://weixin.qq.com/q/1"}
    )
    for name, value in {**ENV, "WECHAT_API_URL": platform.url}.items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "codes.png"
    assert await asyncio.to_thread(main, ["menu", "push"]) == 0
    assert await asyncio.to_thread(main, ["menu", "show"]) == 0
    assert await asyncio.to_thread(main, ["qr", "--out", str(out), "bugu-01"]) == 0
    assert out.is_file()
    assert platform.documents("/cgi-bin/menu/create")[0]["button"][0]["name"] == "问事"
    assert str(out) in capsys.readouterr().out
