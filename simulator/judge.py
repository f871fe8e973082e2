"""Reads a webhook's answer as strictly as WeChat does (protocol page, §1 and §3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator import texts
from simulator.crypto import CryptoError, MessageCipher, is_signed
from simulator.documents import DocumentError, parse
from simulator.options import Mode
from simulator.pushes import Push

MOST_ARTICLES = 8
SILENT = (b"", b"success")


class RefusedReplyError(Exception):
    """Raised when the resident would see an error bubble instead of the reply."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keeps a short name of the reason and a sentence."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Reply:
    """An answer that WeChat accepts."""

    kind: str
    """`silent` or the reply's `MsgType`."""
    text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    defects: tuple[str, ...] = ()
    clear: bytes = b""
    """The decrypted document."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an account's answers are checked with."""

    token: str
    cipher: MessageCipher
    mode: Mode
    document: str
    stamp_window_s: int = 300
    """How far `TimeStamp` of an encrypted answer may be from the request's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an encrypted answer has to fit."""

    nonce: str
    stamp: int
    """Seconds since 1970, as signed."""


MediaKind = Callable[[str], str | None]
"""Tells the kind of a media id that the account uploaded, or None."""


def open_body(body: bytes, asked: Asked, secrets: Secrets) -> dict[str, Any]:
    """Decrypts and parses an answer that is not silent.

    Raises:
        RefusedReplyError: Malformed, unsigned, or not encrypted for this account.
    """
    fields, _ = _opened(body, asked, secrets)
    return fields


def _opened(
    body: bytes, asked: Asked, secrets: Secrets
) -> tuple[dict[str, Any], bytes]:
    outer = _parsed(body, secrets.document)
    if secrets.mode is Mode.PLAINTEXT:
        return outer, body
    if "Encrypt" not in outer:
        if secrets.mode is Mode.COMPATIBLE:
            return outer, body
        raise RefusedReplyError("plain", "safe mode wants an encrypted answer")
    clear = _decrypted(outer, asked, secrets)
    return _parsed(clear, secrets.document), clear


def _parsed(body: bytes, document: str) -> dict[str, Any]:
    try:
        return parse(body, document)
    except DocumentError as err:
        raise RefusedReplyError("malformed", str(err)) from err


def _decrypted(outer: Mapping[str, Any], asked: Asked, secrets: Secrets) -> bytes:
    stamp, encrypted = _checked_envelope(outer, asked, secrets)
    if not is_signed(
        str(outer["MsgSignature"]), secrets.token, stamp, asked.nonce, encrypted
    ):
        raise RefusedReplyError("signature", "MsgSignature does not fit")
    try:
        return secrets.cipher.decrypt(encrypted)
    except CryptoError as err:
        raise RefusedReplyError("encryption", str(err)) from err


def _checked_envelope(
    outer: Mapping[str, Any], asked: Asked, secrets: Secrets
) -> tuple[str, str]:
    """Returns time and encrypted text of an envelope that is complete and fresh."""
    missing = [
        name
        for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        if not outer.get(name)
    ]
    if missing:
        raise RefusedReplyError("envelope", f"{', '.join(missing)} is missing")
    stamp, encrypted = str(outer["TimeStamp"]), str(outer["Encrypt"])
    if not stamp.isdigit():
        raise RefusedReplyError("envelope", "TimeStamp is no number")
    if secrets.document == "json" and not isinstance(outer["TimeStamp"], int):
        raise RefusedReplyError("envelope", "TimeStamp is text, not a number")
    if abs(int(stamp) - asked.stamp) > secrets.stamp_window_s:
        raise RefusedReplyError("envelope", "TimeStamp is not the time of the answer")
    if str(outer["Nonce"]) != asked.nonce:
        raise RefusedReplyError("envelope", "Nonce is not the request's")
    return stamp, encrypted


def judge(
    status: int,
    body: bytes,
    asked: Asked,
    push: Push,
    secrets: Secrets,
    media: MediaKind,
) -> Reply:
    """Returns what the resident sees.

    Raises:
        RefusedReplyError: The resident sees the error bubble.
    """
    if status != 200:
        raise RefusedReplyError("status", f"HTTP {status}")
    if body in SILENT:
        return Reply("silent", clear=body)
    fields, clear = _opened(body, asked, secrets)
    _check_address(fields, push)
    check_time(fields, secrets)
    kind = str(fields.get("MsgType", ""))
    reader = _READERS.get(kind)
    if reader is None:
        raise RefusedReplyError("type", f"MsgType {kind!r} is unknown")
    reply = reader(fields, push, media)
    reply.clear = clear
    return reply


