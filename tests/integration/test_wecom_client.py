"""The WeCom client: recipients, limits, cards, robots, sign-in."""

import secrets
from datetime import datetime, timedelta, timezone

import aiohttp
import pytest
import structlog

from adapters.messengers import open_quota, open_wechat, open_wecom
from adapters.pace import Pace
from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.wechat.errors import (
    ConfigurationAlarm,
    PermanentError,
    TemporaryError,
    UnreachableError,
)
from adapters.wecom.client import WeComClient
from community.outbox import StaffNotice
from tests.integration.platform_server import running_platform
from tests.integration.test_wechat_client import OK, Tokens, failure

SEND = "/cgi-bin/message/send"
ROBOT = "/cgi-bin/webhook/send"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
ENV = {
    "WECOM_CORPID": "ww1",
    "WECOM_AGENTID": "1000002",
    "WECOM_SECRET": "geheim",
    "WECOM_TOKEN": "Token1",
    "WECOM_AES_KEY": KEY,
}
NOTICE = StaffNotice(
    "新工单", "3号楼漏水", actions=(("claim:1-1", "我来办"),), task="1-1.1"
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)

    def __call__(self):
        return self.at

    def pass_s(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
async def platform():
    async with running_platform() as server:
        server.on(SEND, {**OK, "msgid": "M", "response_code": "R", "invaliduser": ""})
        server.on(ROBOT, OK)
        yield server


@pytest.fixture
async def redis(redis_url):
    client = open_redis(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(platform, redis, session, clock):
    settings = Settings.from_env({**ENV, "WECOM_API_URL": platform.url}).wecom
    pace = Pace(redis, RedisKeys(f"test-{secrets.token_hex(6)}"))
    return WeComClient(
        session, settings, Tokens(), pace, desk_url="https://desk", now=clock
    )


async def test_a_card_goes_to_its_members_once(platform, client):
    sent = await client.send_card(["lisi", "wangwu", "lisi"], NOTICE)
    assert (sent.response_code, sent.invalid_users, sent.message_id) == ("R", (), "M")
    [document] = platform.documents(SEND)
    assert document["touser"] == "lisi|wangwu"
    assert (document["agentid"], document["msgtype"]) == (1000002, "template_card")
    assert document["enable_duplicate_check"] == 1


async def test_who_was_not_reached_is_told(platform, client):
    platform.on(SEND, {**OK, "invaliduser": "lisi", "unlicenseduser": "zhaoliu"})
    with structlog.testing.capture_logs() as logs:
        sent = await client.send_text(["LiSi", "wangwu", "zhaoliu"], "您好")
    assert sent.invalid_users == ("lisi", "zhaoliu")
    assert [entry for entry in logs if entry["log_level"] == "warning"] == [
        {
            "event": "wecom.not_reached",
            "n_missed": 2,
            "n_sent": 3,
            "log_level": "warning",
        }
    ]
    with pytest.raises(UnreachableError):
        await client.send_text(["LiSi"], "您好")
    with pytest.raises(PermanentError):
        await client.send_text([], "您好")


async def test_a_member_gets_thirty_a_minute_and_the_next_waits(
    platform, client, clock
):
    for _ in range(30):
        await client.send_markdown(["lisi"], "**您好**")
    with pytest.raises(TemporaryError) as caught:
        await client.send_markdown(["wangwu", "lisi"], "**您好**")
    assert caught.value.retry_after_s == pytest.approx(60)
    assert len(platform.calls(SEND)) == 30
    clock.pass_s(60)
    await client.send_markdown(["wangwu", "lisi"], "**您好**")


async def test_a_robot_says_twenty_a_minute_and_keeps_its_key(
    platform, client, clock, redis
):
    for _ in range(20):
        await client.robot_text("ROBOTKEY", "字" * 1_000)
    with pytest.raises(TemporaryError):
        await client.robot_text("ROBOTKEY", "您好")
    await client.robot_text("OTHERKEY", "您好")
    query, _ = platform.calls(ROBOT)[0]
    assert query == {"key": "ROBOTKEY"}
    assert len(platform.documents(ROBOT)[0]["text"]["content"].encode()) <= 2_048
    assert not await redis.keys("*ROBOTKEY*")
    platform.on(ROBOT, failure(93000, "invalid webhook url"))
    clock.pass_s(60)
    with pytest.raises(ConfigurationAlarm) as caught:
        await client.robot_text("ROBOTKEY", "您好")
    assert "ROBOTKEY" not in repr(caught.value)


async def test_a_server_that_is_not_trusted_is_an_alarm(platform, client):
    text = "not allow to access from your ip, hint: [1], from ip: 112.43.40.209"
    platform.on(SEND, {"errcode": 60020, "errmsg": text})
    with pytest.raises(ConfigurationAlarm, match=r"112\.43\.40\.209"):
        await client.send_card(["lisi"], NOTICE)


async def test_a_card_is_greyed_out_for_all_or_some(platform, client):
    call = "/cgi-bin/message/update_template_card"
    platform.on(call, OK)
    await client.update_card("R", "张三已接单了，谢谢大家")
    await client.update_card("R", "已接单", userids=["lisi"])
    for_all, for_one = platform.documents(call)
    assert for_all == {
        "agentid": 1000002,
        "response_code": "R",
        "button": {"replace_name": "张三已接单了，谢谢…"},
        "atall": 1,
    }
    assert for_one["userids"] == ["lisi"]


async def test_a_member_signs_in_and_a_stranger_does_not(platform, client):
    call = "/cgi-bin/auth/getuserinfo"
    platform.on(call, {**OK, "userid": "lisi"}, {**OK, "openid": "o1"}, failure(40029))
    assert await client.oauth_userid("c") == "lisi"
    for _ in range(2):
        with pytest.raises(PermanentError):
            await client.oauth_userid("c")
    assert "agentid=1000002#wechat_redirect" in client.sign_in_url("https://x", "s")


async def test_both_clients_open_from_the_settings(platform, redis, session):
    prefix = f"test-{secrets.token_hex(6)}"
    env = {"REDIS_PREFIX": prefix, **ENV, "WECOM_API_URL": platform.url}
    env |= {"WECHAT_APPID": "wx1", "WECHAT_SECRET": "s", "WECHAT_TOKEN": "Token1"}
    env |= {"WECHAT_ACCOUNT": "gh_1", "WECHAT_API_URL": platform.url}
    settings = Settings.from_env(env)
    token = {"access_token": "A", "expires_in": 7200}
    platform.on("/cgi-bin/gettoken", {**OK, **token})
    platform.on("/cgi-bin/stable_token", token)
    platform.on("/cgi-bin/message/custom/send", OK)
    await open_wecom(session, settings, redis).send_text(["lisi"], "您好")
    body = {"msgtype": "text", "text": {"content": "您好"}}
    await open_wechat(session, settings, redis).send_custom("oA", body)
    stored = await redis.keys(f"{prefix}:token:*")
    assert sorted(stored) == [f"{prefix}:token:ww1.1000002", f"{prefix}:token:wx1"]
    assert await open_quota(settings, redis).take("wechat:oA", Clock()()) is None
