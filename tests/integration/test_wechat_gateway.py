"""The webhook of the Official Account over real HTTP and Redis; wechatpy is the peer."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.redis_conversations import RedisConversations
from adapters.redis_forgetting import RedisForgetting
from adapters.settings import Settings
from community.blobs import wechat_blob_id
from community.errors import StoreUnavailableError
from community.messages import Kind
from community.replies import Choice, Choices, Part, Reply, Text
from community.residents import BoundBy
from community.tickets import TicketDraft, TicketKind
from gateway import messengers
from gateway.app import build_app
from gateway.keys import BLOBS, CONVERSATIONS, FORGETTING, TICKETS
from gateway.wechat import NOT_STORED, TOO_FAST
from tests.conftest import NOW
from tests.databases import migrated
from tests.integration.wechat_peer import (
    ACCOUNT,
    APP_ID,
    CONVERSATION,
    KEY,
    OPENID,
    OTHER_KEY,
    TOKEN,
    Peer,
    event,
    message,
    signature,
    text,
)

CORPUS = Path(__file__).parent.parent.parent.parent / "shared" / "wechat"


@pytest.fixture
async def api() -> AsyncIterator[TestServer]:
    """Stands in for the API servers; remembers what was called."""
    app = web.Application()
    calls: list[tuple[str, Any]] = []

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "T" * 20, "expires_in": 7200})

    async def typing(request: web.Request) -> web.Response:
        calls.append(("typing", await request.json()))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    app.router.add_post("/cgi-bin/stable_token", token)
    app.router.add_post("/cgi-bin/message/custom/typing", typing)
    server = TestServer(app)
    server.calls = calls  # type: ignore[attr-defined]
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
def environment(redis_url: str, tmp_path: Path, api: TestServer) -> dict[str, str]:
    return {
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": f"wx-{secrets.token_hex(4)}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/wechat.db",
        "COOKIE_SECRET": "test",
        "FIELD_KEY": "f" * 64,
        "BLOB_DIR": str(tmp_path / "blobs"),
        "WECHAT_APPID": APP_ID,
        "WECHAT_SECRET": "secret",
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_AES_KEY": KEY,
        "WECHAT_ACCOUNT": ACCOUNT,
        "WECHAT_API_URL": str(api.make_url("")),
    }


@pytest.fixture
async def start(aiohttp_client, environment, tmp_path):
    """Starts a gateway; keywords replace settings."""
    await asyncio.to_thread(migrated, environment["DATABASE_URL"])

    async def build(**changes: str) -> TestClient:
        settings = Settings.from_env({**environment, **changes})
        return await aiohttp_client(build_app(settings, pages=tmp_path / "none"))

    return build


@pytest.fixture
async def client(start) -> TestClient:
    return await start()


@pytest.fixture
def peer(client: TestClient) -> Peer:
    return Peer(client)


@pytest.fixture
def store(client: TestClient) -> RedisConversations:
    return client.app[CONVERSATIONS]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes WeChat's five seconds short."""
    monkeypatch.setattr("gateway.wechat.BUDGET_S", 0.4)
    monkeypatch.setattr("gateway.wechat.HOLD_S", 0.7)


async def work(
    store: RedisConversations, *parts: Part, conversation: str = CONVERSATION
) -> str:
    """Answers the oldest message as a worker does; returns its text."""
    for _ in range(2_000):  # the first push of a gateway loads what it answers with
        letter = await store.head(conversation)
        if letter is not None:
            break
        await asyncio.sleep(0.01)
    assert letter is not None
    lease = await store.acquire(conversation)
    assert lease is not None
    reply = Reply(letter.inbound.id, conversation, parts, NOW)
    await store.commit(lease, letter, turn="", reply=reply)
    await store.release(lease)
    return letter.inbound.text


async def answered(peer: Peer, store: RedisConversations, xml: str, *parts: Part):
    pushed, _ = await asyncio.gather(peer.push(xml), work(store, *parts))
    return pushed


async def test_the_consoles_check_is_answered_with_the_bare_echo(client):
    query = Peer(client).plain() | {"echostr": "4375120948345356249"}
    response = await client.get("/wechat", params=query)
    assert (response.status, await response.text()) == (200, "4375120948345356249")
    forged = query | {"signature": "0" * 40}
    assert (await client.get("/wechat", params=forged)).status == 403
    assert (await client.get("/wechat")).status == 403


