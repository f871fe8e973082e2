"""Sign-in by WeCom: who opens the page in the app is known to it."""

import hmac
import secrets
from typing import Protocol

from adapters.wechat.errors import PermanentError, WeChatError
from community.errors import StoreUnavailableError


class WeCom(Protocol):
    """What signing in needs of WeCom."""

    def sign_in_url(self, redirect_url: str, state: str) -> str:
        """Returns the page that sends a member back with a code."""

    async def oauth_userid(self, code: str) -> str:
        """Returns which member came back with the code."""


class WeComSignIn:
    """Sends a browser to WeCom and takes it back."""

    def __init__(self, desk_url: str) -> None:
        """Without a client, which `connect` brings, nobody can sign in this way."""
        self._desk_url = desk_url
        self._client: WeCom | None = None

    def connect(self, client: WeCom) -> None:
        """Brings the client, once there is one."""
        self._client = client

    @property
    def is_on(self) -> bool:
        """Whether staff can sign in by WeCom."""
        return self._client is not None

    def start(self) -> tuple[str, str]:
        """Returns WeCom's address and the state that must come back."""
        assert self._client is not None
        state = secrets.token_hex(24)  # WeCom takes letters and digits only
        return self._client.sign_in_url(f"{self._desk_url}/sign-in", state), state

    async def finish(self, code: str, state: str, kept: str) -> str | None:
        """Returns the WeCom user id; `None` if it is nobody, or another browser's.

        Raises:
            StoreUnavailableError: WeCom did not answer.
        """
        if self._client is None or not kept:
            return None
        if not hmac.compare_digest(state.encode(), kept.encode()):
            return None
        try:
            return await self._client.oauth_userid(code)
        except PermanentError:
            return None
        except WeChatError as err:
            raise StoreUnavailableError(f"wecom: sign-in: {err}") from err
