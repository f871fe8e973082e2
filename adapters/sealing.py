"""Encrypts small secrets at rest under the key of the environment."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from community.errors import ConfigurationError, RecordError

MIN_CHARS = 32
"""A shorter FIELD_KEY could be guessed."""


class Sealer:
    """Seals with the first key of FIELD_KEY and opens with any of them."""

    def __init__(self, field_key: str, *, purpose: str) -> None:
        """Derives one key for this purpose from each key given.

        Args:
            field_key: One key, or the new one and older ones, separated by commas.
            purpose: Separates what one part of the system sealed from another's.

        Raises:
            ConfigurationError: A key is missing or too short.
        """
        keys = derived_keys(field_key, purpose=purpose)
        self._fernet = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(key)) for key in keys]
        )

    def seal(self, text: str) -> str:
        """Returns the text in sealed form; never twice the same."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Returns the text.

        Raises:
            RecordError: It was sealed under another key or altered.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as err:
            raise RecordError(
                "a sealed value cannot be opened: is FIELD_KEY the one it was sealed with?"
            ) from err


def derived_keys(field_key: str, *, purpose: str) -> tuple[bytes, ...]:
    """Returns a key of 32 bytes for one purpose from each key of FIELD_KEY.

    Raises:
        ConfigurationError: A key is missing or too short.
    """
    secrets = [part.strip() for part in field_key.split(",") if part.strip()]
    if not secrets or min(map(len, secrets)) < MIN_CHARS:
        raise ConfigurationError(
            f"FIELD_KEY: needs at least {MIN_CHARS} characters;"
            ' make one with `python -c "import secrets; print(secrets.token_hex(32))"`'
        )
    person = purpose.encode()[:16]
    return tuple(
        hashlib.blake2b(secret.encode(), digest_size=32, person=person).digest()
        for secret in secrets
    )
