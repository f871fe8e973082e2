"""Reads what WeCom calls back: taps on cards, texts and events of staff."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.wechat.documents import MAX_BODY_BYTES, Fields, read_document
from adapters.wechat.parse import common_fields, message_id
from adapters.wechat.xml import cdata

CARD_EVENTS = ("template_card_event", "template_card_menu_event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What all callbacks have; kinds without a class of their own may be ignored."""

    corp_id: str
    userid: str
    created_at: datetime
    """Aware UTC, whole seconds."""
    agent_id: str = ""
    msg_type: str
    """Lower case; `event` for events."""
    event: str = ""
    """Lower case."""
    event_key: str = ""
    msg_id: str = ""

    @property
    def dedup_id(self) -> str:
        """The same for every delivery of one callback, and for no other."""
        if self.msg_id:
            return f"wecom-m{self.msg_id}"
        seconds = str(int(self.created_at.timestamp()))
        parts = (self.userid, seconds, self.event, self.event_key, *self._more())
        digest = hashlib.blake2s("\0".join(parts).encode(), digest_size=16)
        return f"wecom-e{digest.hexdigest()}"

    def _more(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffText(Callback):
    """A member of staff wrote to the app."""

    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClick(Callback):
    """A button of a card was tapped; several people may tap the same card."""

    task_id: str
    card_type: str
    response_code: str
    """Updates the card once, within 72 hours."""
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Question and chosen options."""

    @property
    def action(self) -> str:
        """What stands before the colon of the button's key."""
        return self.event_key.partition(":")[0]

    @property
    def number(self) -> str:
        """The ticket's number, behind the colon of the button's key."""
        return self.event_key.partition(":")[2]

    def _more(self) -> tuple[str, ...]:
        return (self.task_id, self.response_code)


def parse_callback(body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Callback:
    """Reads a decrypted callback.

    Raises:
        MalformedPushError: Says what is wrong, and where.
    """
    fields, _ = read_document(body, max_bytes=max_bytes)
    kind = fields.word("MsgType").lower()
    common = common_fields(fields)
    base: dict[str, Any] = {
        "corp_id": common["account"],
        "userid": common["openid"],
        "created_at": common["created_at"],
        "agent_id": fields.word("AgentID", ""),
        "msg_type": kind[:64],
    }
    if kind == "event":
        return _event(fields, base)
    base["msg_id"] = message_id(fields)
    if kind == "text":
        return StaffText(**base, content=fields.text("Content"))
    return Callback(**base)


def update_button(
    click: CardClick, replace_name: str, *, created_at: datetime, as_json: bool = False
) -> bytes:
    """Returns the answer that greys the tapped card out, for the one who tapped.

    Args:
        click: The tap.
        replace_name: What the button says from now on.
        created_at: Aware.
        as_json: Format of the callback.
    """
    seconds = int(created_at.timestamp())
    if as_json:
        document = {
            "ToUserName": click.userid,
            "FromUserName": click.corp_id,
            "CreateTime": seconds,
            "MsgType": "update_button",
            "Button": {"ReplaceName": replace_name},
        }
        return json.dumps(document, ensure_ascii=False).encode()
    return (
        f"<xml><ToUserName>{cdata(click.userid)}</ToUserName>"
        f"<FromUserName>{cdata(click.corp_id)}</FromUserName>"
        f"<CreateTime>{seconds}</CreateTime>"
        f"<MsgType>{cdata('update_button')}</MsgType>"
        f"<Button><ReplaceName>{cdata(replace_name)}</ReplaceName></Button></xml>"
    ).encode()


def _event(fields: Fields, base: dict[str, Any]) -> Callback:
    event = fields.word("Event").lower()
    base = {**base, "event": event, "event_key": fields.word("EventKey", "")}
    if event not in CARD_EVENTS:
        return Callback(**base)
    return CardClick(
        **base,
        task_id=fields.word("TaskId"),
        card_type=fields.word("CardType", ""),
        response_code=fields.word("ResponseCode", ""),
        selected=tuple(
            (item.word("QuestionKey"), item.group("OptionIds").words("OptionId"))
            for item in fields.group("SelectedItems").groups("SelectedItem")
        ),
    )
