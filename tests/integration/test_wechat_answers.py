"""What the clients make of the protocol's examples of answers."""

import json
import secrets

import aiohttp
import pytest

from adapters.pace import Pace
from adapters.redis_conversations import open_redis
from adapters.redis_keys import RedisKeys
from adapters.settings import Settings
from adapters.wechat.client import WeChatClient
from adapters.wechat.errors import PermanentError
from adapters.wecom.client import WeComClient
from tests.conftest import NOW
from tests.integration import test_wecom_client as wecom
from tests.integration.platform_server import running_platform
from tests.integration.test_wechat_client import ENV, Tokens
from tests.wechat_corpus import OUTCOMES, body_of, needs_corpus

pytestmark = needs_corpus
FOLDER = "examples/responses"


@pytest.fixture
async def platform():
    async with running_platform() as server:
        yield server


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as opened:
        yield opened


async def test_a_visitor_without_account_is_nobody(platform, session):
    name = f"{FOLDER}/sns_oauth2_access_token.json"
    platform.on("/sns/oauth2/access_token", json.loads(body_of(name)))
    settings = Settings.from_env({**ENV, "WECHAT_API_URL": platform.url}).wechat
    client = WeChatClient(session, settings, Tokens())
    with pytest.raises(PermanentError, match=OUTCOMES["answers"][name]):
        await client.oauth_openid("CODE")


async def test_members_who_were_not_reached_are_named(platform, session, redis_url):
    name = f"{FOLDER}/wecom_message_send.json"
    platform.on(wecom.SEND, json.loads(body_of(name)))
    environment = {**wecom.ENV, "WECOM_API_URL": platform.url}
    settings = Settings.from_env(environment).wecom
    redis = open_redis(redis_url)
    pace = Pace(redis, RedisKeys(f"test-{secrets.token_hex(6)}"))
    client = WeComClient(
        session, settings, Tokens(), pace, desk_url="https://desk", now=lambda: NOW
    )
    sent = await client.send_text(["userid1", "lisi"], "您好")
    await redis.aclose()
    assert sorted(sent.invalid_users) == OUTCOMES["answers"][name]
