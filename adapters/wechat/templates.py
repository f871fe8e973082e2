"""Fills the fields of template and subscription messages."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.wechat.settings import MessageTemplate
from adapters.wechat.text_split import cut_chars
from adapters.wechat.xml import legal

MAX_FIELD_CHARS = 20
"""A template shows no more; a subscription message is refused with more."""
MAX_CODE_CHARS = 32
MAX_PHRASE_CHARS = 5
NO_PHRASE = "有消息"
WHAT = {
    "accepted": "已受理",
    "progress": "有进展",
    "paused": "暂停办理",
    "escalated": "已转上级",
    "result": "已办好",
    "reminder": "等您确认",
    "closed": "已办结",
    "reopened": "重新办理",
}
"""Words for what has happened to a ticket (`docs/contracts.md`, event `ticket`)."""
_EMOJI = re.compile("[\U00010000-\U0010ffff\u2600-\u27bf\ufe0f\u200d]")


_KIND = re.compile("([a-z_]+?)[0-9]+")
_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2})?")
_NOT_HAN = re.compile("[^\u4e00-\u9fff]")


def field_value(name: str, text: str, at: str = "") -> str:
    """Returns a text as a field takes it; WeChat refuses what is of another type.

    Args:
        name: Of the field: its type and a number, such as `thing1`.
        text: What it is filled from.
        at: Time of the message, for a time that is none.
    """
    line = " ".join(_EMOJI.sub("", legal(text)).split())
    match = _KIND.fullmatch(name)
    kind = match.group(1) if match else ""
    if kind in ("time", "date"):
        return line if _TIME.fullmatch(line) else at or "-"
    if kind == "number":
        return re.sub("[^0-9]", "", line)[:MAX_CODE_CHARS] or "0"
    if kind == "character_string":
        return re.sub("[^!-~]", "", line)[:MAX_CODE_CHARS] or "-"
    if kind == "phrase":
        return _NOT_HAN.sub("", line)[:MAX_PHRASE_CHARS] or NO_PHRASE
    return cut_chars(line, MAX_FIELD_CHARS) or "-"


def template_message(
    openid: str, template: MessageTemplate, facts: Mapping[str, str]
) -> dict[str, Any]:
    """Returns what both kinds of message share."""
    data = {
        name: {"value": field_value(name, facts.get(fact, ""), facts.get("at", ""))}
        for name, fact in template.fields.items()
    }
    return {"touser": openid, "template_id": template.template_id, "data": data}
