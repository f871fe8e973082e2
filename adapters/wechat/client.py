"""Everything that we ask the Official Account's servers to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import structlog

from adapters.wechat.api import (
    MAX_MEDIA_BYTES,
    MEDIA_TIMEOUT,
    PlatformApi,
    fetch,
    is_document,
)
from adapters.wechat.errors import (
    InvalidAccountTypeError,
    PermanentError,
    TemporaryError,
    error_of,
)
from adapters.wechat.render import menu_as_text
from adapters.wechat.settings import MessageTemplate, WeChatSettings
from adapters.wechat.templates import template_message
from adapters.wechat.tokens import TokenSource

TYPING_NOT_POSSIBLE = (45080, 45081)
"""No interaction in the last 30 s; shown already."""
MAX_SCENE_CHARS = 64
MAX_TEMPORARY_QR_S = 2_592_000
MAX_IMAGE_BYTES = 2 * 1024 * 1024
_UPLOAD_BYTES = {
    "image": MAX_IMAGE_BYTES,
    "voice": 2 * 1024 * 1024,
    "video": 10 * 1024 * 1024,
    "thumb": 64 * 1024,
}
_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code that binds whoever scans it to a scene."""

    ticket: str
    url: str
    """What the code holds; drawn by ourselves."""
    expires_in_s: int | None = None
    """`None`: permanent."""


