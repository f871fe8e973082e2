"""Sign-in by WeCom: who opens the page in the app is known to it."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from adapters.wecom.settings import WeComSettings

FindUser = Callable[[str], Awaitable[str]]
"""Turns WeCom's code into its user id."""


class WeComSignIn:
    """Sends a browser to WeCom and takes it back."""

    def __init__(
        self, settings: WeComSettings, desk_url: str, find_user: FindUser
    ) -> None:
        """Takes the client's call that redeems a code."""
        self._settings = settings
        self._desk_url = desk_url
        self._find_user = find_user

    @property
    def is_on(self) -> bool:
        """Whether staff can sign in by WeCom."""
        return self._settings.is_on

    def start(self) -> tuple[str, str]:
        """Returns WeCom's address and the state that must come back."""
        state = secrets.token_urlsafe(24)
        query = urlencode(
            {
                "appid": self._settings.corp_id,
                "redirect_uri": f"{self._desk_url}/sign-in",
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
                "agentid": self._settings.agent_id,
            }
        )
        address = f"{self._settings.open_url}/connect/oauth2/authorize?{query}"
        return f"{address}#wechat_redirect", state

    async def finish(self, code: str, state: str, kept: str) -> str | None:
        """Returns the WeCom user id; `None` if this browser did not start it."""
        if not kept or not hmac.compare_digest(state.encode(), kept.encode()):
            return None
        return await self._find_user(code)