async def test_without_an_account_there_is_no_webhook(start):
    client = await start(WECHAT_APPID="")
    assert (await client.get("/wechat")).status == 404
    assert (await client.post("/wechat", data="x")).status == 404


async def test_a_text_is_answered_passively_and_confirmed(peer, store):
    status, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert status == 200
    assert f"<ToUserName><![CDATA[{OPENID}]]>" in answer
    assert f"<FromUserName><![CDATA[{ACCOUNT}]]>" in answer
    assert "带身份证。" in answer
    [event] = [e for e in await store.history(CONVERSATION) if e.inbound]
    assert event.inbound.kind is Kind.TEXT
    assert event.inbound.reply_to
    for _ in range(100):  # confirmed after the bytes have left
        if await store.claimed(event.inbound.id) == "sent":
            break
        await asyncio.sleep(0.01)
    assert await store.claimed(event.inbound.id) == "sent"


async def test_the_quota_of_a_message_is_granted(peer, store, client, environment):
    quota = messengers.open_quota(Settings.from_env(environment), store.redis)
    await answered(peer, store, text("你好"), Text("好。"))
    spent = [await quota.take(CONVERSATION, NOW) for _ in range(6)]
    assert [s is not None for s in spent] == [True] * 5 + [False]


async def test_choices_are_links_and_a_tap_is_a_text(peer, store):
    choices = Choices("", (Choice("报修", "/talk_handoff"),))
    _, answer = await answered(peer, store, text("灯坏了"), Text("好。"), choices)
    assert "weixin://bizmsgmenu?msgmenucontent=报修" in answer
    tap = text("报修", bizmsgmenuid="101")
    await answered(peer, store, tap, Text("记下了。"))
    last = [e for e in await store.history(CONVERSATION) if e.inbound][-1]
    assert (last.inbound.kind, last.inbound.text) == (Kind.TEXT, "报修")


async def test_an_answer_without_words_is_success(peer, store):
    assert await answered(peer, store, text("在吗")) == (200, "success")


async def test_without_an_answer_in_time_it_is_success_and_late(peer, store, quick):
    status, answer = await peer.push(text("低保怎么办"))
    assert (status, answer) == (200, "success")
    letter = await store.head(CONVERSATION)
    assert letter.inbound.text == "低保怎么办"
    assert await store.claimed(letter.inbound.id) == "late"


async def test_a_repeat_gets_the_stored_answer_and_nothing_is_stored_twice(peer, store):
    xml = text("低保怎么办", msg_id=42)
    first = await answered(peer, store, xml, Text("带身份证。"))
    again = await peer.push(xml)
    assert "带身份证。" in first[1]
    assert "带身份证。" in again[1]
    assert len(await store.history(CONVERSATION)) == 2


async def test_a_repeat_after_success_is_success(peer, store, quick):
    xml = text("低保怎么办", msg_id=43)
    await peer.push(xml)
    await work(store, Text("带身份证。"))
    assert await peer.push(xml) == (200, "success")
    assert len([e for e in await store.history(CONVERSATION) if e.inbound]) == 1


async def test_overlapping_deliveries_get_the_same_answer(peer, store):
    xml = text("低保怎么办", msg_id=44)
    first, second, said = await asyncio.gather(
        peer.push(xml), peer.push(xml), work(store, Text("带身份证。"))
    )
    assert said == "低保怎么办"
    assert "带身份证。" in first[1]
    assert "带身份证。" in second[1]
    assert len(await store.history(CONVERSATION)) == 2


async def test_a_repeat_at_another_gateway_waits_for_the_answer(start, store, peer):
    other = Peer(await start())
    xml = text("低保怎么办", msg_id=45)
    first, second, _ = await asyncio.gather(
        peer.push(xml), other.push(xml), work(store, Text("带身份证。"))
    )
    assert "带身份证。" in first[1]
    assert "带身份证。" in second[1]


