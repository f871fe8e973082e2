"""Signs models and checks signatures (ed25519): a Rasa model holds pickles."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from adapters.kept_files import make_once
from community.errors import ConfigurationError, ModelRefusedError


class Signer:
    """Signs with this installation's private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Keeps the key."""
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> "Signer":
        """Reads the private key; makes one at the first run.

        The public key is written beside it (`.pub`, hex), so that workers need
        not be able to read the private one.

        Raises:
            ConfigurationError: The file does not hold an ed25519 key.
        """
        new = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        try:
            key = load_pem_private_key(make_once(path, new), password=None)
        except ValueError as err:
            raise ConfigurationError(f"{path}: not a private key: {err}") from err
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"{path}: expected an ed25519 key")
        signer = cls(key)
        make_once(public_path(path), signer.public.encode())
        return signer

    @property
    def public(self) -> str:
        """Public key in hex."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return raw.hex()

    def sign(self, data: bytes, *, before: bytes | None = None) -> bytes:
        """Returns the signature file's content for some data.

        Args:
            data: What is signed.
            before: What `data` takes the place of; that stays valid, too, so that
                two files need not change in one instant.
        """
        doc: dict[str, Any] = self._doc(data)
        if before is not None:
            doc["before"] = self._doc(before)
        return json.dumps(doc, indent=1).encode()

    def _doc(self, data: bytes) -> dict[str, str]:
        signed = base64.b64encode(self._key.sign(data)).decode()
        return {"algorithm": "ed25519", "key": self.public, "signature": signed}


def public_path(signing_key: Path) -> Path:
    """Returns where the public half of a signing key lies."""
    return signing_key.with_suffix(".pub")


def trusted_keys(configured: tuple[str, ...], signing_key: Path) -> frozenset[str]:
    """Returns the public keys that may sign models, in hex."""
    if configured:
        return frozenset(configured)
    path = public_path(signing_key)
    return frozenset([path.read_text().strip()]) if path.is_file() else frozenset()


def check_signature(data: bytes, signature: bytes, trusted: frozenset[str]) -> None:
    """Refuses data that none of the trusted keys has signed.

    Raises:
        ModelRefusedError: The signature is missing its parts, unknown or wrong.
    """
    try:
        doc = json.loads(signature)
        before = doc.get("before")
        if before is not None and _has_signed(before, data, trusted):
            return
    except (AttributeError, ValueError) as err:
        raise ModelRefusedError(f"signature is malformed: {err!r}") from err
    _check(doc, data, trusted)


def _has_signed(doc: Any, data: bytes, trusted: frozenset[str]) -> bool:
    try:
        _check(doc, data, trusted)
    except ModelRefusedError:
        return False
    return True


def _check(doc: Any, data: bytes, trusted: frozenset[str]) -> None:
    try:
        key, signed = str(doc["key"]), base64.b64decode(doc["signature"], validate=True)
    except (KeyError, TypeError, ValueError) as err:
        raise ModelRefusedError(f"signature is malformed: {err!r}") from err
    if key not in trusted:
        raise ModelRefusedError(f"signed with key {key[:12]}…, which is not trusted")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signed, data)
    except (InvalidSignature, ValueError) as err:
        raise ModelRefusedError("signature is wrong: the manifest was altered") from err
