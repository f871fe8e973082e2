"""Lays reply parts out as the bubbles that a person sees in WeChat."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union
from urllib.parse import urljoin, urlsplit

from adapters.wechat.text_split import (
    MAX_PARTS,
    MAX_TEXT_BYTES,
    cut_chars,
    split_text,
)
from adapters.wechat.xml import legal
from community.replies import (
    Choices,
    Emergency,
    Image,
    ItemList,
    Link,
    Part,
    Text,
)

MAX_BUBBLES = 5
"""One passive reply, and four of the five messages that it allows."""
MAX_PICTURES = 3
"""Of the five; the words that go with them need the others."""
MAX_MENU_BYTES = 1_500
"""No limit of a menu message is published; a text has 2,048."""
MAX_CARD_TITLE_CHARS = 32
MAX_CARD_TEXT_CHARS = 60
LEFT_OUT = "（太长了，后面的没有发。您可以问得细一点。）"

_NOT_IN_MENU_CONTENT = re.compile(r"[&<>\"'%#+=?\\\s]")
"""How WeChat reads percent-encoding here is not documented, so nothing needs it."""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """What the account can do, and where its pages are."""

    base_url: str = ""
    """Address of our pages (`PUBLIC_URL`); relative links are joined to it."""
    more_url: str = ""
    """Page that shows the whole of this answer; used where bubbles leave something out."""
    with_msgmenu: bool = False
    """Choices may be a `msgmenu`, where it is not the passive reply."""
    media: Mapping[str, str] = field(default_factory=dict)
    """Media id of pictures that were uploaded, by the `url` of the part."""


PLAIN = RenderOptions()


@dataclass(frozen=True, slots=True)
class OutText:
    """A text, escaped, with links; at most `MAX_TEXT_BYTES`."""

    content: str


@dataclass(frozen=True, slots=True)
class OutMenu:
    """A text with things to tap; `text` says the same for accounts without menus."""

    head: str
    items: tuple[tuple[str, str], ...]
    """Id and what is shown, said and sent."""
    text: str


@dataclass(frozen=True, slots=True)
class OutNews:
    """A card that opens a page."""

    title: str
    description: str
    url: str
    picture_url: str = ""


@dataclass(frozen=True, slots=True)
class OutImage:
    """An uploaded picture."""

    media_id: str


Bubble = Union[OutText, OutMenu, OutNews, OutImage]


def bubbles_of(
    parts: Sequence[Part], options: RenderOptions = PLAIN
) -> tuple[Bubble, ...]:
    """Returns the bubbles of a reply, an emergency's words first.

    The same parts and options always make the same bubbles.
    """
    ordered: list[Part] = [part for part in parts if isinstance(part, Emergency)]
    ordered += [part for part in parts if not isinstance(part, Emergency)]
    card = _card(ordered, options)
    if card is not None:
        return (card,)
    pictures = _pictures(ordered, options)
    menu = _menu(ordered, options) if options.with_msgmenu and not pictures else None
    if menu is not None:
        return (menu,)
    text = _whole_text(ordered, options)
    if len(pictures) > MAX_PICTURES:
        text = f"{text}\n{_more(options)}"
    texts = split_text(
        text, max_parts=_max_texts(pictures), more=_ending(ordered, options)
    )
    return (*(OutText(text) for text in texts), *pictures[:MAX_PICTURES])


def leaves_out(parts: Sequence[Part], options: RenderOptions = PLAIN) -> bool:
    """Tells whether bubbles cannot hold the whole of a reply."""
    pictures = _pictures(parts, options)
    most = _max_texts(pictures)
    texts = split_text(_whole_text(parts, options), max_parts=most + 1)
    return len(texts) > most or len(pictures) > MAX_PICTURES


def _max_texts(pictures: Sequence[Bubble]) -> int:
    return min(MAX_PARTS, MAX_BUBBLES - min(len(pictures), MAX_PICTURES))


def _whole_text(parts: Sequence[Part], options: RenderOptions) -> str:
    return "\n".join(line for part in parts for line in _lines(part, options))


def text_of_menu(head: str, titles: Sequence[str]) -> str:
    """Returns a menu as a text: numbered, each line a link that says it."""
    lines = [head] if head else []
    lines += [_choice(n, title) for n, title in enumerate(titles, start=1)]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Returns text of people that cannot become a link; without control characters."""
    return html.escape(legal(text), quote=False)