def _check_address(fields: Mapping[str, Any], push: Push) -> None:
    to_user, from_user = fields.get("ToUserName"), fields.get("FromUserName")
    if to_user == push.fields["ToUserName"]:
        raise RefusedReplyError(
            "address", "ToUserName and FromUserName are not swapped"
        )
    if to_user != push.person:
        raise RefusedReplyError("address", "ToUserName is not who wrote")
    if from_user != push.fields["ToUserName"]:
        raise RefusedReplyError("address", "FromUserName is not this account")


def check_time(fields: Mapping[str, Any], secrets: Secrets) -> None:
    """Checks that the time of an answer is a whole number.

    Raises:
        RefusedReplyError: It is something else, or a text in JSON.
    """
    created = fields.get("CreateTime", "")
    is_number = isinstance(created, int) and not isinstance(created, bool)
    if not is_number and (secrets.document == "json" or not str(created).isdigit()):
        raise RefusedReplyError("malformed", "CreateTime is no whole number")


def _text(fields: Mapping[str, Any], push: Push, media: MediaKind) -> Reply:
    content = fields.get("Content")
    if not isinstance(content, str) or not content:
        raise RefusedReplyError("empty", "Content is missing or empty")
    if texts.size(content) > texts.TEXT_LIMIT_BYTES:
        raise RefusedReplyError("too-long", f"{texts.size(content)} bytes of text")
    shown = texts.show(content)
    data = {"content": content, "segments": list(shown.segments)}
    return Reply("text", shown.text, data, shown.defects)


def _group(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    group = fields.get(name)
    if not isinstance(group, Mapping):
        raise RefusedReplyError("malformed", f"{name} is missing")
    return group


def _media(name: str, kind: str, media_field: str = "MediaId") -> "Reader":
    def read(fields: Mapping[str, Any], push: Push, media: MediaKind) -> Reply:
        group = dict(_group(fields, name))
        media_id = str(group.get(media_field, ""))
        if media(media_id) not in (kind, f"{kind}/permanent"):
            raise RefusedReplyError(
                "media", f"{media_field} is no {kind} of the account"
            )
        data = {key.lower(): value for key, value in group.items()}
        return Reply(name.lower(), str(group.get("Title", "")), data)

    return read


def _news(fields: Mapping[str, Any], push: Push, media: MediaKind) -> Reply:
    items = _group(fields, "Articles").get("item")
    if not isinstance(items, list) or not items:
        raise RefusedReplyError("malformed", "Articles has no item")
    if str(fields.get("ArticleCount", "")) != str(len(items)):
        raise RefusedReplyError("malformed", "ArticleCount is not the number of items")
    most = MOST_ARTICLES if push.allows_several_articles else 1
    if len(items) > most:
        raise RefusedReplyError(
            "articles", f"{len(items)} articles, allowed are {most}"
        )
    articles = [_article(item) for item in items]
    return Reply("news", articles[0]["title"], {"articles": articles})


def _article(item: object) -> dict[str, str]:
    if not isinstance(item, Mapping) or not item.get("Title"):
        raise RefusedReplyError("malformed", "an article has no Title")
    return {
        "title": str(item["Title"]),
        "description": str(item.get("Description", "")),
        "url": str(item.get("Url", "")),
        "picurl": str(item.get("PicUrl", "")),
    }


def _transfer(fields: Mapping[str, Any], push: Push, media: MediaKind) -> Reply:
    kind = str(fields["MsgType"])
    if push.is_event:
        raise RefusedReplyError("type", f"{kind} may answer messages only")
    return Reply(kind, "已转给人工客服" if kind == "transfer_customer_service" else "")


Reader = Callable[[Mapping[str, Any], Push, MediaKind], Reply]
_READERS: dict[str, Reader] = {
    "text": _text,
    "image": _media("Image", "image"),
    "voice": _media("Voice", "voice"),
    "video": _media("Video", "video"),
    "music": _media("Music", "thumb", "ThumbMediaId"),
    "news": _news,
    "transfer_customer_service": _transfer,
    "transfer_biz_ai_ivr": _transfer,
}
