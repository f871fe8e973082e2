"""Signatures and encryption of pushes, for the Official Account and for WeCom.

Source: developers.weixin.qq.com, message push, "消息加解密"; see `docs/wechat.md`.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.wechat.errors import (
    DecryptionError,
    InvalidSignatureError,
    UndecryptableError,
)
from adapters.wechat.xml import cdata

BLOCK_BYTES = 32
"""Padding is to 32 bytes, not to the 16 of an AES block."""
SALT_BYTES = 16
LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A message, and which key opened it: the answer is sealed with the same one."""

    message: bytes
    key_index: int


class MessageCrypto:
    """Checks, opens and seals what the platform and we exchange."""

    def __init__(
        self,
        token: str,
        keys: Sequence[str],
        receive_id: str,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Prepares the keys.

        Args:
            token: Token of the console.
            keys: EncodingAESKeys, the current one first; none in plaintext mode.
            receive_id: App id of the account, or corporation id.
            random_bytes: Source of the salt before each message.
        """
        self._token = token
        self._keys = tuple(base64.b64decode(key + "=") for key in keys)
        self._receive_id = receive_id.encode()
        self._random_bytes = random_bytes

    def verify_url(self, signature: str, timestamp: str, nonce: str) -> None:
        """Checks `signature` of a GET verification or of a plaintext push.

        Raises:
            InvalidSignatureError: It is not signed with our token.
        """
        self._check(signature, timestamp, nonce)

    def decrypt(
        self, body_encrypt: str, msg_signature: str, timestamp: str, nonce: str
    ) -> Decrypted:
        """Checks and opens `Encrypt` of a push, or WeCom's `echostr`.

        Raises:
            InvalidSignatureError: It is not signed with our token.
            DecryptionError: It is meant for somebody else, or there is no key.
            UndecryptableError: It is no cipher, or no key opens it.
        """
        self._check(msg_signature, timestamp, nonce, body_encrypt)
        if not self._keys:
            raise DecryptionError("the push is encrypted and no EncodingAESKey is set")
        try:
            sealed = base64.b64decode(body_encrypt, validate=True)
        except (binascii.Error, ValueError) as err:
            raise UndecryptableError("Encrypt is not base64") from err
        problems = []
        for index, key in enumerate(self._keys):
            try:
                return Decrypted(self._open(sealed, key), index)
            except UndecryptableError as err:
                problems.append(f"key {index + 1}: {err}")
        raise UndecryptableError("; ".join(problems))

    def encrypt(
        self, message: bytes, timestamp: str, nonce: str, key_index: int = 0
    ) -> dict[str, Any]:
        """Seals an answer.

        Args:
            message: The answer as the platform would read it unsealed.
            timestamp: Of the answer, seconds since 1970.
            nonce: That of the push.
            key_index: `Decrypted.key_index` of the push.

        Returns:
            `Encrypt`, `MsgSignature`, `TimeStamp` and `Nonce`.
        """
        salt = self._random_bytes(SALT_BYTES)
        length = len(message).to_bytes(LENGTH_BYTES, "big")
        plain = salt + length + message + self._receive_id
        n_padding = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = _cipher(self._keys[key_index]).encryptor()
        sealed = encryptor.update(plain + bytes([n_padding]) * n_padding)
        encrypted = base64.b64encode(sealed + encryptor.finalize()).decode()
        return {
            "Encrypt": encrypted,
            "MsgSignature": sign(self._token, timestamp, nonce, encrypted),
            "TimeStamp": int(timestamp),
            "Nonce": nonce,
        }

    def _check(self, signature: str, *signed: str) -> None:
        expected = sign(self._token, *signed)
        if not hmac.compare_digest(_bytes(signature), expected.encode()):
            raise InvalidSignatureError("the signature is not made with our token")

    def _open(self, sealed: bytes, key: bytes) -> bytes:
        if not sealed or len(sealed) % len(key[:16]):
            raise UndecryptableError("its length is not a multiple of the block")
        decryptor = _cipher(key).decryptor()
        plain = _unpadded(decryptor.update(sealed) + decryptor.finalize())
        start = SALT_BYTES + LENGTH_BYTES
        length = int.from_bytes(plain[SALT_BYTES:start], "big")
        if len(plain) < start or length > len(plain) - start:
            raise UndecryptableError("the length within does not fit")
        if not hmac.compare_digest(plain[start + length :], self._receive_id):
            raise DecryptionError("it is meant for another account")
        return plain[start : start + length]


def sign(*parts: str) -> str:
    """Returns the SHA-1 of the sorted parts, as the platform computes it."""
    joined = b"".join(sorted(_bytes(part) for part in parts))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def sign_js(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """Returns the signature of a page that uses WeChat's JavaScript functions.

    Args:
        ticket: `jsapi_ticket` of the account.
        nonce: Any text, shown to the page too.
        timestamp: Seconds since 1970.
        url: Address of the page; what follows `#` is left out.
    """
    page = url.partition("#")[0]
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={page}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def envelope(sealed: dict[str, Any], *, as_json: bool) -> bytes:
    """Writes a sealed answer in the format of the account."""
    if as_json:
        return json.dumps(sealed).encode()
    return (
        f"<xml><Encrypt>{cdata(sealed['Encrypt'])}</Encrypt>"
        f"<MsgSignature>{cdata(sealed['MsgSignature'])}</MsgSignature>"
        f"<TimeStamp>{sealed['TimeStamp']}</TimeStamp>"
        f"<Nonce>{cdata(sealed['Nonce'])}</Nonce></xml>"
    ).encode()


def _cipher(key: bytes) -> "Cipher[modes.CBC]":
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _unpadded(plain: bytes) -> bytes:
    n_padding = plain[-1]
    if not 1 <= n_padding <= min(BLOCK_BYTES, len(plain)):
        raise UndecryptableError("the padding is wrong")
    if plain[-n_padding:] != bytes([n_padding]) * n_padding:
        raise UndecryptableError("the padding is wrong")
    return plain[:-n_padding]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
