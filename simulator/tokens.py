"""Access tokens: which are valid, and what is said about those that are not.

Source: protocol page, §5 and §7.1.
"""

import itertools
import math
import re
import secrets
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.refusals import ApiRefusalError

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCE_SPACING = timedelta(seconds=30)
FORCE_PER_DAY = 20
STABLE_PER_MINUTE = 10_000
SHAPE = re.compile(r"\d+_[A-Za-z0-9_-]{120,512}")
_serial = itertools.count(40)


@dataclass(slots=True)
class IssuedToken:
    """A token and until when it works."""

    text: str
    expires_at: datetime
    ends_at: datetime
    owner: str = ""
    """The app whose secret bought it (WeCom)."""


class TokenBook:
    """All tokens that one platform issued."""

    def __init__(self) -> None:
        """Starts without tokens."""
        self._issued: dict[str, IssuedToken] = {}
        self._classic: IssuedToken | None = None
        self._stable: dict[str, IssuedToken] = {}
        self._forced: deque[datetime] = deque()
        self._minute: tuple[datetime | None, int] = (None, 0)

    def _issue(self, now: datetime, owner: str = "") -> IssuedToken:
        text = f"{next(_serial)}_{secrets.token_urlsafe(105)}"
        token = IssuedToken(text, now + LIFE, now + LIFE, owner)
        self._issued[text] = token
        return token

    def classic(self, now: datetime) -> tuple[str, int]:
        """Issues a new token; the former one lives five minutes more at most."""
        if self._classic is not None:
            self._classic.ends_at = min(self._classic.ends_at, now + OVERLAP)
        self._classic = self._issue(now)
        return self._classic.text, int(LIFE.total_seconds())

    def stable(
        self, now: datetime, *, owner: str = "", force_refresh: bool = False
    ) -> tuple[str, int]:
        """Returns the same token until five minutes before its end.

        Raises:
            ApiRefusalError: Asked or forced too often.
        """
        self._count_asked(now)
        current = self._stable.get(owner)
        if force_refresh:
            self._count_forced(now)
            if current is not None:
                current.ends_at = now
            current = None
        if (
            current is None
            or now > current.expires_at - OVERLAP
            or now >= current.ends_at
        ):
            current = self._stable[owner] = self._issue(now, owner)
        return current.text, math.ceil((current.expires_at - now).total_seconds())

    def _count_asked(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        n_before = self._minute[1] if self._minute[0] == minute else 0
        self._minute = (minute, n_before + 1)
        if n_before >= STABLE_PER_MINUTE:
            raise ApiRefusalError(45011)

    def _count_forced(self, now: datetime) -> None:
        while self._forced and now - self._forced[0] >= timedelta(days=1):
            self._forced.popleft()
        if self._forced and now - self._forced[-1] < FORCE_SPACING:
            raise ApiRefusalError(45011)
        if len(self._forced) >= FORCE_PER_DAY:
            raise ApiRefusalError(45009)
        self._forced.append(now)

    def revoke_all(self, now: datetime) -> None:
        """Makes all tokens invalid, as the platform may at any time."""
        for token in self._issued.values():
            token.ends_at = min(token.ends_at, now)

    def has(self, text: str) -> bool:
        """Tells whether the token is or was one of this platform."""
        return text in self._issued

    def check(self, text: str, now: datetime) -> IssuedToken:
        """Returns the valid token.

        Raises:
            ApiRefusalError: 41001 missing, 40014 malformed, 42001 expired,
                40001 unknown or superseded.
        """
        if not text:
            raise ApiRefusalError(41001)
        if not SHAPE.fullmatch(text):
            raise ApiRefusalError(40014)
        token = self._issued.get(text)
        if token is None:
            raise ApiRefusalError(40001)
        if now >= token.expires_at:
            raise ApiRefusalError(42001)
        if now >= token.ends_at:
            raise ApiRefusalError(40001)
        return token
