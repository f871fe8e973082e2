"""Everything that we ask WeCom's servers to do."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog

from adapters.pace import Limits, Pace
from adapters.wechat.api import PlatformApi, as_json, fetch
from adapters.wechat.errors import PermanentError, TemporaryError, UnreachableError
from adapters.wechat.text_split import cut_chars, cut_text
from adapters.wechat.token_calls import token_of
from adapters.wechat.tokens import FetchedToken, TokenSource
from adapters.wechat.xml import legal
from adapters.wecom.cards import (
    MAX_TEXT_BYTES,
    markdown_message,
    notice_message,
    text_message,
)
from adapters.wecom.errors import wecom_error_of
from adapters.wecom.settings import WeComSettings
from community.messages import log_id
from community.outbox import StaffNotice

MEMBER_LIMITS: Limits = ((30, 60), (1_000, 3_600))
"""What one member gets of one app; WeCom drops the rest without a word."""
ROBOT_LIMITS: Limits = ((20, 60),)
MAX_RECIPIENTS = 1_000
DUPLICATE_CHECK_S = 1_800
"""The same message to the same members is dropped in this time, so a message whose
fate is unknown can be sent again."""
MAX_BUTTON_NAME_CHARS = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CardSent:
    """What became of a message to members."""

    response_code: str
    """Updates a card once, within 72 hours; empty for other messages."""
    invalid_users: tuple[str, ...]
    """Who did not get it: unknown, outside the app's reach, or without a licence."""
    message_id: str = ""