def anchor(url: str, title: str) -> str:
    """Returns a link for a text."""
    return f'<a href="{html.escape(url)}">{escaped(title)}</a>'


def absolute(url: str, options: RenderOptions) -> str:
    """Returns the full address of a page; empty where a phone could not open it."""
    joined = urljoin(options.base_url + "/", url) if options.base_url else url
    try:
        scheme = urlsplit(joined).scheme
    except ValueError:
        return ""
    return joined if scheme in ("http", "https") else ""


def _ending(parts: Sequence[Part], options: RenderOptions) -> str:
    """Closes an over-long reply: where the rest is, and still what can be tapped."""
    more = _more(options)
    last = parts[-1] if parts else None
    choices = _lines(last, options) if isinstance(last, Choices) else []
    ending = "\n".join([more, *choices])
    return ending if len(ending.encode()) <= MAX_TEXT_BYTES // 2 else more


def _more(options: RenderOptions) -> str:
    if not options.more_url:
        return LEFT_OUT
    return f"后面的在这里：{anchor(options.more_url, '看全部')}"


def _lines(part: Part, options: RenderOptions) -> list[str]:
    if isinstance(part, (Text, Emergency)):
        return [escaped(part.text)]
    if isinstance(part, ItemList):
        return [f"{escaped(part.title)}：", *(f"· {escaped(i)}" for i in part.items)]
    if isinstance(part, Choices):
        titles = [choice.title for choice in part.items]
        return [text_of_menu(escaped(part.prompt), titles)]
    if isinstance(part, Link):
        url = absolute(part.url, options)
        return [anchor(url, part.title) if url else escaped(part.title)]
    if part.url in options.media:
        return []
    url = absolute(part.url, options)
    return [
        anchor(url, f"看图片：{part.alt}") if url else escaped(f"［图片：{part.alt}］")
    ]


def _choice(number: int, title: str) -> str:
    content = _NOT_IN_MENU_CONTENT.sub("", legal(title))
    if not content:
        return f"{number}. {escaped(title)}"
    # Tapping sends the title, which is recognised even where the id is lost.
    address = f"weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={number}"
    return f'{number}. <a href="{address}">{escaped(title)}</a>'


def _card(parts: Sequence[Part], options: RenderOptions) -> OutNews | None:
    """A guide: one link, with a sentence about it at most."""
    links = [part for part in parts if isinstance(part, Link)]
    others = [part for part in parts if not isinstance(part, Link)]
    if len(links) != 1 or len(others) > 1:
        return None
    about = others[0] if others else Text("")
    url = absolute(links[0].url, options)
    if not isinstance(about, Text) or len(about.text) > MAX_CARD_TEXT_CHARS or not url:
        return None
    title = cut_chars(legal(links[0].title), MAX_CARD_TITLE_CHARS)
    return OutNews(title, legal(about.text), url)


def _pictures(parts: Sequence[Part], options: RenderOptions) -> list[Bubble]:
    urls = [part.url for part in parts if isinstance(part, Image)]
    return [OutImage(options.media[url]) for url in urls if url in options.media]


def _menu(parts: Sequence[Part], options: RenderOptions) -> OutMenu | None:
    last = parts[-1] if parts else None
    if not isinstance(last, Choices) or not last.items:
        return None
    lines = [line for part in parts[:-1] for line in _lines(part, options)]
    prompt = [escaped(last.prompt)] if last.prompt else []
    head = "\n".join([*lines, *prompt])
    titles = [legal(choice.title) for choice in last.items]
    text = text_of_menu(head, titles)
    if len(text.encode()) > min(MAX_MENU_BYTES, MAX_TEXT_BYTES):
        return None
    items = tuple((str(n), title) for n, title in enumerate(titles, start=1))
    return OutMenu(head, items, text)
