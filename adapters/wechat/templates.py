"""Fills the fields of template and subscription messages."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.wechat.settings import MessageTemplate
from adapters.wechat.text_split import cut_chars
from adapters.wechat.xml import legal

MAX_FIELD_CHARS = 20
"""A template shows no more; a subscription message is refused with more."""
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


def field_value(text: str) -> str:
    """Returns a text as a template shows it: one line, no emoji, 20 characters."""
    line = " ".join(_EMOJI.sub("", legal(text)).split())
    return cut_chars(line, MAX_FIELD_CHARS) or "-"


def template_message(
    openid: str, template: MessageTemplate, facts: Mapping[str, str]
) -> dict[str, Any]:
    """Returns what both kinds of message share."""
    data = {
        name: {"value": field_value(facts.get(fact, ""))}
        for name, fact in template.fields.items()
    }
    return {"touser": openid, "template_id": template.template_id, "data": data}