async def test_an_answer_claimed_before_a_crash_is_given_to_the_repeat(peer, store):
    xml = text("低保怎么办", msg_id=46)
    await answered(peer, store, xml, Text("带身份证。"))
    [asked] = [e.inbound for e in await store.history(CONVERSATION) if e.inbound]
    await store.redis.set(store.keys.claim(asked.id), "passive")
    assert "带身份证。" in (await peer.push(xml))[1]
    assert await store.claimed(asked.id) == "sent"


async def test_an_emergency_without_workers_gets_its_number_in_time(peer, store, quick):
    started = time.monotonic()
    status, answer = await peer.push(text("俺家着火了快来人"))
    assert time.monotonic() - started < 5
    assert status == 200
    content = answer.split("<Content><![CDATA[")[1]
    assert "119" in content.split("。")[0]
    letter = await store.head(CONVERSATION)
    assert letter.inbound.urgent
    assert await store.claimed(letter.inbound.id) == "late"


async def test_the_repeat_of_an_emergency_gets_the_number_too(peer, store, quick):
    xml = text("俺家着火了快来人", msg_id=50)
    await peer.push(xml)
    assert "119" in (await peer.push(xml))[1]


async def test_redis_down_acknowledges_nothing(peer, store, quick, monkeypatch):
    async def down(*_: Any) -> Any:
        raise StoreUnavailableError("down")

    monkeypatch.setattr(RedisConversations, "accept", down)
    started = time.monotonic()
    status, answer = await peer.push(text("低保怎么办"))
    assert status == 503
    assert "success" not in answer
    assert time.monotonic() - started >= 0.7


async def test_redis_that_comes_back_in_time_is_noticed_by_nobody(
    peer, store, monkeypatch
):
    original, calls = RedisConversations.accept, []

    async def twice_down(self: Any, inbound: Any) -> bool:
        calls.append(1)
        if len(calls) < 3:
            raise StoreUnavailableError("down")
        return await original(self, inbound)

    monkeypatch.setattr(RedisConversations, "accept", twice_down)
    _, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert "带身份证。" in answer
    assert len(calls) == 3


def failing(monkeypatch: pytest.MonkeyPatch, n_times: float) -> list[int]:
    """Lets Redis fail when answers are taken, some times or always."""
    original, calls = RedisConversations.take_passive, []

    async def take(self: Any, *arguments: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) <= n_times:
            raise StoreUnavailableError("down")
        return await original(self, *arguments, **options)

    monkeypatch.setattr(RedisConversations, "take_passive", take)
    return calls


async def test_a_short_outage_is_waited_out_and_the_answer_comes_in_time(
    peer, store, monkeypatch
):
    """`success` at once would make WeChat ignore what another delivery answers."""
    calls = failing(monkeypatch, 3)
    _, answer = await answered(peer, store, text("低保怎么办"), Text("带身份证。"))
    assert "带身份证。" in answer
    assert len(calls) > 3


async def test_a_long_outage_is_acknowledged_because_the_message_is_stored(
    peer, store, quick, monkeypatch
):
    failing(monkeypatch, float("inf"))
    status, answer = await peer.push(text("低保怎么办"))
    assert (status, answer) == (200, "success")
    assert await store.head(CONVERSATION) is not None


async def test_a_long_outage_still_gives_the_number_in_an_emergency(
    peer, store, quick, monkeypatch
):
    failing(monkeypatch, float("inf"))
    _, answer = await peer.push(text("俺家着火了快来人"))
    assert "119" in answer


async def test_an_emergency_with_redis_down_gets_its_number_and_is_stored_later(
    peer, store, quick, monkeypatch
):
    original, is_down = RedisConversations.accept, [True]

    async def down(self: Any, inbound: Any) -> bool:
        if is_down:
            raise StoreUnavailableError("down")
        return await original(self, inbound)

    monkeypatch.setattr(RedisConversations, "accept", down)
    _, answer = await peer.push(text("俺家着火了快来人"))
    assert "119" in answer.split("<Content><![CDATA[")[1].split("。")[0]
    assert NOT_STORED in answer
    is_down.clear()
    assert await work(store, Text("打了吗")) == "俺家着火了快来人"


async def test_a_full_mailbox_is_said_and_nothing_is_acknowledged(
    peer, store, quick, monkeypatch
):
    monkeypatch.setattr("adapters.redis_conversations.MAX_WAITING", 1)
    await peer.push(text("一"))
    _, answer = await peer.push(text("二"))
    assert TOO_FAST in answer
    assert await store.redis.llen(store.keys.mailbox(CONVERSATION)) == 1
    _, urgent = await peer.push(text("俺家着火了快来人"))
    assert "119" in urgent.split("<Content><![CDATA[")[1].split("。")[0]


