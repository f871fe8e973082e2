"""Reads pushes of the Official Account, XML or JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from adapters.wechat.documents import MAX_BODY_BYTES, Fields, read_document
from adapters.wechat.pushes import (
    ClickPush,
    EventPush,
    ImagePush,
    LinkPush,
    LocationPush,
    PositionPush,
    PrivacyPush,
    Push,
    ScanCodePush,
    ScanPush,
    SubscribePush,
    SubscriptionItem,
    SubscriptionPush,
    TemplateResultPush,
    TextPush,
    UnsubscribePush,
    UnsupportedPush,
    VideoPush,
    VoicePush,
)

UNSUPPORTED_TEXT = "【收到不支持的消息类型，暂无法显示】"
"""What WeChat writes in place of a message that it does not pass on."""
_MAX_SECONDS = 2**33

Base = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An encrypted push before it is opened."""

    encrypt: str
    to: str
    agent_id: str
    is_json: bool


def parse_envelope(body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Envelope:
    """Reads the outside of a push in safe or compatible mode.

    What stands unencrypted beside it is in no signature, and is not looked at.

    Raises:
        MalformedPushError: Says what is wrong, and where.
    """
    fields, is_json = read_document(body, max_bytes=max_bytes)
    return Envelope(
        encrypt=fields.word("Encrypt"),
        to=fields.word("ToUserName", ""),
        agent_id=fields.word("AgentID", ""),
        is_json=is_json,
    )


def parse_push(body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Push:
    """Reads a push, decrypted where it was encrypted.

    Kinds that nobody knows are `UnsupportedPush` and `EventPush`, not errors.

    Raises:
        MalformedPushError: Says what is wrong, and where; never what somebody wrote.
    """
    fields, is_json = read_document(body, max_bytes=max_bytes)
    kind = fields.word("MsgType").lower()
    base: Base = {**common_fields(fields), "is_json": is_json}
    if kind == "event":
        return _event(fields, base)
    base["msg_id"] = message_id(fields)
    return _MESSAGES.get(kind, _unsupported)(fields, base)


def common_fields(fields: Fields) -> Base:
    """Reads what every push has."""
    seconds = fields.integer("CreateTime")
    if not 0 <= seconds < _MAX_SECONDS:
        raise fields.error("CreateTime", "is no time of this age")
    return {
        "account": fields.word("ToUserName"),
        "openid": fields.word("FromUserName"),
        "created_at": datetime.fromtimestamp(seconds, timezone.utc),
    }


def message_id(fields: Fields) -> str:
    """Reads `MsgId`, a whole number; empty where there is none."""
    text = fields.word("MsgId", "")
    return str(fields.integer("MsgId")) if text else ""


def position(fields: Fields, latitude: str, longitude: str) -> Base:
    """Reads a place from two fields."""
    return {
        "latitude": fields.decimal(latitude, low=-90, high=90),
        "longitude": fields.decimal(longitude, low=-180, high=180),
    }


def _text(fields: Fields, base: Base) -> Push:
    content = fields.text("Content")
    if content.strip() == UNSUPPORTED_TEXT:
        return UnsupportedPush(**base, msg_type="text")
    return TextPush(**base, content=content, menu_id=fields.word("bizmsgmenuid", ""))


def _image(fields: Fields, base: Base) -> Push:
    pic_url = fields.word("PicUrl", "")
    return ImagePush(**base, media_id=fields.word("MediaId"), pic_url=pic_url)


def _voice(fields: Fields, base: Base) -> Push:
    return VoicePush(
        **base,
        media_id=fields.word("MediaId"),
        format=fields.word("Format", "").lower(),
        media_id_16k=fields.word("MediaId16K", ""),
        recognition=fields.word("Recognition", ""),
    )


def _video(fields: Fields, base: Base) -> Push:
    return VideoPush(
        **base,
        media_id=fields.word("MediaId"),
        thumb_media_id=fields.word("ThumbMediaId", ""),
        is_short=fields.word("MsgType").lower() == "shortvideo",
    )


def _location(fields: Fields, base: Base) -> Push:
    return LocationPush(
        **base,
        **position(fields, "Location_X", "Location_Y"),
        scale=fields.word("Scale", ""),
        label=fields.word("Label", ""),
    )


def _link(fields: Fields, base: Base) -> Push:
    return LinkPush(
        **base,
        title=fields.word("Title", ""),
        description=fields.word("Description", ""),
        url=fields.word("Url", ""),
    )


def _unsupported(fields: Fields, base: Base) -> Push:
    return UnsupportedPush(**base, msg_type=fields.word("MsgType").lower()[:64])


_MESSAGES: dict[str, Callable[[Fields, Base], Push]] = {
    "text": _text,
    "image": _image,
    "voice": _voice,
    "video": _video,
    "shortvideo": _video,
    "location": _location,
    "link": _link,
}


def _event(fields: Fields, base: Base) -> Push:
    event = fields.word("Event").lower()
    base = {**base, "event": event, "key": fields.word("EventKey", "")}
    if event in _SIMPLE_EVENTS:
        return _SIMPLE_EVENTS[event](**base)
    return _EVENTS.get(event, _other_event)(fields, base)


def _position(fields: Fields, base: Base) -> Push:
    return PositionPush(
        **base,
        **position(fields, "Latitude", "Longitude"),
        precision_m=fields.decimal("Precision", low=0, high=1e9),
    )


def _scan_code(fields: Fields, base: Base) -> Push:
    result = fields.group("ScanCodeInfo").word("ScanResult", "")
    return ScanCodePush(**base, result=result)


def _template_result(fields: Fields, base: Base) -> Push:
    # Here, and only here, the name ends in a capital D.
    job_id, status = fields.word("MsgID"), fields.word("Status").lower()
    return TemplateResultPush(**base, job_id=job_id, status=status)


_LISTS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


def _subscription(fields: Fields, base: Base) -> Push:
    # In JSON the list stands at the top, as an object or an array.
    wrapper = fields if fields.has("List") else fields.group(_LISTS[base["event"]])
    items = [
        SubscriptionItem(
            template_id=entry.word("TemplateId"),
            status=entry.word("SubscribeStatusString", "")
            or entry.word("ErrorStatus", ""),
            job_id=entry.word("MsgID", ""),
            error_code=entry.integer("ErrorCode", 0),
        )
        for entry in wrapper.groups("List")
    ]
    return SubscriptionPush(**base, items=tuple(items))


def _privacy(fields: Fields, base: Base) -> Push:
    subject = fields.word("OpenID", "") or base["openid"]
    return PrivacyPush(**base, subject=subject, revoked=fields.word("RevokeInfo", ""))


def _other_event(_: Fields, base: Base) -> Push:
    return EventPush(**base)


_SIMPLE_EVENTS: dict[str, type[EventPush]] = {
    "subscribe": SubscribePush,
    "unsubscribe": UnsubscribePush,
    "scan": ScanPush,
    "click": ClickPush,
}
_EVENTS: dict[str, Callable[[Fields, Base], Push]] = {
    "location": _position,
    "scancode_push": _scan_code,
    "scancode_waitmsg": _scan_code,
    "templatesendjobfinish": _template_result,
    **dict.fromkeys(_LISTS, _subscription),
    "user_authorization_revoke": _privacy,
    "user_authorization_cancellation": _privacy,
    "user_info_modified": _privacy,
}
