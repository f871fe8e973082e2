"""Errors of the channel: pushes that are refused, calls that fail.

Calls are classified once, by `errcode` only: the text of an error changes, and every
real one ends in an id (`rid`) that WeChat's support asks for.
"""

import re
from collections.abc import Mapping
from typing import Any

from community.errors import CommunityError, RecordError

_RID = re.compile(r"\brid:\s*([0-9a-zA-Z-]{1,64})")


class RefusedPushError(CommunityError):
    """Root of the reasons to refuse a push before it is read."""


class InvalidSignatureError(RefusedPushError):
    """Raised when a push or a verification is not signed with our token."""


class DecryptionError(RefusedPushError):
    """Raised when a signed push is not meant for us, or there is no key for it."""


class MalformedPushError(RecordError):
    """Raised when a push does not have its contract's shape; says what and where."""


class UndecryptableError(MalformedPushError):
    """Raised when a signed push is no cipher, or none of our keys opens it."""


class WeChatError(CommunityError):
    """Root of the errors of a call; `code` is 0 where no answer came."""

    def __init__(self, code: int, rid: str, what: str) -> None:
        """Keeps what a log may show.

        Args:
            code: `errcode` of the answer, or 0.
            rid: WeChat's id of the request, or empty.
            what: Which call failed and why, without personal data.
        """
        suffix = f" (rid {rid})" if rid else ""
        super().__init__(f"{what}{suffix}")
        self.code = code
        self.rid = rid


class TemporaryError(WeChatError):
    """Raised when the same call may succeed later."""

    def __init__(
        self, code: int, rid: str, what: str, retry_after_s: float = 5.0
    ) -> None:
        """Keeps how long to wait at least."""
        super().__init__(code, rid, what)
        self.retry_after_s = retry_after_s


class OutcomeUnknownError(TemporaryError):
    """Raised when a request was sent and no answer came: it may have had its effect."""


class PermanentError(WeChatError):
    """Raised when the same call will never succeed."""


class InvalidAccountTypeError(PermanentError):
    """Raised when this kind of account may not send such a message (`msgmenu`)."""


class MediaGoneError(PermanentError):
    """Raised when a media id is unknown or older than three days: upload again."""


class NotGrantedError(PermanentError):
    """Raised when the person did not allow this notification, or used it up."""


class ConfigurationAlarm(WeChatError):  # noqa: N818 - an alarm for operators, not a bug
    """Raised when only an operator can help: keys, IP list, rights of the account."""


class TokenRefusedError(WeChatError):
    """Raised when the access token is wrong, malformed or expired."""


class OutOfWindowError(WeChatError):
    """Raised when the person has not written for 48 hours, or has unfollowed."""


class QuotaExceededError(WeChatError):
    """Raised when the messages that the person's last message allows are used up."""


class UnreachableError(WeChatError):
    """Raised when the person does not follow the account, or is blocked."""


_CLASSES: Mapping[type[WeChatError], tuple[int, ...]] = {
    TokenRefusedError: (40001, 40014, 42001),
    ConfigurationAlarm: (
        *(40002, 40013, 40125, 40164, 40243, 41002, 41004),
        *(48001, 48004, 50001, 50002, 89501, 89503, 89506, 89507),
    ),
    OutOfWindowError: (45015,),
    QuotaExceededError: (45047,),
    UnreachableError: (43004, 43019),
    NotGrantedError: (43101,),
    InvalidAccountTypeError: (40200,),
    MediaGoneError: (40007,),
    PermanentError: (
        *(40003, 40004, 40005, 40006, 40008, 40009, 40029, 40033, 40037, 40039),
        *(40163, 44001, 44002, 44003, 44004, 45001, 45002, 45003, 45004, 45005),
        *(45006, 45007, 45008, 45072, 45080, 45081, 45157, 45158, 45162, 46003),
        *(47001, 47003, 61500, 65301, 65302, 87009, 87014, *range(40015, 40028)),
    ),
}
_BY_CODE = {code: cls for cls, codes in _CLASSES.items() for code in codes}

_WAITS_S: Mapping[int, float] = {-1: 2.0, 45009: 3600.0, 45011: 60.0}
"""Busy; the daily quota is used up; too many calls in a minute."""


def rid_of(errmsg: str) -> str:
    """Returns WeChat's id of the request, or an empty text."""
    match = _RID.search(errmsg)
    return match.group(1) if match else ""


def error_of(
    document: Mapping[str, Any],
    call: str,
    by_code: Mapping[int, type[WeChatError]] = _BY_CODE,
    waits_s: Mapping[int, float] = _WAITS_S,
) -> WeChatError | None:
    """Returns the typed error of an answer; `None` where it succeeded.

    A code that is in no table counts as temporary: the callers' retries are bounded.

    Args:
        document: The answer, a JSON object.
        call: Path of the call.
        by_code: Class of each known code.
        waits_s: Least waiting time of temporary codes.
    """
    code = document.get("errcode", 0)
    if code == 0:
        return None
    if not isinstance(code, int) or isinstance(code, bool):
        return PermanentError(
            0, "", f"{call}: answered with an errcode of another type"
        )
    errmsg = str(document.get("errmsg", ""))
    rid = rid_of(errmsg)
    cls = by_code.get(code, TemporaryError)
    # Which address is not on the list stands nowhere but in this text.
    detail = f": {errmsg[:200]}" if issubclass(cls, ConfigurationAlarm) else ""
    what = f"{call}: answered {code}{detail}"
    if issubclass(cls, TemporaryError):
        return cls(code, rid, what, retry_after_s=waits_s.get(code, 5.0))
    return cls(code, rid, what)