async def test_typing_is_shown_after_a_second(peer, store, api, monkeypatch):
    monkeypatch.setattr("gateway.passive.TYPING_AFTER_S", 0.05)

    async def slow() -> None:
        await asyncio.sleep(0.4)
        await work(store, Text("好。"))

    await asyncio.gather(peer.push(text("你好")), slow())
    assert api.calls == [("typing", {"touser": OPENID, "command": "Typing"})]


async def test_a_quick_answer_shows_no_typing(peer, store, api):
    await answered(peer, store, text("你好"), Text("好。"))
    assert api.calls == []


@pytest.mark.parametrize(
    ("xml", "kind", "extra"),
    [
        (
            message("image", PicUrl="http://x/1", MediaId="M1"),
            Kind.IMAGE,
            {"photo": wechat_blob_id("M1")},
        ),
        (
            message("voice", MediaId="M2", Format="amr", MediaId16K="M3"),
            Kind.VOICE,
            {"recording": wechat_blob_id("M3")},
        ),
    ],
)
async def test_media_are_ordered_before_they_are_acknowledged(
    peer, store, quick, xml, kind, extra
):
    assert await peer.push(xml) == (200, "success")
    letter = await store.head(CONVERSATION)
    assert (letter.inbound.kind, letter.inbound.extra) == (kind, extra)
    [(_, fields)] = await store.redis.xrange(store.keys.media)
    assert json.loads(fields["entry"])["blob_id"] in extra.values()


async def test_following_by_a_grids_code_brings_the_grid(peer, store):
    xml = event("subscribe", EventKey="qrscene_grid:hulu-01", Ticket="T")
    await answered(peer, store, xml, Text("您好。"))
    [asked] = [e.inbound for e in await store.history(CONVERSATION) if e.inbound]
    assert (asked.kind, asked.text, asked.extra) == (
        Kind.EVENT,
        "subscribe",
        {"grid": "hulu-01"},
    )


async def test_two_events_of_one_second_are_two(peer, store, quick):
    await peer.push(event("CLICK", EventKey="say:查进度"))
    await peer.push(event("CLICK", EventKey="say:报问题"))
    waiting = await store.redis.lrange(store.keys.mailbox(CONVERSATION), 0, -1)
    assert [json.loads(raw)["text"] for raw in waiting] == ["查进度", "报问题"]


@pytest.mark.parametrize(
    "xml",
    [
        event("VIEW", EventKey="https://example.org"),
        event("LOCATION", Latitude="35.1", Longitude="118.8", Precision="30"),
        event("TEMPLATESENDJOBFINISH", MsgID="1", Status="success"),
        event("kf_create_session"),
        event("user_info_modified", OpenID=OPENID, AppID=APP_ID),
        event("CLICK", EventKey="unknown"),
    ],
)
async def test_events_that_need_no_words_are_success(peer, store, xml):
    assert await peer.push(xml) == (200, "success")
    assert await store.head(CONVERSATION) is None


async def everything_of_a_person(client: TestClient) -> list[str]:
    """Leaves traces in every store; returns the photos: loose, and in a ticket."""
    app = client.app
    residents = app[FORGETTING]._residents
    await residents.bind(CONVERSATION, "hulu-01", BoundBy.SCAN, NOW)
    loose = await app[BLOBS].put(b"x", "image/jpeg", blob_id=wechat_blob_id("M1"))
    kept = await app[BLOBS].put(b"y", "image/jpeg", blob_id=wechat_blob_id("M2"))
    draft = TicketDraft(
        "m#0", TicketKind.REPORT, CONVERSATION, "matter/noise", "吵", photos=(kept,)
    )
    await app[TICKETS].open(draft, now=NOW)
    return [loose, kept]


