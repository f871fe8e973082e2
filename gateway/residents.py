"""Who is writing in the web chat: an anonymous id in a signed cookie."""

import hashlib
import hmac
import secrets

COOKIE = "yxl_resident"
COOKIE_MAX_AGE_S = 180 * 86_400


class ResidentCookies:
    """Signs and verifies resident ids."""

    def __init__(self, secret: str) -> None:
        """Uses the given secret; an empty one means a random one for this process."""
        self._secret = (secret or secrets.token_hex(32)).encode()

    def new_id(self) -> str:
        """Returns a fresh resident id."""
        return secrets.token_hex(12)

    def seal(self, resident_id: str) -> str:
        """Returns the cookie's value."""
        return f"{resident_id}.{self._mac(resident_id)}"

    def open(self, cookie: str | None) -> str | None:
        """Returns the resident id, or `None` for a missing or altered cookie."""
        resident_id, _, mac = (cookie or "").partition(".")
        if not resident_id or not mac.isascii():
            return None
        if not hmac.compare_digest(mac, self._mac(resident_id)):
            return None
        return resident_id

    def seal_photo(self, conversation: str, blob_id: str) -> str:
        """Returns the name by which only this conversation's session has a photo."""
        return f"{blob_id}.{self._mac(f'photo:{conversation}:{blob_id}')}"

    def open_photo(self, conversation: str, token: str) -> str | None:
        """Returns a photo's blob id; `None` where it is another conversation's."""
        blob_id, _, mac = token.partition(".")
        if not blob_id or not mac.isascii():
            return None
        wanted = self._mac(f"photo:{conversation}:{blob_id}")
        return blob_id if hmac.compare_digest(mac, wanted) else None

    def _mac(self, resident_id: str) -> str:
        digest = hmac.new(self._secret, resident_id.encode(), hashlib.sha256)
        return digest.hexdigest()[:32]
