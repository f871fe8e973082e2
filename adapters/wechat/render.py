"""Writes bubbles in the two forms that WeChat takes: passive reply and message."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from adapters.wechat.bubbles import (
    PLAIN,
    Bubble,
    OutImage,
    OutMenu,
    OutNews,
    OutText,
    RenderOptions,
    bubbles_of,
    text_of_menu,
)
from adapters.wechat.xml import cdata
from community.replies import Part

__all__ = [
    "PLAIN",
    "SUCCESS",
    "Bubble",
    "RenderOptions",
    "bubbles_of",
    "custom_body",
    "custom_messages",
    "menu_as_text",
    "passive_reply",
]

SUCCESS = b"success"
"""Answers a push and shows nothing; never encrypted."""


def passive_reply(
    parts: Sequence[Part],
    *,
    to_user: str,
    from_user: str,
    created_at: datetime,
    options: RenderOptions = PLAIN,
    as_json: bool = False,
) -> tuple[bytes, tuple[Bubble, ...]]:
    """Returns the answer to a push, and what remains for customer-service messages.

    Args:
        parts: Of the reply; none means that nothing is said.
        to_user: `FromUserName` of the push.
        from_user: `ToUserName` of the push.
        created_at: Aware.
        options: As for the messages that follow.
        as_json: Format of the account, that of the push.

    Returns:
        The body, not encrypted (`SUCCESS` for an empty reply), and the other bubbles.
    """
    bubbles = bubbles_of(parts, options)
    if not bubbles:
        return SUCCESS, ()
    fields = {
        "ToUserName": to_user,
        "FromUserName": from_user,
        "CreateTime": int(created_at.timestamp()),
        **_passive_fields(bubbles[0]),
    }
    body = json.dumps(fields, ensure_ascii=False) if as_json else _xml(fields)
    return body.encode(), bubbles[1:]


def custom_messages(
    parts: Sequence[Part], options: RenderOptions = PLAIN, *, skip: int = 0
) -> list[dict[str, Any]]:
    """Returns the bodies of `message/custom/send` for a reply, without `touser`.

    Args:
        parts: Of the reply.
        options: As for the passive reply, so that both cut alike.
        skip: 1 where the first bubble went out as the passive reply.
    """
    return [custom_body(bubble) for bubble in bubbles_of(parts, options)[skip:]]


def custom_body(bubble: Bubble) -> dict[str, Any]:
    """Returns the body of `message/custom/send` for one bubble, without `touser`."""
    if isinstance(bubble, OutText):
        return {"msgtype": "text", "text": {"content": bubble.content}}
    if isinstance(bubble, OutImage):
        return {"msgtype": "image", "image": {"media_id": bubble.media_id}}
    if isinstance(bubble, OutNews):
        article = {
            "title": bubble.title,
            "description": bubble.description,
            "url": bubble.url,
            "picurl": bubble.picture_url,
        }
        return {"msgtype": "news", "news": {"articles": [article]}}
    items = [{"id": id_, "content": title} for id_, title in bubble.items]
    menu = {"head_content": bubble.head, "list": items, "tail_content": ""}
    return {"msgtype": "msgmenu", "msgmenu": menu}


def menu_as_text(body: dict[str, Any]) -> dict[str, Any]:
    """Returns a menu message as a text that says the same."""
    menu = body["msgmenu"]
    titles = [item["content"] for item in menu["list"]]
    content = text_of_menu(menu["head_content"], titles)
    return {"msgtype": "text", "text": {"content": content}}


def _passive_fields(bubble: Bubble) -> dict[str, Any]:
    if isinstance(bubble, OutImage):
        return {"MsgType": "image", "Image": {"MediaId": bubble.media_id}}
    if isinstance(bubble, OutNews):
        article = {
            "Title": bubble.title,
            "Description": bubble.description,
            "PicUrl": bubble.picture_url,
            "Url": bubble.url,
        }
        articles = {"item": article}
        return {"MsgType": "news", "ArticleCount": 1, "Articles": articles}
    # There is no passive menu; the text has the same choices as links.
    content = bubble.text if isinstance(bubble, OutMenu) else bubble.content
    return {"MsgType": "text", "Content": content}


def _xml(fields: dict[str, Any]) -> str:
    return f"<xml>{_elements(fields)}</xml>"


def _elements(fields: dict[str, Any]) -> str:
    return "".join(
        f"<{name}>{_value(value)}</{name}>" for name, value in fields.items()
    )


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return _elements(value)
    return str(value) if isinstance(value, int) else cdata(value)
