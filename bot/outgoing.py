"""The entry by which an answer reaches a messenger (`docs/contracts.md`)."""

from __future__ import annotations

import json
from typing import Dict

from community.messages import EventName, Inbound, Kind
from community.outbox import OutgoingKind
from community.replies import Emergency, Reply

VERSION = 1
MESSENGERS = frozenset({"wechat"})
"""Channels that do not read the chat themselves."""
RESULTS = frozenset({"result", "reminder"})


def outgoing_entry(inbound: Inbound, reply: Reply) -> str:
    """Returns the entry for the dispatcher; empty where the page shows the chat.

    A reply without parts has an entry too: it tells that the person has written.
    """
    if inbound.channel not in MESSENGERS:
        return ""
    return json.dumps(
        {
            "v": VERSION,
            "reply": json.loads(reply.to_json()),
            "kind": kind_of(inbound, reply).value,
            "passive": inbound.reply_to is not None,
            "facts": _facts(inbound),
            "received_at": inbound.received_at.isoformat(),
        },
        ensure_ascii=False,
    )


def _facts(inbound: Inbound) -> Dict[str, str]:
    """Returns what a template message says where no other may be sent."""
    if inbound.kind is not Kind.EVENT or inbound.text != EventName.TICKET:
        return {}
    return {name: str(inbound.extra.get(name, "")) for name in ("number", "what")}


def kind_of(inbound: Inbound, reply: Reply) -> OutgoingKind:
    """Returns what an answer is for: whether it may be sent twice depends on it."""
    if reply.parts and isinstance(reply.parts[0], Emergency):
        return OutgoingKind.EMERGENCY
    if inbound.kind is not Kind.EVENT:
        return OutgoingKind.CHAT
    if inbound.text == EventName.TICKET and inbound.extra.get("what") in RESULTS:
        return OutgoingKind.RESULT
    if inbound.text in (EventName.TICKET, EventName.TAKEOVER, EventName.TAKEOVER_END):
        return OutgoingKind.NOTICE
    return OutgoingKind.CHAT
