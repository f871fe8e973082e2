"""Fetches access tokens."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from adapters.wechat.api import Classify, as_json, fetch
from adapters.wechat.errors import (
    ConfigurationAlarm,
    TemporaryError,
    TokenRefusedError,
    error_of,
)
from adapters.wechat.settings import WeChatSettings
from adapters.wechat.tokens import FetchedToken


async def fetch_stable_token(
    session: aiohttp.ClientSession, settings: WeChatSettings, force: bool
) -> FetchedToken:
    """Fetches the token that all processes share; the platform never doubles it.

    Raises:
        WeChatError: The platform gives none.
    """
    call = "/cgi-bin/stable_token"
    document = {
        "grant_type": "client_credential",
        "appid": settings.app_id,
        "secret": settings.secret,
        "force_refresh": force,
    }
    url = settings.api_url + call
    answer = await fetch(session, "POST", url, call=call, data=as_json(document))
    return token_of(answer.document(call), call)


def token_of(
    document: Mapping[str, Any], call: str, *, classify: Classify = error_of
) -> FetchedToken:
    """Reads a token from an answer.

    Raises:
        WeChatError: It is an error, or holds no token.
    """
    error = classify(document, call)
    if isinstance(error, TokenRefusedError):
        # There was no token to refuse: it is the secret.
        what = f"{call}: answered {error.code}: check app id and secret"
        raise ConfigurationAlarm(error.code, error.rid, what)
    if error is not None:
        raise error
    value, expires_in_s = document.get("access_token"), document.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(expires_in_s, int):
        raise TemporaryError(0, "", f"{call}: the answer holds no token")
    return FetchedToken(value, expires_in_s)
