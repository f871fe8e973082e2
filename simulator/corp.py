"""WeCom: members, their messages and cards, and the clicks that come back (§7)."""

import asyncio
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from simulator.api import ApiCall
from simulator.cards import card_text, check_card, replaced
from simulator.clock import Clock
from simulator.courier import Attempt, Courier, corp_envelope
from simulator.crypto import MessageCipher, signature
from simulator.faults import Faults
from simulator.judge import (
    Asked,
    RefusedReplyError,
    Reply,
    Secrets,
    check_time,
    open_body,
)
from simulator.media import MediaStore
from simulator.oauth import CodeBook
from simulator.options import Mode, Options
from simulator.pushes import Push
from simulator.record import Bubble, Record, Side
from simulator.refusals import ApiRefusalError
from simulator.tokens import TokenBook

RESPONSE_LIFE = timedelta(hours=72)
PER_MINUTE = 30
PER_HOUR = 1000
ROBOT_PER_MINUTE = 20
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class ResponseCode:
    """Permission to change a card, once."""

    card: str
    ends_at: datetime
    is_used: bool = False


@dataclass(slots=True)
class MemberState:
    """A member of the company."""

    userid: str
    name: str
    received: deque[datetime] = field(default_factory=lambda: deque(maxlen=PER_HOUR))


def chat_of(userid: str) -> str:
    """Returns the name of a member's chat in the record."""
    return f"member:{userid}"


