"""The account's menu: read from a file, checked against the platform's limits.

Source: developers.weixin.qq.com, custom menu, "创建接口"; see `docs/wechat.md`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from adapters.wechat.pushes import SAYS
from adapters.yaml_files import read_yaml
from community.errors import CatalogError

FILE = "wechat/menu.yml"
"""Below the content folder."""
MAX_TOP = 3
MAX_SUB = 5
MAX_TOP_BYTES, MAX_TOP_COLUMNS = 16, 8
MAX_SUB_BYTES, MAX_SUB_COLUMNS = 60, 16
MAX_KEY_BYTES = 128
MAX_URL_BYTES = 1_024

_KEY_TYPES = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
_FIELDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_KEY_TYPES, frozenset({"key"})),
    "view": frozenset({"url"}),
    "miniprogram": frozenset({"url", "appid", "pagepath"}),
}


def read_menu(content_dir: Path) -> dict[str, Any]:
    """Reads `wechat/menu.yml` as the platform takes it.

    Raises:
        CatalogError: Every problem at once, each `path: message`.
    """
    path = content_dir / FILE
    document = read_yaml(path)
    problems: list[str] = []
    menu = _menu(document, problems)
    if problems:
        raise CatalogError([f"{path}: {problem}" for problem in problems])
    return menu


def _menu(document: Any, problems: list[str]) -> dict[str, Any]:
    if not isinstance(document, dict) or set(document) != {"button"}:
        problems.append("expected one list named button")
        return {}
    buttons = _list(document["button"], "button", MAX_TOP, problems)
    return {
        "button": [
            _top(button, f"button {n}", problems)
            for n, button in enumerate(buttons, start=1)
        ]
    }


def _top(button: Any, where: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(button, dict) or "sub_button" not in button:
        return _entry(button, where, MAX_TOP_BYTES, MAX_TOP_COLUMNS, problems)
    if set(button) != {"name", "sub_button"}:
        problems.append(f"{where}: one with sub_button has a name and nothing else")
    name = _name(button, where, MAX_TOP_BYTES, MAX_TOP_COLUMNS, problems)
    entries = _list(button["sub_button"], f"{where}, sub_button", MAX_SUB, problems)
    return {
        "name": name,
        "sub_button": [
            _entry(
                entry, f"{where}, entry {n}", MAX_SUB_BYTES, MAX_SUB_COLUMNS, problems
            )
            for n, entry in enumerate(entries, start=1)
        ],
    }


def _entry(
    entry: Any, where: str, max_bytes: int, max_columns: int, problems: list[str]
) -> dict[str, Any]:
    if not isinstance(entry, dict):
        problems.append(f"{where}: expected name and say, url or type")
        return {}
    fields = _spelled_out(entry)
    kind = fields.get("type")
    required = _FIELDS.get(str(kind))
    if required is None:
        problems.append(f"{where}: needs say, url or a known type, found {kind!r}")
        return {}
    expected = {"name", "type"} | required
    if set(fields) != expected:
        wrong = ", ".join(sorted(set(fields) ^ expected))
        problems.append(f"{where}: missing or not expected for {kind}: {wrong}")
    _name(fields, where, max_bytes, max_columns, problems)
    for field in sorted(required & set(fields)):
        limit = MAX_KEY_BYTES if field == "key" else MAX_URL_BYTES
        _check_text(fields[field], f"{where}, {field}", limit, problems)
    return fields


def _spelled_out(entry: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(entry)
    if "say" in fields:
        fields["type"], fields["key"] = "click", f"{SAYS}{fields.pop('say')}"
    elif "url" in fields:
        fields.setdefault("type", "view")
    return fields


def _name(
    fields: Mapping[str, Any],
    where: str,
    max_bytes: int,
    max_columns: int,
    problems: list[str],
) -> str:
    name = fields.get("name")
    if not _check_text(name, f"{where}, name", max_bytes, problems):
        return ""
    text = str(name)
    columns = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    if columns > max_columns:
        problems.append(
            f"{where}, name: {text} is wider than {max_columns // 2} Chinese characters"
        )
    return text


def _check_text(value: Any, where: str, max_bytes: int, problems: list[str]) -> bool:
    if not isinstance(value, str) or not value.strip():
        problems.append(f"{where}: expected a text")
        return False
    if len(value.encode()) > max_bytes:
        problems.append(f"{where}: more than {max_bytes} bytes")
        return False
    return True


def _list(value: Any, where: str, most: int, problems: list[str]) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        problems.append(f"{where}: expected a list of 1 to {most} entries")
        return []
    return value
