"""Everybody's cards change when one takes a ticket on: client, Redis and simulator."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from adapters.card_codes import LIFE, CardCodes, SentCard
from adapters.pace import Pace
from adapters.wecom.card_sender import WeComCardSender
from adapters.wecom.client import WeComClient
from adapters.wecom.senders import WeComAppSender
from adapters.wecom.settings import WeComSettings
from community.card_changes import CardChange
from community.outbox import (
    Channel,
    DeliveryState,
    Outgoing,
    OutgoingKind,
    StaffNotice,
)
from simulator.options import Options
from simulator.wechat import SimulatedWeChat
from tests.conftest import NOW

TICKET = "1125-4837"
CLAIMED = CardChange(TICKET, 4, "李四已接单", only_tasks=True)


@dataclass
class Tokens:
    wechat: SimulatedWeChat

    async def get(self) -> str:
        now = self.wechat.clock.now()
        return self.wechat.corp.tokens.stable(now, owner="any")[0]

    async def replace(self, refused: str) -> str:
        return await self.get()


@pytest.fixture
def codes(conversations):
    return CardCodes(conversations.redis, conversations.keys)


@pytest.fixture
async def wechat() -> AsyncIterator[SimulatedWeChat]:
    async with SimulatedWeChat(Options(port=0)) as simulated:
        yield simulated


@pytest.fixture
async def desk(wechat, conversations, codes) -> AsyncIterator[dict[str, Any]]:
    """The two senders of staff cards, as the dispatcher wires them."""
    options = wechat.options
    settings = WeComSettings(
        corp_id=options.corp_id,
        agent_id=options.agent_id,
        secret="any",
        token=options.corp_token,
        aes_key=options.corp_aes_key,
        api_url=wechat.url,
    )

    async def find(staff_id: str) -> str:
        return staff_id

    async with aiohttp.ClientSession() as session:
        pace = Pace(conversations.redis, conversations.keys)
        client = WeComClient(session, settings, Tokens(wechat), pace)
        changer = WeComCardSender(client, codes, lambda: NOW)
        yield {
            "card": WeComAppSender(client, find, changer.keep),
            "change": changer,
        }


def card(to: str, seq: int, action: str = "claim") -> Outgoing:
    notice = StaffNotice(
        "新工单",
        "路灯",
        actions=((f"{action}:{TICKET}", "接单"),),
        task=f"{TICKET}-{seq}-{to}",
        extra={"ticket": TICKET, "seq": seq},
    )
    key = f"{TICKET}#{seq}#{to}"
    kind = OutgoingKind.NOTICE
    return Outgoing(key, Channel.WECOM_APP, to, kind, asdict(notice), NOW)


def change(what: CardChange) -> Outgoing:
    key = f"{TICKET}#{what.seq}#cards"
    kind = OutgoingKind.ALERT
    return Outgoing(key, Channel.WECOM_CARD, TICKET, kind, asdict(what), NOW)


def button(wechat: SimulatedWeChat, who: str, nth: int = -1) -> str | None:
    return wechat.record.chat(f"member:{who}")[nth].data["card"].get("replaced")


async def test_everybody_sees_at_once_who_took_the_ticket(wechat, desk):
    for who in ("zhang", "li", "head"):
        assert (await desk["card"].send(card(who, 1), attempt=1)).error == ""
    await desk["card"].send(card("note", 2, "ack"), attempt=1)
    result = await desk["change"].send(change(CLAIMED), attempt=1)
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "3 cards")
    assert [button(wechat, who) for who in ("zhang", "li", "head")] == [
        "李四已接单"
    ] * 3
    assert button(wechat, "note") is None
    again = await desk["change"].send(change(CLAIMED), attempt=2)
    assert (again.state, again.via) == (DeliveryState.DELIVERED, "0 cards")


async def test_a_card_that_waited_longer_than_the_claim_comes_grey(wechat, desk):
    await desk["change"].send(change(CLAIMED), attempt=1)
    await desk["card"].send(card("zhang", 3), attempt=1)
    assert button(wechat, "zhang") == "李四已接单"
    await desk["card"].send(card("zhang", 5), attempt=1)
    assert button(wechat, "zhang") is None, "a later card is a new task"


async def test_a_used_or_old_code_does_no_harm(wechat, desk, codes):
    await desk["card"].send(card("zhang", 1), attempt=1)
    wechat.clock.advance(73 * 3600)
    result = await desk["change"].send(change(CLAIMED), attempt=1)
    assert result.state is DeliveryState.DELIVERED
    assert button(wechat, "zhang") is None


async def test_codes_that_cannot_work_any_more_are_not_tried(codes):
    old = SentCard("t1", "code", 1, is_task=True)
    await codes.remember(TICKET, old, now=NOW - LIFE)
    await codes.remember(TICKET, SentCard("t2", "c2", 2, is_task=True), now=NOW)
    found = await codes.change(CLAIMED, now=NOW + timedelta(seconds=1))
    assert [one.task for one in found] == ["t2"]
