"""The limits of a custom menu (protocol page, §6)."""

from collections.abc import Mapping
from typing import Any

from simulator.refusals import ApiRefusalError
from simulator.texts import columns, size

MOST_TOP = 3
MOST_SUB = 5
TOP_NAME_BYTES = 16
TOP_NAME_COLUMNS = 8
"""Four Chinese characters."""
SUB_NAME_BYTES = 60
KEY_BYTES = 128
URL_BYTES = 1024
NEEDS: dict[str, tuple[str, ...]] = {
    "click": ("key",),
    "view": ("url",),
    "miniprogram": ("url", "appid", "pagepath"),
    "scancode_push": ("key",),
    "scancode_waitmsg": ("key",),
    "pic_sysphoto": ("key",),
    "pic_photo_or_album": ("key",),
    "pic_weixin": ("key",),
    "location_select": ("key",),
    "media_id": ("media_id",),
    "view_limited": ("media_id",),
    "article_id": ("article_id",),
    "article_view_limited": ("article_id",),
}
KEPT = ("type", "name", "key", "url", "appid", "pagepath", "media_id", "article_id")


def check_menu(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the buttons as the platform keeps them.

    Raises:
        ApiRefusalError: 40016 to 40027, by what is wrong.
    """
    buttons = values.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_TOP:
        raise ApiRefusalError(40016)
    return [_top(button) for button in buttons]


def _top(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiRefusalError(47001)
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= size(name) <= TOP_NAME_BYTES:
        raise ApiRefusalError(40018)
    if columns(name) > TOP_NAME_COLUMNS:
        raise ApiRefusalError(40018)
    subs = button.get("sub_button")
    if not subs:
        return {**_tappable(button, is_sub=False), "sub_button": []}
    if not isinstance(subs, list) or len(subs) > MOST_SUB:
        raise ApiRefusalError(40023)
    return {"name": name, "sub_button": [_sub(sub) for sub in subs]}


def _sub(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise ApiRefusalError(47001)
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= size(name) <= SUB_NAME_BYTES:
        raise ApiRefusalError(40025)
    return {**_tappable(button, is_sub=True), "sub_button": []}


def _tappable(button: Mapping[str, Any], *, is_sub: bool) -> dict[str, Any]:
    needs = NEEDS.get(str(button.get("type")))
    if needs is None:
        raise ApiRefusalError(40024 if is_sub else 40017)
    for name in needs:
        value = button.get(name)
        if not isinstance(value, str) or not value:
            raise ApiRefusalError(_code(name, is_sub=is_sub), name)
    if size(str(button.get("key", ""))) > KEY_BYTES:
        raise ApiRefusalError(_code("key", is_sub=is_sub))
    if size(str(button.get("url", ""))) > URL_BYTES:
        raise ApiRefusalError(_code("url", is_sub=is_sub))
    return {name: button[name] for name in KEPT if name in button}


def _code(name: str, *, is_sub: bool) -> int:
    if name == "url":
        return 40027 if is_sub else 40020
    return 40026 if is_sub else 40019
