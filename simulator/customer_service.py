"""`message/custom/send` and `typing`, with every check of the protocol page, §4."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator import texts
from simulator.api import Answer, ApiCall
from simulator.official import OfficialAccount
from simulator.record import Bubble
from simulator.refusals import ApiRefusalError

Shown = tuple[str, str, dict[str, Any], tuple[str, ...]]
"""Kind, words, parts, defects."""
UNFOLLOWED = 45015
"""What is said for somebody who followed once: the page's words for 45015."""
MOST_MENU_ITEMS = 10


class CustomerService:
    """Messages that the account sends by itself within a window."""

    def __init__(self, account: OfficialAccount) -> None:
        """Takes the account."""
        self._account = account
        self._readers: dict[str, Callable[[Mapping[str, Any]], Shown]] = {
            "text": self._text,
            "news": self._news,
            "msgmenu": self._msgmenu,
            "image": self._media("image", "media_id"),
            "voice": self._media("voice", "media_id"),
            "video": self._media("video", "media_id", thumb="thumb_media_id"),
            "music": self._media("thumb", "thumb_media_id"),
            "miniprogrampage": self._program,
            "mpnews": self._permanent("media_id"),
            "mpnewsarticle": self._permanent("article_id"),
            "wxcard": self._permanent("card_id"),
        }

    async def send(self, call: ApiCall) -> Answer:
        """Checks a message, takes it from the quota, shows it."""
        values = call.values()
        resident = self._account.known(values.get("touser"))
        kind = str(values.get("msgtype", ""))
        reader = self._readers.get(kind)
        if reader is None:
            raise ApiRefusalError(40008)
        group = values.get(kind)
        if not isinstance(group, Mapping):
            raise ApiRefusalError(44004 if kind == "text" else 47001)
        _check_label(values.get("aimsgcontext"))
        kind, text, data, defects = reader(group)
        resident.check_reachable(unfollowed=UNFOLLOWED)
        resident.quota.spend(self._account.clock.now())
        self._show(resident.openid, kind, text, data, defects)
        return {"errcode": 0, "errmsg": "ok"}

    def _show(
        self,
        openid: str,
        kind: str,
        text: str,
        data: dict[str, Any],
        defects: tuple[str, ...],
    ) -> Bubble:
        return self._account.show(
            openid, kind, text, via="custom", data=data, defects=defects
        )

    async def typing(self, call: ApiCall) -> Answer:
        """Shows or hides that the other side types."""
        values = call.values()
        resident = self._account.known(values.get("touser"))
        command, now = values.get("command"), self._account.clock.now()
        if command not in ("Typing", "CancelTyping"):
            raise ApiRefusalError(45072)
        resident.check_reachable()
        if command == "Typing":
            resident.show_typing(now)
        else:
            resident.typing_until = None
        self._account.record.stir(resident.openid)
        return {"errcode": 0, "errmsg": "ok"}

    def _text(self, group: Mapping[str, Any]) -> Shown:
        content = group.get("content")
        if not isinstance(content, str) or not content:
            raise ApiRefusalError(44004)
        if texts.size(content) > texts.TEXT_LIMIT_BYTES:
            raise ApiRefusalError(45002)
        shown = texts.show(content)
        data = {"content": content, "segments": list(shown.segments)}
        return "text", shown.text, data, shown.defects

    def _news(self, group: Mapping[str, Any]) -> Shown:
        articles = group.get("articles")
        if not isinstance(articles, list):
            raise ApiRefusalError(45162)
        if len(articles) != 1:
            raise ApiRefusalError(45008)
        article = articles[0]
        if not isinstance(article, Mapping) or not article.get("title"):
            raise ApiRefusalError(47001)
        names = ("title", "description", "url", "picurl")
        shown = {name: str(article.get(name, "")) for name in names}
        return "news", shown["title"], {"articles": [shown]}, ()

    def _msgmenu(self, group: Mapping[str, Any]) -> Shown:
        if not self._account.options.can_send_msgmenu:
            raise ApiRefusalError(40200)
        items = group.get("list")
        if not isinstance(items, list) or not 1 <= len(items) <= MOST_MENU_ITEMS:
            raise ApiRefusalError(47001)
        head, tail = (
            str(group.get("head_content", "")),
            str(group.get("tail_content", "")),
        )
        links: list[dict[str, Any]] = []
        for item in items:
            if not isinstance(item, Mapping) or not item.get("content"):
                raise ApiRefusalError(47001)
            said = str(item["content"])
            links.append(
                {
                    "title": said,
                    "href": "",
                    "says": said,
                    "menu_id": str(item.get("id", "")),
                }
            )
        lines = [head, *(link["title"] for link in links), tail]
        text = "\n".join(line for line in lines if line)
        if texts.size(text) > texts.TEXT_LIMIT_BYTES:
            raise ApiRefusalError(45002)
        return "msgmenu", text, {"head": head, "links": links, "tail": tail}, ()

    def _media(
        self, kind: str, field: str, *, thumb: str = ""
    ) -> Callable[[Mapping[str, Any]], Shown]:
        def read(group: Mapping[str, Any]) -> Shown:
            if self._kind_of(group, field) != kind:
                raise ApiRefusalError(40007)
            if thumb and self._kind_of(group, thumb) not in ("thumb", "image"):
                raise ApiRefusalError(40007, thumb)
            return kind, str(group.get("title", "")), dict(group), ()

        return read

    def _kind_of(self, group: Mapping[str, Any], field: str) -> str | None:
        return self._account.media.uploaded_kind(str(group.get(field, "")))

    def _program(self, group: Mapping[str, Any]) -> Shown:
        if not all(group.get(name) for name in ("title", "appid", "pagepath")):
            raise ApiRefusalError(47001)
        return self._media("image", "thumb_media_id")(group)

    def _permanent(self, field: str) -> Callable[[Mapping[str, Any]], Shown]:
        def read(group: Mapping[str, Any]) -> Shown:
            # This account has no permanent material, so any id is an unknown one.
            raise ApiRefusalError(40007, field)

        return read


def _check_label(label: object) -> None:
    """Checks the mark of a machine's words, as far as its form is known."""
    if label is None:
        return
    mark = label.get("is_ai_msg") if isinstance(label, Mapping) else None
    if mark not in (0, 1) or isinstance(mark, bool):
        raise ApiRefusalError(47001, "aimsgcontext")
