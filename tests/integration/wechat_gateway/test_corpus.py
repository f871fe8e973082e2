"""What the webhook makes of every example: what is stored, and what WeChat is told."""

import json
import re
import secrets
import time
from typing import Any

from aiohttp.test_utils import TestClient

from gateway.keys import CONVERSATIONS, FIGURES
from tests.integration.wechat_peer import ACCOUNT, signature
from tests.wechat_corpus import OUTCOMES, body_of, needs_corpus

pytestmark = needs_corpus


def addressed(body: bytes) -> bytes:
    """Returns the document as one that is for this account."""
    to = f"<ToUserName>{ACCOUNT}</ToUserName>".encode()
    return re.sub(rb"<ToUserName>.*?</ToUserName>", to, body, count=1, flags=re.DOTALL)


def counted(client: TestClient) -> dict[str, float]:
    """Returns how often each outcome was counted."""
    return {
        sample.labels["outcome"]: sample.value
        for metric in client.app[FIGURES].registry.collect()
        for sample in metric.samples
        if sample.name == "gateway_pushes_total"
    }


async def stored(client: TestClient) -> list[str]:
    """Returns what is in the mailboxes, and forgets everything for the next push."""
    redis, prefix = (
        client.app[CONVERSATIONS].redis,
        client.app[CONVERSATIONS].keys.prefix,
    )
    found = []
    async for key in redis.scan_iter(f"{prefix}:conv:*:mailbox"):
        for record in await redis.lrange(key, 0, -1):
            document = json.loads(record)
            kind, text = document["kind"], document["text"]
            found.append(f"{kind} {text}" if kind == "event" else kind)
    keys = [key async for key in redis.scan_iter(f"{prefix}:*")]
    if keys:
        await redis.delete(*keys)
    return found


async def pushed(client: TestClient, body: bytes) -> dict[str, Any]:
    """Pushes a document in plaintext mode; returns what became of it."""
    nonce, timestamp = secrets.token_hex(6), str(int(time.time()))
    query = {
        "signature": signature(timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    before = counted(client)
    async with client.post("/wechat", params=query, data=body) as response:
        status, said = response.status, await response.text()
    [outcome] = [n for n, v in counted(client).items() if v > before.get(n, 0)]
    if outcome == "refused_signature":
        assert status == 403
        return {"outcome": "refused"}
    assert (status, said) == (200, "success")
    kept = await stored(client)
    return {"outcome": outcome, **({"stored": kept} if kept else {})}


async def test_every_push_has_its_outcome(start, monkeypatch):
    monkeypatch.setattr("gateway.wechat.BUDGET_S", 0.0)
    client = await start(WECHAT_AES_KEY="")
    wrong = {}
    for name, outcome in OUTCOMES["inbound"].items():
        found = await pushed(client, addressed(body_of(name)))
        if found != outcome["gateway"]:
            wrong[name] = found
    assert not wrong
