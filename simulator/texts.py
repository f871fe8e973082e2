"""What a phone makes of a text: links, quick replies, entities, lengths."""

import html
import re
from dataclasses import asdict, dataclass
from typing import Any
from unicodedata import east_asian_width

TEXT_LIMIT_BYTES = 2048
TEMPLATE_FIELD_CHARS = 20
TEMPLATE_TOTAL_CHARS = 200
_ANCHOR = re.compile(r"<a\s+([^<>]*)>([^<>]*)</a>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_QUICK_REPLY = re.compile(
    r"weixin://bizmsgmenu\?msgmenucontent=([^&\"<>]+)&msgmenuid=([^&\"<>]+)"
)
_LOOSE_TAG = re.compile(r"</?a\b[^>]*>?")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")
_RUN_OR_CHARACTER = re.compile(r"[A-Za-z0-9]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Link:
    """Something to tap within a text."""

    title: str
    href: str
    says: str = ""
    """What a tap sends; empty for an address."""
    menu_id: str = ""


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as it appears."""

    text: str
    segments: tuple[dict[str, Any], ...]
    links: tuple[Link, ...]
    defects: tuple[str, ...]


def show(content: str) -> ShownText:
    """Reads the markup of a text message."""
    segments: list[dict[str, Any]] = []
    links: list[Link] = []
    defects: list[str] = []
    position = 0
    for found in _ANCHOR.finditer(content):
        _add_plain(content[position : found.start()], segments, defects)
        link = _link(found.group(1), html.unescape(found.group(2)), defects)
        links.append(link)
        segments.append(asdict(link))
        position = found.end()
    _add_plain(content[position:], segments, defects)
    text = "".join(segment["title"] for segment in segments)
    return ShownText(text, tuple(segments), tuple(links), tuple(defects))


def _add_plain(raw: str, segments: list[dict[str, Any]], defects: list[str]) -> None:
    if _LOOSE_TAG.search(raw):
        defects.append("a link is cut in two or not closed")
    if raw:
        segments.append({"title": html.unescape(raw)})


def _link(attributes: str, title: str, defects: list[str]) -> Link:
    href = html.unescape(dict(_ATTRIBUTE.findall(attributes)).get("href", ""))
    quick = _QUICK_REPLY.fullmatch(href)
    if quick:
        return Link(title, href, quick.group(1), quick.group(2))
    if not href.startswith(("http://", "https://", "tel:")):
        defects.append("a link leads nowhere: its href is missing or of another kind")
    return Link(title, href)


def size(text: str) -> int:
    """Returns the length that the platform counts, in UTF-8 bytes."""
    return len(text.encode())


def columns(text: str) -> int:
    """Returns how wide a text is; a Chinese character takes two."""
    return sum(1 + (east_asian_width(char) in "WF") for char in text)


def cut_bytes(text: str, limit: int) -> str:
    """Cuts at a number of bytes, never within a character."""
    return text.encode()[:limit].decode(errors="ignore")


def field_length(text: str) -> int:
    """Counts a template's field: a run of letters and digits is one."""
    return len(_RUN_OR_CHARACTER.findall(text))


def cut_field(text: str, limit: int = TEMPLATE_FIELD_CHARS) -> str:
    """Cuts a template's field as the phone shows it."""
    return "".join(_RUN_OR_CHARACTER.findall(text)[:limit])


def without_emoji(text: str) -> str:
    """Returns a template's field as it is shown since 2023."""
    return _EMOJI.sub("", text)