async def fetch_wecom_token(
    session: aiohttp.ClientSession, settings: WeComSettings, _force: bool
) -> FetchedToken:
    """Fetches the app's token; WeCom gives the same one until it ends.

    Raises:
        WeChatError: WeCom gives none.
    """
    call = "/cgi-bin/gettoken"
    query = {"corpid": settings.corp_id, "corpsecret": settings.secret}
    url = settings.api_url + call
    answer = await fetch(session, "GET", url, call=call, params=query)
    return token_of(answer.document(call), call, classify=wecom_error_of)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class WeComClient:
    """Calls of one app; every one raises `WeChatError` where it fails."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        settings: WeComSettings,
        tokens: TokenSource,
        pace: Pace,
        *,
        desk_url: str = "",
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """Uses a session that somebody else closes.

        Args:
            session: Client.
            settings: Of the app.
            tokens: Of the app's secret.
            pace: Counts what each member and robot gets.
            desk_url: Address of the desk's pages (`DESK_URL`).
            now: Current instant, aware UTC.
        """
        self._session = session
        self._settings = settings
        self._pace = pace
        self._desk_url = desk_url
        self._now = now
        self._api = PlatformApi(
            session, settings.api_url, tokens, classify=wecom_error_of
        )

    async def send_card(
        self, userids: Sequence[str], notice: StaffNotice, *, desk_url: str = ""
    ) -> CardSent:
        """Sends a notice: with buttons, with a page, or as a text.

        Raises:
            UnreachableError: Nobody of them can be reached.
            TemporaryError: A member's limit is reached; nothing was sent.
        """
        message = notice_message(notice, desk_url or self._desk_url)
        return await self._send(userids, message)

    async def send_text(self, userids: Sequence[str], text: str) -> CardSent:
        """Sends a text, cut at 2,048 bytes; errors as of `send_card`."""
        return await self._send(userids, text_message(text))

    async def send_markdown(self, userids: Sequence[str], text: str) -> CardSent:
        """Sends a markdown text, cut at 2,048 bytes; errors as of `send_card`."""
        return await self._send(userids, markdown_message(text))

    async def update_card(
        self, response_code: str, replace_name: str, *, userids: Sequence[str] = ()
    ) -> None:
        """Greys a card's buttons out, for all who got it or for some.

        Args:
            response_code: Of the message or of a tap; it works once.
            replace_name: What the buttons say from now on.
            userids: For whom; none means for all.
        """
        name = cut_chars(legal(replace_name), MAX_BUTTON_NAME_CHARS)
        request: dict[str, Any] = {
            "agentid": self._settings.agent_id,
            "response_code": response_code,
            "button": {"replace_name": name},
        }
        if userids:
            request["userids"] = list(userids)
        else:
            request["atall"] = 1
        await self._api.post("/cgi-bin/message/update_template_card", request)

    async def robot_text(self, key: str, text: str) -> None:
        """Says something in the group of a robot, cut at 2,048 bytes.

        Args:
            key: The robot's key, a secret.
            text: Without names: everybody in the group reads it.

        Raises:
            TemporaryError: The robot's limit is reached; nothing was sent.
            ConfigurationAlarm: The key is wrong.
        """
        call = "/cgi-bin/webhook/send"
        digest = hashlib.blake2s(key.encode(), digest_size=8).hexdigest()
        await self._take([f"wecom:robot:{digest}"], ROBOT_LIMITS, call)
        content = cut_text(legal(text), MAX_TEXT_BYTES)
        body = as_json({"msgtype": "text", "text": {"content": content}})
        url = self._settings.api_url + call
        answer = await fetch(
            self._session, "POST", url, call=call, params={"key": key}, data=body
        )
        error = wecom_error_of(answer.document(call), call)
        if error is not None:
            raise error

    def sign_in_url(self, redirect_url: str, state: str) -> str:
        """Returns the page that sends a member back with a code, without a question."""
        query = urlencode(
            {
                "appid": self._settings.corp_id,
                "redirect_uri": redirect_url,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
                "agentid": str(self._settings.agent_id),
            }
        )
        return f"{self._settings.open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def oauth_userid(self, code: str) -> str:
        """Returns which member came back with the code; it works once.

        Raises:
            PermanentError: The code is wrong or used, or of no member.
        """
        call = "/cgi-bin/auth/getuserinfo"
        answer = await self._api.get(call, code=code)
        userid = answer.get("userid") or answer.get("UserId")
        if not isinstance(userid, str) or not userid:
            raise PermanentError(0, "", f"{call}: not a member of the corporation")
        return userid

    async def _send(
        self, userids: Sequence[str], message: Mapping[str, Any]
    ) -> CardSent:
        call = "/cgi-bin/message/send"
        recipients = list(dict.fromkeys(userids))
        if not 1 <= len(recipients) <= MAX_RECIPIENTS:
            raise PermanentError(0, "", f"{call}: {len(recipients)} recipients")
        buckets = [f"wecom:member:{log_id(userid)}" for userid in recipients]
        await self._take(buckets, MEMBER_LIMITS, call)
        answer = await self._api.post(
            call,
            {
                "touser": "|".join(recipients),
                "agentid": self._settings.agent_id,
                **message,
                "enable_duplicate_check": 1,
                "duplicate_check_interval": DUPLICATE_CHECK_S,
            },
        )
        sent = CardSent(
            response_code=str(answer.get("response_code", "")),
            invalid_users=_not_reached(answer),
            message_id=str(answer.get("msgid", "")),
        )
        if sent.invalid_users:
            self._report(call, recipients, sent.invalid_users)
        return sent

    def _report(
        self, call: str, recipients: Sequence[str], missed: Sequence[str]
    ) -> None:
        n_missed = len(missed)
        log.warning("wecom.not_reached", n_missed=n_missed, n_sent=len(recipients))
        # WeCom answers user ids in lower case, whatever was asked.
        known = {userid.lower() for userid in missed}
        if all(userid.lower() in known for userid in recipients):
            raise UnreachableError(81013, "", f"{call}: no recipient can be reached")

    async def _take(self, buckets: Sequence[str], limits: Limits, call: str) -> None:
        wait_s = await self._pace.take(buckets, limits, self._now())
        if wait_s > 0:
            what = f"{call}: the platform's limit is reached"
            raise TemporaryError(0, "", what, retry_after_s=wait_s)


def _not_reached(answer: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("invaliduser", "unlicenseduser")
    found = "|".join(str(answer.get(name) or "") for name in names)
    return tuple(dict.fromkeys(userid for userid in found.split("|") if userid))
