"""Opens pushes and seals answers, in plaintext, compatible and safe mode."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.wechat.bubbles import RenderOptions
from adapters.wechat.crypto import MessageCrypto, envelope
from adapters.wechat.errors import (
    InvalidSignatureError,
    MalformedPushError,
    RefusedPushError,
)
from adapters.wechat.parse import parse_envelope, parse_push
from adapters.wechat.pushes import Push
from adapters.wechat.render import SUCCESS, passive_reply
from community.replies import Part

MAX_ECHO_CHARS = 1_000
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class WrongModeError(RefusedPushError):
    """Raised when a push is not encrypted although the account has a key."""


class WrongAccountError(RefusedPushError):
    """Raised when a push is addressed to another account, or from nobody."""


@dataclass(frozen=True, slots=True)
class OpenedPush:
    """A push whose signature is ours."""

    push: Push
    timestamp: str
    nonce: str
    key_index: int | None
    """The key that opened it; `None` in plaintext mode."""

    @property
    def content_type(self) -> str:
        """Of the answer, which has the format of the push."""
        return "application/json" if self.push.is_json else "application/xml"


def is_openid(text: str) -> bool:
    """Tells whether a text may be part of a conversation's name."""
    return _OPENID.fullmatch(text) is not None


class Envelopes:
    """Signatures and encryption of one account."""

    def __init__(
        self,
        crypto: MessageCrypto,
        *,
        has_key: bool,
        account: str,
        options: RenderOptions,
    ) -> None:
        """Keeps what pushes are checked against.

        Args:
            crypto: Token and keys of the account.
            has_key: Pushes must be encrypted: in plaintext a signature covers no
                content, so that a seen one would sign anything.
            account: `gh_…`; empty accepts any.
            options: As for the messages that the dispatcher sends.
        """
        self._crypto = crypto
        self._has_key = has_key
        self._account = account
        self._options = options

    def verify(self, query: Mapping[str, str]) -> str:
        """Returns what the console's check is answered with.

        Raises:
            InvalidSignatureError: It is not signed with our token.
        """
        self._verify_query(query)
        return query.get("echostr", "")[:MAX_ECHO_CHARS]

    def open(self, query: Mapping[str, str], body: bytes) -> OpenedPush:
        """Checks and reads a push.

        The query's `openid` is in no signature and is not looked at.

        Raises:
            RefusedPushError: It is not ours to answer.
            MalformedPushError: It is signed and cannot be read.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        key_index = None
        if query.get("encrypt_type", "raw") in ("", "raw"):
            self._verify_query(query)
            if self._has_key:
                raise WrongModeError("the push is not encrypted")
            message = body
        else:
            sealed = self._sealed(query, body)
            opened = self._crypto.decrypt(
                sealed, query.get("msg_signature", ""), timestamp, nonce
            )
            message, key_index = opened.message, opened.key_index
        push = parse_push(message)
        if self._account and push.account != self._account:
            raise WrongAccountError("the push is for another account")
        if not is_openid(push.openid):
            raise WrongAccountError("the push comes from no person")
        return OpenedPush(push, timestamp, nonce, key_index)

    def seal(
        self, opened: OpenedPush, parts: Sequence[Part], created_at: datetime
    ) -> tuple[bytes, bool]:
        """Writes an answer in the mode and format of its push.

        Returns:
            The body, and whether the whole answer fits into it.
        """
        push = opened.push
        plain, rest = passive_reply(
            parts,
            to_user=push.openid,
            from_user=push.account,
            created_at=created_at,
            options=self._options,
            as_json=push.is_json,
        )
        if plain == SUCCESS or opened.key_index is None:
            return plain, not rest
        sealed = self._crypto.encrypt(
            plain, str(int(created_at.timestamp())), opened.nonce, opened.key_index
        )
        return envelope(sealed, as_json=push.is_json), not rest

    def _sealed(self, query: Mapping[str, str], body: bytes) -> str:
        """Returns the encrypted text; a body without one may still be signed."""
        try:
            return parse_envelope(body).encrypt
        except MalformedPushError:
            self._verify_query(query)
            raise

    def _verify_query(self, query: Mapping[str, str]) -> None:
        signature = query.get("signature", "")
        if not signature:
            raise InvalidSignatureError("the signature is missing")
        self._crypto.verify_url(
            signature, query.get("timestamp", ""), query.get("nonce", "")
        )
