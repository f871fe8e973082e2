import json
from typing import Any

import pytest

from adapters.settings import ROOT
from simulator.crypto import CryptoError, MessageCipher, is_signed, signature

VECTORS = json.loads(
    (ROOT / "tests" / "data" / "wechat" / "official_vectors.json").read_text()
)
ENCRYPTED = [v for v in VECTORS if "encrypt" in v and "msg_signature" in v]
KEY = "A" * 43


@pytest.mark.parametrize("vector", ENCRYPTED, ids=lambda v: v["id"])
def test_official_messages_are_reproduced_byte_by_byte(vector: dict[str, Any]) -> None:
    cipher = MessageCipher(vector["encoding_aes_key"], vector["receive_id"])
    plain = vector["plaintext"].encode()
    assert cipher.decrypt(vector["encrypt"]) == plain
    salt = vector["random16"].encode()
    assert cipher.encrypt(plain, salt=salt) == vector["encrypt"]
    parts = (vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert is_signed(vector["msg_signature"], vector["token"], *parts)
    assert not is_signed("0" * 40, vector["token"], *parts)


def test_official_plain_signature() -> None:
    vector = next(v for v in VECTORS if v["id"] == "official-url-verify")
    made = signature(vector["token"], vector["timestamp"], vector["nonce"])
    assert made == vector["signature"]


@pytest.mark.parametrize("n_bytes", range(0, 70, 3))
def test_every_padding_comes_back(n_bytes: int) -> None:
    cipher = MessageCipher(KEY, "wx1")
    assert cipher.decrypt(cipher.encrypt(b"x" * n_bytes)) == b"x" * n_bytes


@pytest.mark.parametrize(
    "encrypted",
    ["", "***", "QUFB", MessageCipher(KEY, "wx2").encrypt(b"other account"), "A" * 44],
)
def test_bad_messages_are_refused(encrypted: str) -> None:
    with pytest.raises(CryptoError):
        MessageCipher(KEY, "wx1").decrypt(encrypted)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(CryptoError, match="43"):
        MessageCipher("short", "wx1")