class Corporation:
    """One company with one app and its group robots."""

    name = "wecom"

    def __init__(
        self,
        options: Options,
        clock: Clock,
        record: Record,
        faults: Faults,
        media: MediaStore,
    ) -> None:
        """Takes what both platforms share."""
        self.options = options
        self.clock = clock
        self.record = record
        self.faults = faults
        self.media = media
        self.tokens = TokenBook()
        self.sign_ins = CodeBook(clock)
        self.codes: dict[str, ResponseCode] = {}
        self.task_ids: set[str] = set()
        self.sent: dict[tuple[str, str], datetime] = {}
        self._copies: dict[str, list[Bubble]] = defaultdict(list)
        self._members: dict[str, MemberState] = {}
        self._robots: dict[str, deque[datetime]] = defaultdict(deque)
        self._courier: Courier | None = None

    # -- in common with the Official Account: see `simulator.api.Platform` --

    def admit(self, call: ApiCall, name: str, *, needs_token: bool) -> None:
        """Checks the token, then the address: `gettoken` works from everywhere."""
        if not needs_token:
            return
        call.owner = self.tokens.check(call.token, self.clock.now()).owner
        trusted = self.options.trusted_ips
        if trusted is not None and call.address not in trusted:
            hint = secrets.randbelow(10**22)
            raise ApiRefusalError(
                60020,
                message=f"not allow to access from your ip, hint: [{hint}], "
                f"from ip: {call.address}",
            )

    def revoke_tokens(self) -> None:
        """Makes all tokens invalid."""
        self.tokens.revoke_all(self.clock.now())

    # -- members --

    def member(self, userid: str) -> MemberState | None:
        """Returns a member; an open company takes in whoever is asked for."""
        names = self.options.members
        if not userid or (names is not None and userid not in names):
            return None
        found = self._members.get(userid)
        if found is None:
            name = (names or self.options.names).get(userid, userid)
            found = self._members[userid] = MemberState(userid, name)
        return found

    def members(self) -> list[MemberState]:
        """Returns everybody."""
        userids = list(
            self._members if self.options.members is None else self.options.members
        )
        return [found for userid in userids if (found := self.member(userid))]

    def take_turn(self, member: MemberState) -> bool:
        """Counts a message; more than 30 a minute or 1000 an hour are dropped."""
        now = self.clock.now()
        in_minute = sum(1 for at in member.received if now - at < MINUTE)
        in_hour = sum(1 for at in member.received if now - at < HOUR)
        if in_minute >= PER_MINUTE or in_hour >= PER_HOUR:
            return False
        member.received.append(now)
        return True

    def take_robot_turn(self, key: str) -> None:
        """Counts a robot's message.

        Raises:
            ApiRefusalError: 93000 unknown robot, 45009 more than 20 a minute.
        """
        known = self.options.robots
        if not key or (known is not None and key not in known):
            raise ApiRefusalError(93000)
        now, sent = self.clock.now(), self._robots[key]
        while sent and now - sent[0] >= MINUTE:
            sent.popleft()
        if len(sent) >= ROBOT_PER_MINUTE:
            raise ApiRefusalError(45009, message="api freq out of limit")
        sent.append(now)

    def show(self, userid: str, kind: str, text: str, **details: Any) -> Bubble:
        """Shows a message in a member's chat with the app."""
        now = self.clock.now()
        bubble = self.record.show(
            chat_of(userid), Side.ACCOUNT, kind, text, now, **details
        )
        if "card_id" in bubble.data:
            self._copies[bubble.data["card_id"]].append(bubble)
        return bubble

    # -- cards --

    def new_code(self, card: str) -> str:
        """Returns a permission to change a card, good for 72 hours and one use."""
        code = secrets.token_urlsafe(48)
        self.codes[code] = ResponseCode(card, self.clock.now() + RESPONSE_LIFE)
        return code

    def use_code(self, code: str) -> str:
        """Uses a permission up and returns its card.

        Raises:
            ApiRefusalError: 40058 unknown, used, or older than 72 hours.
        """
        found = self.codes.get(code)
        if found is None or found.is_used or self.clock.now() >= found.ends_at:
            raise ApiRefusalError(40058, "response_code")
        found.is_used = True
        return found.card

    def cards(self, card: str) -> list[Bubble]:
        """Returns every member's copy of a card."""
        return self._copies.get(card, [])

    def update(self, bubble: Bubble, changes: dict[str, Any]) -> None:
        """Changes one member's copy: new card, or one grey button.

        Raises:
            ApiRefusalError: Neither was given, or the card is wrong.
        """
        old = bubble.data["card"]
        button = changes.get("button")
        if isinstance(button, dict) and button.get("replace_name"):
            bubble.data["card"] = replaced(old, str(button["replace_name"]))
        elif "template_card" in changes:
            card = changes["template_card"]
            bubble.data["card"] = check_card({"task_id": old.get("task_id"), **card})
            bubble.text = card_text(bubble.data["card"])
        else:
            raise ApiRefusalError(40058, "button")
        self.record.touch(bubble)

    # -- callbacks --

    def secrets(self) -> Secrets:
        """Returns what callbacks are signed and answers are checked with."""
        options = self.options
        cipher = MessageCipher(options.corp_aes_key, options.corp_id)
        return Secrets(
            options.corp_token,
            cipher,
            Mode.SAFE,
            "xml",
            options.reply_stamp_window_s,
        )

    def open(self, session: aiohttp.ClientSession) -> None:
        """Starts pushing through a session."""
        self._session = session
        self._courier = Courier(
            session,
            self.options,
            self.clock,
            self.record,
            webhook=lambda: self.options.corp_webhook,
            secrets=self.secrets,
            seal=corp_envelope,
            media=self.media.uploaded_kind,
            retries_status=lambda: True,
            read=self._read,
        )

    async def close(self) -> None:
        """Ends deliveries that are under way."""
        if self._courier is not None:
            await self._courier.close()

    def _read(self, status: int, body: bytes, asked: Asked, push: Push) -> Reply:
        if status != 200:
            raise RefusedReplyError("status", f"HTTP {status}")
        if body in (b"", b"success"):
            return Reply("silent", clear=body)
        fields = open_body(body, asked, self.secrets())
        kind = str(fields.get("MsgType", ""))
        if fields.get("ToUserName") != push.person.removeprefix("member:"):
            raise RefusedReplyError("address", "ToUserName is not who clicked")
        if fields.get("FromUserName") != self.options.corp_id:
            raise RefusedReplyError("address", "FromUserName is not this company")
        check_time(fields, self.secrets())
        if kind == "update_button":
            button = fields.get("Button")
            name = button.get("ReplaceName") if isinstance(button, dict) else None
            if not name:
                raise RefusedReplyError("malformed", "Button/ReplaceName is missing")
            return Reply(kind, str(name), {"button": {"replace_name": str(name)}})
        if kind == "text" and fields.get("Content"):
            return Reply(kind, str(fields["Content"]))
        raise RefusedReplyError("type", f"MsgType {kind!r} is unknown")

    async def push(self, userid: str, push: Push) -> Attempt:
        """Delivers a callback of a member."""
        if self._courier is None:
            raise RuntimeError("the simulator is not started")
        push.person = chat_of(userid)
        attempt = await self._courier.deliver(push)
        if attempt.reply is None:
            data = {"reason": attempt.outcome, "detail": attempt.detail}
            self.record.show(
                push.person,
                Side.SYSTEM,
                "error",
                "应用没有响应，请稍后再试",
                self.clock.now(),
                msg_id=push.msg_id,
                data=data,
            )
        return attempt

    async def verify_webhook(self) -> bool:
        """Does what the console does: an encrypted word must come back within 1 s."""
        word = str(secrets.randbelow(10**18))
        echo = self.secrets().cipher.encrypt(word.encode())
        stamp, nonce = str(int(self.clock.now().timestamp())), "263014780"
        query = {
            "msg_signature": signature(self.options.corp_token, stamp, nonce, echo),
            "timestamp": stamp,
            "nonce": nonce,
            "echostr": echo,
        }
        timeout = aiohttp.ClientTimeout(total=1.0)
        try:
            async with self._session.get(
                self.options.corp_webhook, params=query, timeout=timeout
            ) as answer:
                return answer.status == 200 and await answer.read() == word.encode()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
            return False
