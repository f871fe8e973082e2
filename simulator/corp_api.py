"""The calls of WeCom's API: app messages, card updates, robots, sign-in (§7)."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from simulator import texts
from simulator.api import Answer, ApiCall, Endpoint
from simulator.cards import card_text, check_card
from simulator.corp import Corporation, chat_of
from simulator.record import Bubble, Side
from simulator.refusals import ApiRefusalError

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
MOST_USERS = 1000
LONGEST_DUPLICATE_S = 14_400
DUPLICATE_S = 1800
TITLE_BYTES, DESCRIPTION_BYTES, URL_BYTES, BUTTON_CHARS = 128, 512, 2048, 4
ROBOT_MARKDOWN_BYTES = 4096
ROBOT_IMAGE_BYTES = 2 * 2**20
MOST_ARTICLES = 8
RECALL_LIFE = timedelta(hours=24)
ROBOT_CARDS = frozenset({"text_notice", "news_notice"})
Shown = tuple[str, dict[str, Any], tuple[str, ...]]
"""Words, parts, defects."""


class CorpApi:
    """Handlers of one company."""

    def __init__(self, corp: Corporation) -> None:
        """Takes the company."""
        self._corp = corp
        self._readers: dict[str, Callable[[Any], Shown]] = {
            "text": _text,
            "markdown": _markdown,
            "textcard": _textcard,
            "news": _news,
            "template_card": self._card,
            "image": self._file,
            "voice": self._file,
            "video": self._file,
        }

    def endpoints(self) -> list[Endpoint]:
        """Returns every call but the upload, which both platforms share."""
        table: list[tuple[str, str, Callable[[ApiCall], Any], bool]] = [
            ("GET", "gettoken", self.token, False),
            ("POST", "message/send", self.send, True),
            ("POST", "message/update_template_card", self.update_card, True),
            ("POST", "message/recall", self.recall, True),
            ("GET", "auth/getuserinfo", self.redeem_code, True),
            ("GET", "user/getuserinfo", self.redeem_code, True),
            ("POST", "webhook/send", self.send_robot, False),
        ]
        return [
            Endpoint(method, f"/cgi-bin/{name}", handler, name, needs_token)
            for method, name, handler, needs_token in table
        ]

    async def token(self, call: ApiCall) -> Answer:
        """Returns the token of a secret, the same until it ends."""
        query, options = call.request.query, self._corp.options
        if query.get("corpid") != options.corp_id:
            raise ApiRefusalError(40013, message="invalid corpid")
        secret = query.get("corpsecret", "")
        if secret not in options.corp_secrets:
            raise ApiRefusalError(40001, message="invalid credential")
        token, expires_s = self._corp.tokens.stable(
            self._corp.clock.now(), owner=secret
        )
        return {**OK, "access_token": token, "expires_in": expires_s}

    async def send(self, call: ApiCall) -> Answer:
        """Sends a message of the app to members."""
        values = call.values()
        if values.get("agentid") != self._corp.options.agent_id:
            raise ApiRefusalError(40056)
        valid, invalid = self._recipients(values)
        kind = str(values.get("msgtype", ""))
        reader = self._readers.get(kind)
        if reader is None:
            raise ApiRefusalError(40008)
        text, data, defects = reader(values.get(kind))
        if not valid:
            raise ApiRefusalError(81013)
        msg_id = secrets.token_urlsafe(24)
        answer = {**OK, "invaliduser": "|".join(invalid), "msgid": msg_id}
        data["msgid"] = msg_id
        if kind == "template_card" and "task_id" in data["card"]:
            data["card_id"] = msg_id
            answer["response_code"] = self._corp.new_code(msg_id)
        for userid in valid:
            if self._is_duplicate(userid, kind, values):
                continue
            member = self._corp.member(userid)
            if member is not None and self._corp.take_turn(member):
                copy = json.loads(json.dumps(data))
                self._corp.show(
                    userid, kind, text, via="app", data=copy, defects=defects
                )
        return answer

    def _recipients(self, values: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        users = values.get("touser", "")
        if not isinstance(users, str):
            raise ApiRefusalError(40058, "touser")
        if users == "@all":
            return [member.userid for member in self._corp.members()], []
        named = list(dict.fromkeys(user for user in users.split("|") if user))
        if len(named) > MOST_USERS:
            raise ApiRefusalError(40058, "touser")
        valid = [user for user in named if self._corp.member(user)]
        return valid, [user for user in named if user not in valid]

    def _is_duplicate(self, userid: str, kind: str, values: Mapping[str, Any]) -> bool:
        if values.get("enable_duplicate_check") != 1:
            return False
        interval_s = values.get("duplicate_check_interval", DUPLICATE_S)
        if not isinstance(interval_s, int) or not 0 < interval_s <= LONGEST_DUPLICATE_S:
            raise ApiRefusalError(40058, "duplicate_check_interval")
        content = json.dumps([kind, values.get(kind)], sort_keys=True).encode()
        key = (userid, hashlib.blake2s(content).hexdigest())
        now, last = self._corp.clock.now(), self._corp.sent.get(key)
        if last is not None and now - last < timedelta(seconds=interval_s):
            return True
        self._corp.sent[key] = now
        return False

    def _card(self, group: Any) -> Shown:
        card = check_card(group)
        task_id = card.get("task_id")
        if task_id:
            if task_id in self._corp.task_ids:
                raise ApiRefusalError(40058, "template_card.task_id is not unique")
            self._corp.task_ids.add(task_id)
        return card_text(card), {"card": card}, ()

    def _file(self, group: Any) -> Shown:
        media_id = str(_group(group).get("media_id", ""))
        self._corp.media.get(media_id)
        return "", {"media_id": media_id}, ()

    async def update_card(self, call: ApiCall) -> Answer:
        """Changes the copies of a card that the named members have."""
        values = call.values()
        if values.get("agentid") != self._corp.options.agent_id:
            raise ApiRefusalError(40056)
        userids = values.get("userids", [])
        if not values.get("atall") and (not isinstance(userids, list) or not userids):
            raise ApiRefusalError(40058, "userids")
        card = self._corp.use_code(str(values.get("response_code", "")))
        copies = {b.person: b for b in self._corp.cards(card)}
        chats = copies if values.get("atall") else [chat_of(str(u)) for u in userids]
        invalid = [chat for chat in chats if chat not in copies]
        for chat in chats:
            if chat in copies:
                self._corp.update(copies[chat], values)
        names = [chat.removeprefix("member:") for chat in invalid]
        return {**OK, "invaliduser": "|".join(names)}

    async def recall(self, call: ApiCall) -> Answer:
        """Takes a message back within a day."""
        msg_id = str(call.values().get("msgid", ""))
        found = [b for b in self._corp.record.bubbles if b.data.get("msgid") == msg_id]
        now = self._corp.clock.now()
        if not msg_id or not found or now - found[0].at >= RECALL_LIFE:
            raise ApiRefusalError(40058, "msgid")
        for bubble in found:
            _withdraw(bubble)
            self._corp.record.touch(bubble)
        return OK

    async def redeem_code(self, call: ApiCall) -> Answer:
        """Tells which member came back with a code."""
        try:
            code = self._corp.sign_ins.redeem(call.request.query.get("code", ""))
        except ApiRefusalError as err:
            # WeCom has one code for both.
            raise ApiRefusalError(40029) from err
        if self._corp.member(code.person) is None:
            return {**OK, "openid": code.person}
        return {**OK, "userid": code.person}

    async def send_robot(self, call: ApiCall) -> Answer:
        """Sends a message of a group robot."""
        key = call.request.query.get("key", "")
        values = call.values()
        kind = str(values.get("msgtype", ""))
        reader = _ROBOT_READERS.get(kind)
        if reader is None:
            raise ApiRefusalError(40008)
        self._corp.take_robot_turn(key)
        text, data, defects = reader(values.get(kind))
        self._corp.record.show(
            f"robot:{key}",
            Side.ACCOUNT,
            kind,
            text,
            self._corp.clock.now(),
            via="robot",
            data=data,
            defects=defects,
        )
        return OK


def _group(group: Any) -> Mapping[str, Any]:
    if not isinstance(group, Mapping):
        raise ApiRefusalError(40058, "msgtype")
    return group


def _content(group: Any) -> str:
    content = _group(group).get("content")
    if not isinstance(content, str) or not content:
        raise ApiRefusalError(44004)
    return content


def _text(group: Any) -> Shown:
    content = _content(group)
    kept = texts.cut_bytes(content, texts.TEXT_LIMIT_BYTES)
    shown = texts.show(kept)
    cut = ("the text is cut",) if kept != content else ()
    return shown.text, {"segments": list(shown.segments)}, (*shown.defects, *cut)


def _markdown(group: Any) -> Shown:
    content = _content(group)
    if texts.size(content) > texts.TEXT_LIMIT_BYTES:
        raise ApiRefusalError(45002)
    return content, {"markdown": content}, ()


def _textcard(group: Any) -> Shown:
    card = _group(group)
    title, url = str(card.get("title", "")), str(card.get("url", ""))
    description, button = str(card.get("description", "")), str(card.get("btntxt", ""))
    if not title or not description or not url or texts.size(url) > URL_BYTES:
        raise ApiRefusalError(40058, "textcard")
    if len(button) > BUTTON_CHARS:
        raise ApiRefusalError(40058, "textcard.btntxt")
    kept = {
        "title": texts.cut_bytes(title, TITLE_BYTES),
        "description": texts.cut_bytes(description, DESCRIPTION_BYTES),
    }
    given = {"title": title, "description": description}
    cut = tuple(f"the {name} is cut" for name in kept if kept[name] != given[name])
    parts = {**kept, "url": url, "btntxt": button or "详情"}
    return f"{kept['title']}\n{kept['description']}", {"textcard": parts}, cut


def _news(group: Any) -> Shown:
    articles = _group(group).get("articles")
    if not isinstance(articles, list) or not 1 <= len(articles) <= MOST_ARTICLES:
        raise ApiRefusalError(45008)
    shown = [_article(_group(article)) for article in articles]
    kept = [article for article, _ in shown]
    titles = "\n".join(article["title"] for article in kept)
    cut = tuple(defect for _, defects in shown for defect in defects)
    return titles, {"articles": kept}, cut


def _article(article: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    if not article.get("title") or not article.get("url"):
        raise ApiRefusalError(40058, "news.articles")
    kept, cut = dict(article), []
    for name, most in (("title", TITLE_BYTES), ("description", DESCRIPTION_BYTES)):
        kept[name] = texts.cut_bytes(str(article.get(name, "")), most)
        if kept[name] != str(article.get(name, "")):
            cut.append(f"the {name} is cut")
    return kept, cut


def _robot_text(group: Any) -> Shown:
    content = _content(group)
    if texts.size(content) > texts.TEXT_LIMIT_BYTES:
        raise ApiRefusalError(45002)
    names = ("mentioned_list", "mentioned_mobile_list")
    return content, {name: list(group.get(name) or []) for name in names}, ()


def _robot_markdown(group: Any) -> Shown:
    content = _content(group)
    if texts.size(content) > ROBOT_MARKDOWN_BYTES:
        raise ApiRefusalError(45002)
    return content, {"markdown": content}, ()


def _robot_image(group: Any) -> Shown:
    values = _group(group)
    try:
        data = base64.b64decode(str(values.get("base64", "")), validate=True)
    except binascii.Error as err:
        raise ApiRefusalError(40058, "image.base64") from err
    digest = hashlib.md5(data).hexdigest()  # noqa: S324 - the platform's
    is_picture = data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    if not is_picture or len(data) > ROBOT_IMAGE_BYTES or values.get("md5") != digest:
        raise ApiRefusalError(40058, "image")
    return "[图片]", {"n_bytes": len(data)}, ()


def _robot_card(group: Any) -> Shown:
    card = check_card(group)
    if card["card_type"] not in ROBOT_CARDS:
        raise ApiRefusalError(40058, "template_card.card_type")
    return card_text(card), {"card": card}, ()


def _withdraw(bubble: Bubble) -> None:
    bubble.kind, bubble.text = "recalled", "应用撤回了一条消息"
    bubble.data = {"msgid": bubble.data["msgid"]}


_ROBOT_READERS: dict[str, Callable[[Any], Shown]] = {
    "text": _robot_text,
    "markdown": _robot_markdown,
    "markdown_v2": _robot_markdown,
    "news": _news,
    "image": _robot_image,
    "template_card": _robot_card,
}