async def test_unfollowing_deletes_the_person_and_keeps_the_open_ticket(
    peer, store, client, quick
):
    loose, kept = await everything_of_a_person(client)
    await peer.push(message("image", PicUrl="http://x/1", MediaId="M1"))
    await peer.push(message("image", PicUrl="http://x/2", MediaId="M2"))
    assert await peer.push(event("unsubscribe")) == (200, "success")
    await asyncio.sleep(0.2)
    assert await store.history(CONVERSATION) == []
    assert await store.head(CONVERSATION) is None
    app = client.app
    assert await app[TICKETS].of_conversation(CONVERSATION, limit=9) == []
    assert await app[FORGETTING]._residents.get(CONVERSATION) is None
    assert await app[BLOBS].get(loose) is None
    assert await app[BLOBS].get(kept) is not None
    assert await store.redis.exists(store.keys.quota(CONVERSATION)) == 0


async def test_a_deletion_waits_for_a_database_that_is_down(
    peer, store, client, quick, monkeypatch
):
    await everything_of_a_person(client)
    residents = client.app[FORGETTING]._residents
    original = type(residents).forget

    async def down(*_: Any) -> int:
        raise StoreUnavailableError("down")

    monkeypatch.setattr(type(residents), "forget", down)
    assert await peer.push(event("unsubscribe")) == (200, "success")
    monkeypatch.setattr(type(residents), "forget", original)
    # Whoever comes back is not mixed with who they were.
    await peer.push(event("subscribe", EventKey=""))
    assert await residents.get(CONVERSATION) is None
    assert await store.redis.zcard(store.keys.forgetting) == 0


async def test_the_words_of_the_notice_only_ask(peer, store, quick):
    await peer.push(text("低保怎么办"))
    await work(store, Text("低保在社区办。"))
    await peer.push(text("删除我的信息"))
    assert len(await store.history(CONVERSATION)) == 3
    assert await store.redis.zcard(store.keys.forgetting) == 0


async def test_a_repeat_of_the_last_word_still_gets_its_answer(peer, store):
    """The worker has noted the deletion; WeChat delivers the word once more."""
    status, answer = await answered(peer, store, text("删掉", msg_id=7), Text("这就删"))
    assert (status, "这就删" in answer) == (200, True)
    asked = RedisForgetting(store.redis, store.keys)
    await asked.ask(CONVERSATION, datetime.now(timezone.utc))
    _, repeated = await peer.push(text("删掉", msg_id=7))
    assert "这就删" in repeated
    await asyncio.sleep(0.1)
    assert len(await store.history(CONVERSATION)) == 2
    # Whoever writes something else begins anew.
    await asyncio.gather(peer.push(text("在吗", msg_id=8)), work(store, Text("在")))
    assert await store.redis.zcard(store.keys.forgetting) == 0
    assert len(await store.history(CONVERSATION)) == 2


async def test_closing_the_account_at_wechat_deletes(peer, store, quick):
    await peer.push(text("低保怎么办"))
    cancelled = event("user_authorization_cancellation", OpenID=OPENID, AppID=APP_ID)
    assert await peer.push(cancelled) == (200, "success")
    await asyncio.sleep(0.2)
    assert await store.history(CONVERSATION) == []


async def test_the_previous_key_opens_and_seals(start, store):
    client = await start(WECHAT_AES_KEY=OTHER_KEY, WECHAT_AES_KEY_PREVIOUS=KEY)
    old, new = Peer(client, key=KEY), Peer(client, key=OTHER_KEY)
    store = client.app[CONVERSATIONS]
    assert "甲" in (await answered(old, store, text("一"), Text("甲")))[1]
    assert "乙" in (await answered(new, store, text("二"), Text("乙")))[1]


async def test_plaintext_mode(start):
    client = await start(WECHAT_AES_KEY="")
    peer, store = Peer(client), client.app[CONVERSATIONS]

    async def push() -> str:
        xml = text("低保怎么办").encode()
        response = await client.post("/wechat", params=peer.plain(), data=xml)
        return await response.text()

    answer, _ = await asyncio.gather(push(), work(store, Text("带身份证。")))
    assert "<Content><![CDATA[带身份证。]]></Content>" in answer


async def test_a_plaintext_push_is_refused_where_there_is_a_key(peer, client, store):
    response = await client.post("/wechat", params=peer.plain(), data=text("你好"))
    assert response.status == 403
    assert await store.head(CONVERSATION) is None


