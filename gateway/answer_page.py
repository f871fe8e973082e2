"""The page that shows the whole of an answer too long for the messenger.

Plain HTML from the server: it opens at once on an old phone, and runs no script.
"""

import base64
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from adapters.answer_pages import PATH, RedisAnswerPages
from community.blobs import IMAGE_TYPES, blob_of_url
from community.errors import NotFoundError, StoreUnavailableError
from community.replies import (
    Choices,
    Emergency,
    Image,
    ItemList,
    Link,
    Part,
    Text,
)
from gateway.keys import ANSWER_PAGES, BLOBS, CLOCK

STYLE = (Path(__file__).parent / "answer_page.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
GONE = (
    "这一页已经打不开了。\n答案的网页只留几天，过后就收起来了。"
    "请回到微信，把想问的再发一遍，我再答您。"
)
UNKNOWN = (
    "没有找到这一页。\n链接可能没有复制全。请回到微信，点一下原来那条消息里的链接。"
)
DOWN = "系统正忙，这一页暂时打不开，请过一会儿再试。"
_ADDRESS = re.compile(r"(https?://[A-Za-z0-9._~:/?#@!$&*+=%-]*[A-Za-z0-9/_=-])")
routes = web.RouteTableDef()


@routes.get(PATH + "{name}")
async def show(request: web.Request) -> web.Response:
    """Shows an answer, or says kindly that it is gone."""
    name = request.match_info["name"]
    try:
        parts = await _pages(request).open(name, request.app[CLOCK]())
    except NotFoundError:
        return _page(404, _paragraph(UNKNOWN))
    except StoreUnavailableError:
        return _page(503, _paragraph(DOWN))
    if parts is None:
        return _page(410, _paragraph(GONE))
    return _page(200, document(parts, lambda nth: f"{PATH}{name}/{nth}"))


@routes.get(PATH + "{name}/{nth:[0-9]{1,3}}")
async def show_picture(request: web.Request) -> web.Response:
    """Returns a stored picture of the answer.

    Raises:
        web.HTTPNotFound: There is no such answer or picture.
    """
    nth, name = int(request.match_info["nth"]), request.match_info["name"]
    try:
        parts = await _pages(request).open(name, request.app[CLOCK]()) or ()
    except NotFoundError as err:
        raise web.HTTPNotFound from err
    part = parts[nth] if nth < len(parts) else None
    blob_id = blob_of_url(part.url) if isinstance(part, Image) else None
    blob = await request.app[BLOBS].get(blob_id) if blob_id is not None else None
    if blob is None or blob.media_type not in IMAGE_TYPES:
        raise web.HTTPNotFound
    return web.Response(
        body=blob.data,
        content_type=blob.media_type,
        headers={"Cache-Control": "private, no-store"},
    )


def _pages(request: web.Request) -> RedisAnswerPages:
    return request.app[ANSWER_PAGES]


def document(parts: Sequence[Part], picture: Callable[[int], str]) -> str:
    """Returns the parts of an answer as HTML.

    Args:
        parts: Of the reply.
        picture: Address of the stored picture at a position.
    """
    return "\n".join(_shown(part, picture(nth)) for nth, part in enumerate(parts))


def _shown(part: Part, picture: str) -> str:
    if isinstance(part, Text):
        return _paragraph(part.text)
    if isinstance(part, Emergency):
        calls = "".join(
            f'<a class="call" href="tel:{html.escape(number)}">拨打 {html.escape(number)}</a>'
            for number in part.call
        )
        return f'<section class="urgent">{_paragraph(part.text)}{calls}</section>'
    if isinstance(part, ItemList):
        return f"<h2>{html.escape(part.title)}</h2>{_list('ul', part.items)}"
    if isinstance(part, Choices):
        prompt = part.prompt or "您可以接着问"
        titles = [choice.title for choice in part.items]
        hint = _paragraph("请回到微信，回复前面的数字。")
        return f"<h2>{html.escape(prompt)}</h2>{_list('ol', titles)}{hint}"
    if isinstance(part, Link):
        return f"<p>{_anchor(part.url, part.title)}</p>"
    if blob_of_url(part.url) is not None:
        alt = html.escape(part.alt)
        return f'<p><img src="{html.escape(picture)}" alt="{alt}"></p>'
    return f"<p>{_anchor(part.url, f'看图片：{part.alt}')}</p>"


def _paragraph(text: str) -> str:
    """Returns a paragraph in which addresses can be tapped."""
    pieces = _ADDRESS.split(text)
    # Every second piece is an address.
    shown = [_anchor(p, p) if n % 2 else html.escape(p) for n, p in enumerate(pieces)]
    return f"<p>{''.join(shown)}</p>"


def _list(tag: str, items: Sequence[str]) -> str:
    entries = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    return f"<{tag}>{entries}</{tag}>"


def _anchor(url: str, title: str) -> str:
    """Returns a link; only its title where the address leads to no page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return html.escape(title)
    is_own = not parts.scheme and url.startswith("/") and not parts.netloc
    if parts.scheme not in ("http", "https", "tel") and not is_own:
        return html.escape(title)
    return f'<a href="{html.escape(url)}" rel="noopener">{html.escape(title)}</a>'


def _page(status: int, body: str) -> web.Response:
    text = (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n<title>云小路的回答</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<header>云小路的回答</header>\n"
        f"<main>\n{body}\n</main>\n"
        '<footer>有危险请先打 <a href="tel:110">110</a>、<a href="tel:119">119</a>、'
        '<a href="tel:120">120</a>。其他事可以回微信接着问。</footer>\n</body>\n</html>\n'
    )
    return web.Response(
        text=text, status=status, content_type="text/html", headers=HEADERS
    )
