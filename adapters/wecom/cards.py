"""Writes notices for staff as WeCom shows them, within all its lengths.

Source: developer.work.weixin.qq.com, path 90236 (2025-09-24); see `docs/wechat.md`.
"""

import html
import re
from collections.abc import Sequence
from typing import Any

from adapters.wechat.text_split import cut_chars, cut_text
from adapters.wechat.xml import legal
from community.outbox import StaffNotice

MAX_TEXT_BYTES = 2_048
MAX_URL_BYTES = 2_048
MAX_TEXTCARD_TITLE_BYTES = 128
MAX_TEXTCARD_BYTES = 512
MAX_TITLE_CHARS = 36
MAX_SUBTITLE_CHARS = 44
MAX_PARAGRAPH_CHARS = 112
MAX_FIELDS = 6
MAX_FIELD_NAME_CHARS = 10
MAX_FIELD_CHARS = 30
MAX_BUTTONS = 6
MAX_BUTTON_CHARS = 10
MAX_KEY_BYTES = 1_024
MAX_TASK_BYTES = 128
SENDER = "云小路"
RED = 2
GREY = 0
FIRST_BUTTON = 1
OTHER_BUTTON = 2
_NOT_IN_TASK = re.compile(r"[^0-9A-Za-z_\-@]")


def notice_message(notice: StaffNotice, desk_url: str) -> dict[str, Any]:
    """Returns `msgtype` and content for a notice, without recipients.

    With buttons it is a card to act on, with a page a card to open, else a text.

    Args:
        notice: What to say.
        desk_url: Address of the desk, to which `notice.path` is joined.
    """
    url = page_url(notice, desk_url)
    if notice.actions and notice.task:
        return {"msgtype": "template_card", "template_card": _button_card(notice, url)}
    if url:
        return {"msgtype": "textcard", "textcard": _text_card(notice, url)}
    return text_message(_plain(notice))


def text_message(text: str) -> dict[str, Any]:
    """Returns a text; it may hold links, so people's words must be escaped before."""
    content = cut_text(legal(text), MAX_TEXT_BYTES)
    return {"msgtype": "text", "text": {"content": content}}


def markdown_message(text: str) -> dict[str, Any]:
    """Returns a markdown text; it is not shown within WeChat's own client."""
    content = cut_text(legal(text), MAX_TEXT_BYTES)
    return {"msgtype": "markdown", "markdown": {"content": content}}


def page_url(notice: StaffNotice, desk_url: str) -> str:
    """Returns the page of the notice, or an empty text."""
    if not (notice.path and desk_url):
        return ""
    url = desk_url.rstrip("/") + "/" + notice.path.lstrip("/")
    return url if len(url.encode()) <= MAX_URL_BYTES else ""


def task_id(text: str) -> str:
    """Returns a card's id with the letters that WeCom takes."""
    return _NOT_IN_TASK.sub("_", text)[:MAX_TASK_BYTES]


def _button_card(notice: StaffNotice, url: str) -> dict[str, Any]:
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "source": {
            "desc": cut_chars(legal(notice.emphasis or SENDER), 13),
            "desc_color": RED if notice.emphasis else GREY,
        },
        "main_title": {"title": _one_line(notice.title, MAX_TITLE_CHARS)},
        "horizontal_content_list": _fields(notice.fields),
        "task_id": task_id(notice.task),
        "button_list": _buttons(notice.actions),
    }
    text = legal(notice.text).strip()
    if len(text) <= MAX_SUBTITLE_CHARS:
        card["main_title"]["desc"] = text
    else:
        card["sub_title_text"] = cut_chars(text, MAX_PARAGRAPH_CHARS)
    if url:
        card["card_action"] = {"type": 1, "url": url}
    return card


def _fields(fields: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {
            "keyname": _one_line(name, MAX_FIELD_NAME_CHARS),
            "value": _one_line(value, MAX_FIELD_CHARS),
        }
        for name, value in fields[:MAX_FIELDS]
    ]


def _buttons(actions: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    # Keys must differ, and one that was cut would mean something else.
    known = {key: title for key, title in actions if len(key.encode()) <= MAX_KEY_BYTES}
    return [
        {
            "type": 0,
            "text": _one_line(title, MAX_BUTTON_CHARS),
            "style": OTHER_BUTTON if position else FIRST_BUTTON,
            "key": key,
        }
        for position, (key, title) in enumerate(list(known.items())[:MAX_BUTTONS])
    ]


def _text_card(notice: StaffNotice, url: str) -> dict[str, str]:
    title = f"【{notice.emphasis}】{notice.title}" if notice.emphasis else notice.title
    lines = (
        [("highlight", notice.text)] if notice.emphasis else [("normal", notice.text)]
    )
    lines += [
        ("gray", f"{name}：{value}") for name, value in notice.fields[:MAX_FIELDS]
    ]
    return {
        "title": cut_text(legal(title), MAX_TEXTCARD_TITLE_BYTES),
        "description": _divisions(lines),
        "url": url,
        "btntxt": "打开",
    }


def _divisions(lines: Sequence[tuple[str, str]]) -> str:
    """Joins lines as long as they fit; a division is never cut in two."""
    shown = ""
    for look, line in lines:
        frame = f'<div class="{look}"></div>'
        room = MAX_TEXTCARD_BYTES - len((shown + frame).encode())
        # An escaped sign has up to five letters: cut before and look again.
        text = html.escape(legal(line).strip(), quote=False)
        text = cut_text(text, room) if room > 0 else ""
        if text:
            shown += f'<div class="{look}">{text}</div>'
    return shown


def _plain(notice: StaffNotice) -> str:
    title = f"【{notice.emphasis}】{notice.title}" if notice.emphasis else notice.title
    fields = [f"{name}：{value}" for name, value in notice.fields]
    lines = [title, notice.text, *fields]
    return html.escape("\n".join(line for line in lines if line), quote=False)


def _one_line(text: str, limit_chars: int) -> str:
    return cut_chars(" ".join(legal(text).split()), limit_chars)