async def test_in_compatible_mode_the_signed_copy_counts(peer, client, store, quick):
    query, body = peer.encrypted(text("真的"))
    both = text("假的").replace("</xml>", "") + body.removeprefix("<xml>").replace(
        f"<ToUserName>{ACCOUNT}</ToUserName>", ""
    )
    response = await client.post("/wechat", params=query, data=both.encode())
    assert response.status == 200
    assert (await store.head(CONVERSATION)).inbound.text == "真的"


async def test_a_json_account_is_answered_in_json(start):
    client = await start(WECHAT_AES_KEY="")
    store = client.app[CONVERSATIONS]
    doc = {
        "ToUserName": ACCOUNT,
        "FromUserName": OPENID,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": "低保怎么办",
        "MsgId": 7,
    }

    async def push() -> Any:
        query = Peer(client).plain()
        response = await client.post("/wechat", params=query, json=doc)
        return json.loads(await response.text())

    answer, _ = await asyncio.gather(push(), work(store, Text("带身份证。")))
    assert answer["Content"] == "带身份证。"


async def test_what_is_not_signed_by_us_is_refused(peer, client, store):
    query, body = peer.encrypted(text("你好"))
    for changes in (
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"nonce": "other"},
        {"timestamp": "1"},
        {"timestamp": "x" * 50},
    ):
        response = await client.post("/wechat", params=query | changes, data=body)
        assert response.status == 403
        assert "Traceback" not in await response.text()
    assert await store.head(CONVERSATION) is None


async def test_a_push_for_another_app_or_account_is_refused(client, store):
    stranger = Peer(client)
    stranger.crypto = type(stranger.crypto)(TOKEN, KEY, "wx0000000000000000")
    query, body = stranger.encrypted(text("你好"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403
    query, body = Peer(client).encrypted(text("你好", ToUserName="gh_other"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403
    query, body = Peer(client).encrypted(text("你好", FromUserName="a:b c"))
    assert (await client.post("/wechat", params=query, data=body)).status == 403


async def test_an_old_push_is_refused(peer):
    assert (await peer.push(text("你好"), at=int(time.time()) - 600))[0] == 403


async def test_a_seen_signature_signs_nothing_else(start):
    client = await start(WECHAT_AES_KEY="")
    query = Peer(client).plain()
    first = text("你好", msg_id=1)
    other = text("俺家着火了", msg_id=2)
    store = client.app[CONVERSATIONS]

    async def push(xml: str) -> int:
        async with client.post("/wechat", params=query, data=xml.encode()) as response:
            return response.status

    assert (await asyncio.gather(push(first), work(store, Text("好"))))[0] == 200
    assert await push(other) == 403
    assert await push(first) == 200


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "x",
        "<xml></xml>",
        "<xml><MsgType>text</MsgType></xml>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]><xml><MsgType>&a;</MsgType></xml>",
        text("你好").replace("<MsgType>text</MsgType>", "<MsgType>text</MsgType>" * 2),
        text("你好").replace("<CreateTime>", "<CreateTime>x"),
        "[1, 2]",
        '{"MsgType": "text"}',
    ],
)
async def test_a_signed_push_that_cannot_be_read_is_success(peer, client, broken):
    assert await peer.push(broken or " ") == (200, "success")
    response = await client.post(
        "/wechat",
        params=peer.plain() | {"encrypt_type": "aes"},
        data=broken.encode(),
    )
    assert (response.status, await response.text()) == (200, "success")


async def test_unsigned_garbage_is_refused_and_a_large_body_is_not_read(client):
    assert (await client.post("/wechat", data=b"\xff\xfe")).status == 403
    query = {"timestamp": str(int(time.time()))}
    large = await client.post("/wechat", params=query, data=b"x" * 200_000)
    assert large.status == 413


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
async def test_every_recorded_payload_gets_a_clean_answer(start, quick, monkeypatch):
    monkeypatch.setattr("gateway.wechat.BUDGET_S", 0.0)
    client = await start(WECHAT_AES_KEY="")
    for path in sorted(CORPUS.glob("payloads/**/*.xml")):
        nonce, timestamp = secrets.token_hex(6), str(int(time.time()))
        query = {
            "signature": signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        async with client.post(
            "/wechat", params=query, data=path.read_bytes()
        ) as response:
            assert response.status in (200, 403), path.name