class WeChatClient:
    """Calls of one account; every one raises `WeChatError` where it fails."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        settings: WeChatSettings,
        tokens: TokenSource,
    ) -> None:
        """Uses a session that somebody else closes."""
        self._session = session
        self._settings = settings
        self._api = PlatformApi(session, settings.api_url, tokens)
        self._has_menus = True

    async def send_custom(self, openid: str, body: Mapping[str, Any]) -> None:
        """Sends a customer-service message.

        Where the account may not send menus, they go as texts that say the same.
        There is no idempotency key: after `OutcomeUnknownError` it may have arrived.

        Args:
            openid: Whom to.
            body: From `adapters.wechat.render`.
        """
        message = dict(body)
        if message["msgtype"] == "msgmenu":
            if self._has_menus and await self._send_menu(openid, message):
                return
            message = menu_as_text(message)
        await self._send(openid, message)

    async def send_template(
        self,
        openid: str,
        template: MessageTemplate,
        facts: Mapping[str, str],
        *,
        url: str = "",
        client_msg_id: str = "",
    ) -> str:
        """Sends a template message and returns its id.

        Args:
            openid: Whom to; must follow the account.
            template: Which, and the facts of its fields.
            facts: What the fields are filled from; cut to what is shown.
            url: Page that it opens.
            client_msg_id: The same one is sent once within ten minutes.
        """
        message = template_message(openid, template, facts)
        if url:
            message["url"] = url
        if client_msg_id:
            message["client_msg_id"] = client_msg_id
        answer = await self._api.post("/cgi-bin/message/template/send", message)
        return str(answer.get("msgid", ""))

    async def send_subscribe(
        self,
        openid: str,
        template: MessageTemplate,
        facts: Mapping[str, str],
        *,
        page: str = "",
    ) -> str:
        """Sends a notification that the person allowed, and returns its id if any.

        Raises:
            NotGrantedError: It was not allowed, or a single permission is used up.
        """
        message = template_message(openid, template, facts)
        if page:
            message["page"] = page
        answer = await self._api.post("/cgi-bin/message/subscribe/bizsend", message)
        return str(answer.get("msgid", ""))

    async def typing(self, openid: str) -> bool:
        """Shows that an answer is being written, for 15 s; false where it cannot be."""
        message = {"touser": openid, "command": "Typing"}
        try:
            await self._api.post("/cgi-bin/message/custom/typing", message)
        except PermanentError as err:
            if err.code in TYPING_NOT_POSSIBLE:
                return False
            raise
        return True

    async def download_media(
        self, media_id: str, *, high_quality: bool = False
    ) -> tuple[bytes, str]:
        """Fetches what a person sent; the platform keeps it for three days.

        Args:
            media_id: Of the push.
            high_quality: For recordings made with WeChat's page functions.

        Returns:
            The file and its media type.

        Raises:
            MediaGoneError: The id is unknown or too old.
        """
        call = "/cgi-bin/media/get" + ("/jssdk" if high_quality else "")
        answer = await self._api.download(call, media_id=media_id)
        if not is_document(answer):
            return answer.body, answer.content_type
        # Films are not sent, but where they are.
        url = answer.document(call).get("video_url")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise PermanentError(0, "", f"{call}: answered neither a file nor a film")
        film = await fetch(
            self._session,
            "GET",
            url,
            call=f"{call} (film)",
            timeout=MEDIA_TIMEOUT,
            max_bytes=MAX_MEDIA_BYTES,
        )
        return film.body, film.content_type

    async def upload_media(self, data: bytes, media_type: str, kind: str) -> str:
        """Keeps a file for three days and returns its media id.

        Args:
            data: The file.
            media_type: Such as `image/jpeg`.
            kind: `image`, `voice`, `video` or `thumb`.

        Raises:
            PermanentError: WeChat takes no such file.
        """
        call = "/cgi-bin/media/upload"
        if len(data) > _UPLOAD_BYTES[kind] or media_type not in _EXTENSIONS:
            raise PermanentError(0, "", f"{call}: {kind}: too large, or {media_type}")
        name = f"file.{_EXTENSIONS[media_type]}"
        answer = await self._api.upload(call, name, data, media_type, type=kind)
        return _required(answer, "media_id", call)

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replaces the account's menu; phones show it after five minutes at most."""
        await self._api.post("/cgi-bin/menu/create", menu)

    async def menu(self) -> dict[str, Any]:
        """Returns the account's menu as the platform has it."""
        return await self._api.get("/cgi-bin/menu/get")

    async def delete_menu(self) -> None:
        """Removes the account's menu."""
        await self._api.get("/cgi-bin/menu/delete")

    async def create_qr(self, scene: str, *, expires_in_s: int | None = None) -> QrCode:
        """Makes a code for a scene, permanent unless it expires.

        Raises:
            PermanentError: The scene is longer than the platform allows.
        """
        call = "/cgi-bin/qrcode/create"
        if not 1 <= len(scene) <= MAX_SCENE_CHARS:
            raise PermanentError(0, "", f"{call}: a scene has 1 to 64 characters")
        request: dict[str, Any] = {
            "action_name": "QR_LIMIT_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        if expires_in_s is not None:
            request["action_name"] = "QR_STR_SCENE"
            request["expire_seconds"] = min(expires_in_s, MAX_TEMPORARY_QR_S)
        answer = await self._api.post(call, request)
        ticket, url = _required(answer, "ticket", call), _required(answer, "url", call)
        return QrCode(ticket, url, expires_in_s)

    def qr_picture_url(self, code: QrCode) -> str:
        """Returns where the platform shows the code as a picture."""
        ticket = quote(code.ticket, safe="")
        return f"{self._settings.mp_url}/cgi-bin/showqrcode?ticket={ticket}"

    def sign_in_url(self, redirect_url: str, state: str) -> str:
        """Returns the page that sends a person back with a code, without a question."""
        # The phone insists on this order, and on the fragment.
        query = urlencode(
            {
                "appid": self._settings.app_id,
                "redirect_uri": redirect_url,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._settings.open_url}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def oauth_openid(self, code: str) -> str:
        """Returns who came back with the code; it works once, for five minutes.

        Raises:
            PermanentError: The code is wrong, used, or of a visitor without account.
        """
        call = "/sns/oauth2/access_token"
        query = {
            "appid": self._settings.app_id,
            "secret": self._settings.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        url = self._settings.api_url + call
        answer = await fetch(self._session, "GET", url, call=call, params=query)
        document = answer.document(call)
        error = error_of(document, call)
        if error is not None:
            raise error
        if document.get("is_snapshotuser") == 1:
            raise PermanentError(0, "", f"{call}: a visitor's account, not a person's")
        return _required(document, "openid", call)

    async def _send_menu(self, openid: str, message: Mapping[str, Any]) -> bool:
        try:
            await self._send(openid, message)
        except InvalidAccountTypeError as err:
            # It stays so for this account, so the next ones go as texts at once.
            self._has_menus = False
            log.warning("wechat.no_msgmenu", code=err.code, rid=err.rid)
            return False
        return True

    async def _send(self, openid: str, message: Mapping[str, Any]) -> None:
        labelled = {"touser": openid, **message}
        if self._settings.with_ai_label:
            labelled["aimsgcontext"] = {"is_ai_msg": 1}
        await self._api.post("/cgi-bin/message/custom/send", labelled)


def _required(document: Mapping[str, Any], name: str, call: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise TemporaryError(0, "", f"{call}: the answer holds no {name}")
    return value
