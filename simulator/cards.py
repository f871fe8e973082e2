"""Template cards of WeCom: their limits and how a member sees them (§7.3)."""

import re
from collections.abc import Mapping
from typing import Any

from simulator.refusals import ApiRefusalError
from simulator.texts import size

CARD_TYPES = frozenset(
    {
        "text_notice",
        "news_notice",
        "button_interaction",
        "vote_interaction",
        "multiple_interaction",
    }
)
INTERACTIVE = frozenset(
    {"button_interaction", "vote_interaction", "multiple_interaction"}
)
TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
TITLE_CHARS = 36
DESCRIPTION_CHARS = 44
BUTTON_CHARS = 10
KEY_BYTES = 1024
MOST = {"horizontal_content_list": 6, "jump_list": 3, "button_list": 6}
MOST_OPTIONS = 10


def _refuse(what: str) -> ApiRefusalError:
    return ApiRefusalError(40058, what)


def check_card(card: object) -> dict[str, Any]:
    """Returns the card.

    Raises:
        ApiRefusalError: 40058 with the field that is wrong.
    """
    if not isinstance(card, Mapping) or card.get("card_type") not in CARD_TYPES:
        raise _refuse("template_card.card_type")
    _check_title(card)
    for name, most in MOST.items():
        rows = card.get(name, [])
        if not isinstance(rows, list) or len(rows) > most:
            raise _refuse(f"template_card.{name}")
    if card["card_type"] in INTERACTIVE and not TASK_ID.fullmatch(
        str(card.get("task_id", ""))
    ):
        raise _refuse("template_card.task_id")
    if card["card_type"] == "button_interaction":
        _check_buttons(card.get("button_list"))
    options = _mapping(card.get("button_selection")).get("option_list", [])
    if not isinstance(options, list) or len(options) > MOST_OPTIONS:
        raise _refuse("template_card.button_selection")
    return dict(card)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _check_title(card: Mapping[str, Any]) -> None:
    title = _mapping(card.get("main_title"))
    if not title.get("title") and not card.get("sub_title_text"):
        raise _refuse("template_card.main_title.title")
    if len(str(title.get("title", ""))) > TITLE_CHARS:
        raise _refuse("template_card.main_title.title")
    if len(str(title.get("desc", ""))) > DESCRIPTION_CHARS:
        raise _refuse("template_card.main_title.desc")


def _check_buttons(buttons: object) -> None:
    if not isinstance(buttons, list) or not buttons:
        raise _refuse("template_card.button_list")
    keys: list[str] = []
    for button in map(_mapping, buttons):
        text = str(button.get("text", ""))
        if not 1 <= len(text) <= BUTTON_CHARS or button.get("style", 1) not in range(
            1, 5
        ):
            raise _refuse("template_card.button_list.text")
        if button.get("type", 0) not in (0, 1):
            raise _refuse("template_card.button_list.type")
        if button.get("type", 0) == 1:
            if not button.get("url"):
                raise _refuse("template_card.button_list.url")
            continue
        key = str(button.get("key", ""))
        if not 1 <= size(key) <= KEY_BYTES:
            raise _refuse("template_card.button_list.key")
        keys.append(key)
    if len(set(keys)) != len(keys):
        raise _refuse("template_card.button_list.key is not unique")


def card_text(card: Mapping[str, Any]) -> str:
    """Returns the words of a card, for records."""
    title = _mapping(card.get("main_title"))
    parts = [title.get("title"), title.get("desc"), card.get("sub_title_text")]
    for row in card.get("horizontal_content_list", []):
        parts.append(f"{row.get('keyname', '')}：{row.get('value', '')}")
    return "\n".join(str(part) for part in parts if part)


def replaced(card: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Returns the card with one grey button in place of all."""
    return {**card, "button_list": [], "replaced": name}
