"""Media, follows, scans, menus, and people who leave."""

import asyncio
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from adapters.redis_forgetting import RedisForgetting
from adapters.settings import Settings
from community.blobs import wechat_blob_id
from community.errors import StoreUnavailableError
from community.messages import Kind
from community.replies import Text
from community.residents import BoundBy
from community.tickets import TicketDraft, TicketKind
from gateway import messengers
from gateway.keys import BLOBS, FORGETTING, TICKETS
from tests.conftest import NOW
from tests.integration.wechat_gateway.hand_worker import answered, work
from tests.integration.wechat_peer import (
    APP_ID,
    CONVERSATION,
    OPENID,
    event,
    message,
    text,
)

FOREIGN_CODE = (
    "<ScanCodeInfo><ScanType>qrcode</ScanType>"
    "<ScanResult>https://example.org</ScanResult></ScanCodeInfo></xml>"
)


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


@pytest.mark.parametrize(
    ("xml", "n_allowed"),
    [
        (event("CLICK", EventKey="unknown"), 3),
        (event("scancode_push", EventKey="scan").replace("</xml>", FOREIGN_CODE), 3),
        (event("VIEW", EventKey="https://example.org"), 0),
    ],
)
async def test_a_touch_that_nothing_is_said_to_allows_messages(
    peer, store, client, environment, xml, n_allowed
):
    assert await peer.push(xml) == (200, "success")
    quota = messengers.open_quota(Settings.from_env(environment), store.redis)
    spent = [await quota.take(CONVERSATION, NOW) for _ in range(4)]
    assert sum(s is not None for s in spent) == n_allowed


@pytest.mark.parametrize(("status", "n_reports"), [("accept", 1), ("reject", 0)])
async def test_an_allowed_notification_is_reported(peer, store, status, n_reports):
    shown = (
        "<SubscribeMsgPopupEvent><List><TemplateId>S1</TemplateId>"
        f"<SubscribeStatusString>{status}</SubscribeStatusString>"
        "<PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent></xml>"
    )
    xml = event("subscribe_msg_popup_event").replace("</xml>", shown)
    assert await peer.push(xml) == (200, "success")
    reports = await store.redis.xrange(store.keys.delivery_reports)
    assert [r["allowed_by"] for _, r in reports] == [CONVERSATION] * n_reports


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
