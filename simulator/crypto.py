"""Signatures and AES messages of WeChat and WeCom, as the platform's side makes them.

Source: protocol page, §1.3; checked with Tencent's own examples.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from community.errors import CommunityError

BLOCK_BYTES = 32
"""PKCS#7 pads to 32 bytes here, not to the 16 of AES."""
AES_KEY_CHARS = 43


class CryptoError(CommunityError):
    """Raised when an encrypted document cannot be what it says."""


def signature(token: str, *parts: str) -> str:
    """Returns the SHA-1 over the parts in byte order, lower hexadecimal."""
    joined = b"".join(sorted(part.encode() for part in (token, *parts)))
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - the platform's algorithm


def is_signed(given: str, token: str, *parts: str) -> bool:
    """Tells whether a signature belongs to the parts."""
    return hmac.compare_digest(given.encode(), signature(token, *parts).encode())


class MessageCipher:
    """Encrypts pushes and decrypts replies of one account."""

    def __init__(self, encoding_aes_key: str, receive_id: str) -> None:
        """Takes the console's 43 characters and the appid or corpid.

        Raises:
            CryptoError: The key does not have 43 letters and digits.
        """
        if len(encoding_aes_key) != AES_KEY_CHARS or not encoding_aes_key.isalnum():
            raise CryptoError("EncodingAESKey: 43 letters and digits are needed")
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._receive_id = receive_id.encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def encrypt(self, message: bytes, *, salt: bytes | None = None) -> str:
        """Returns the content of the `Encrypt` element; `salt` has 16 bytes."""
        plain = (
            (salt or secrets.token_hex(8).encode())
            + struct.pack(">I", len(message))
            + message
            + self._receive_id
        )
        n_pad = BLOCK_BYTES - len(plain) % BLOCK_BYTES
        encryptor = self._cipher().encryptor()
        padded = plain + bytes([n_pad]) * n_pad
        return base64.b64encode(
            encryptor.update(padded) + encryptor.finalize()
        ).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Returns the message.

        Raises:
            CryptoError: Bad base64, length, padding, or another account's message.
        """
        try:
            raw = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as err:
            raise CryptoError("Encrypt is not base64") from err
        if not raw or len(raw) % BLOCK_BYTES:
            raise CryptoError("Encrypt has a wrong length")
        decryptor = self._cipher().decryptor()
        padded = decryptor.update(raw) + decryptor.finalize()
        n_pad = padded[-1]
        if not 1 <= n_pad <= BLOCK_BYTES or padded[-n_pad:] != bytes([n_pad]) * n_pad:
            raise CryptoError("the padding is wrong; was another key used?")
        plain = padded[:-n_pad]
        if len(plain) < 20:
            raise CryptoError("the plain text is too short")
        n_bytes = struct.unpack(">I", plain[16:20])[0]
        message, receive_id = plain[20 : 20 + n_bytes], plain[20 + n_bytes :]
        if len(message) != n_bytes:
            raise CryptoError("the length is longer than the message")
        if receive_id != self._receive_id:
            raise CryptoError("the receive id is not this account's")
        return message
