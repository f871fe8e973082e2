"""Web sign-in: codes that work once, for five minutes (protocol page, §6 and §7.5)."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.clock import Clock
from simulator.refusals import ApiRefusalError

CODE_LIFE = timedelta(minutes=5)
ORDER = ("appid", "redirect_uri", "response_type", "scope", "state")
STATE_CHARS = 128
SCOPES = ("snsapi_base", "snsapi_userinfo")
CORP_SCOPES = ("snsapi_base", "snsapi_privateinfo")


@dataclass(slots=True)
class SignInCode:
    """A code in a browser's address."""

    person: str
    scope: str
    ends_at: datetime
    is_used: bool = False


class CodeBook:
    """Codes and the access tokens of single persons that they bought."""

    def __init__(self, clock: Clock) -> None:
        """Starts empty."""
        self._clock = clock
        self._codes: dict[str, SignInCode] = {}
        self._tokens: dict[str, SignInCode] = {}

    def issue(self, person: str, scope: str) -> str:
        """Returns a new code for a person."""
        code = secrets.token_hex(16)
        self._codes[code] = SignInCode(person, scope, self._clock.now() + CODE_LIFE)
        return code

    def redeem(self, code: str) -> SignInCode:
        """Uses a code up.

        Raises:
            ApiRefusalError: 40029 unknown or too old, 40163 used before.
        """
        found = self._codes.get(code)
        if found is None or self._clock.now() >= found.ends_at:
            raise ApiRefusalError(40029)
        if found.is_used:
            raise ApiRefusalError(40163)
        found.is_used = True
        return found

    def token_for(self, code: SignInCode) -> str:
        """Returns an access token for one person's page."""
        token = secrets.token_urlsafe(64)
        self._tokens[token] = code
        return token

    def person_of(self, token: str) -> SignInCode:
        """Returns who a page's token belongs to.

        Raises:
            ApiRefusalError: 40001.
        """
        found = self._tokens.get(token)
        if found is None:
            raise ApiRefusalError(40001)
        return found


class SignInPageError(Exception):
    """Raised when WeChat would show an error page instead of returning."""


def check_authorize(
    query_string: str,
    *,
    app_id: str,
    domain: str | None,
    scopes: Collection[str] = SCOPES,
) -> dict[str, str]:
    """Checks the address of the sign-in page; clients depend on the order.

    Raises:
        SignInPageError: The resident would see an error page.
    """
    pairs = parse_qsl(query_string, keep_blank_values=True)
    values = dict(pairs)
    names = [name for name, _ in pairs if name in ORDER]
    if names != [name for name in ORDER if name in values]:
        raise SignInPageError(f"参数顺序不对，应为 {'、'.join(ORDER)}")
    if values.get("appid") != app_id:
        raise SignInPageError("appid 参数错误，错误码：10013")
    if values.get("response_type") != "code":
        raise SignInPageError("response_type 应为 code")
    if values.get("scope") not in scopes:
        raise SignInPageError("scope 参数错误或没有 scope 权限，错误码：10005")
    state = values.get("state", "")
    if len(state) > STATE_CHARS or not (state == "" or state.isalnum()):
        raise SignInPageError("state 只能是字母和数字，最多 128 个")
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.hostname:
        raise SignInPageError("redirect_uri 参数错误")
    if domain is not None and target.hostname != domain:
        raise SignInPageError("redirect_uri 域名与后台配置不一致，错误码：10003")
    return values


def returning(redirect_uri: str, code: str, state: str) -> str:
    """Returns the address that the browser is sent back to."""
    parts = urlsplit(redirect_uri)
    added = urlencode({"code": code, "state": state})
    query = f"{parts.query}&{added}" if parts.query else added
    return urlunsplit(parts._replace(query=query))
