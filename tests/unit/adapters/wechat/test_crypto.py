"""Signatures and ciphers: the official examples byte by byte, and what is refused."""

import base64
import json
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WeComCrypto
from wechatpy.utils import check_signature

from adapters.wechat.crypto import MessageCrypto, envelope, sign, sign_js
from adapters.wechat.errors import (
    DecryptionError,
    InvalidSignatureError,
    UndecryptableError,
)
from adapters.wechat.parse import parse_envelope
from tests.unit.adapters.wechat.reference import vectors

VECTORS = vectors()
CIPHERS = [v for v in VECTORS.values() if "encrypt" in v]
PLAIN = [v for v in VECTORS.values() if "signature" in v and "token" in v]
TOKEN = "Token123"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OTHER_KEY = "mNnY5GekpChwqhy2c4NBH90g3hND6GeI4gii2YCvKLY"
APP_ID = "wx0123456789abcdef"
WHEN = ("1714112445", "415670741")


def crypto_of(vector, **kwargs):
    keys, receive_id = [vector["encoding_aes_key"]], vector["receive_id"]
    return MessageCrypto(vector["token"], keys, receive_id, **kwargs)


def crypto(*keys, receive_id=APP_ID, token=TOKEN):
    return MessageCrypto(token, keys or (KEY,), receive_id)


def opened(by, sealed):
    when = str(sealed["TimeStamp"]), sealed["Nonce"]
    return by.decrypt(sealed["Encrypt"], sealed["MsgSignature"], *when)


def resealed(plain):
    """A correctly signed cipher of what `MessageCrypto` would never write."""
    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    data = encryptor.update(plain) + encryptor.finalize()
    encrypted = base64.b64encode(data).decode()
    return encrypted, sign(TOKEN, *WHEN, encrypted)


@pytest.mark.parametrize("vector", CIPHERS, ids=lambda v: v["id"])
def test_official_ciphers_open(vector):
    signed = vector["msg_signature"], vector["timestamp"], vector["nonce"]
    found = crypto_of(vector).decrypt(vector["encrypt"], *signed)
    assert found.message.decode() == vector["plaintext"]
    assert found.key_index == 0


@pytest.mark.parametrize("vector", CIPHERS, ids=lambda v: v["id"])
def test_official_ciphers_are_written_byte_by_byte(vector):
    salt = vector["random16"].encode()
    sealer = crypto_of(vector, random_bytes=lambda n: salt[:n])
    when = vector["timestamp"], vector["nonce"]
    sealed = sealer.encrypt(vector["plaintext"].encode(), *when)
    assert sealed == {
        "Encrypt": vector["encrypt"],
        "MsgSignature": vector["msg_signature"],
        "TimeStamp": int(vector["timestamp"]),
        "Nonce": vector["nonce"],
    }


@pytest.mark.parametrize("vector", PLAIN, ids=lambda v: v["id"])
def test_official_plain_signatures_are_accepted(vector):
    signed = vector["signature"], vector["timestamp"], vector["nonce"]
    MessageCrypto(vector["token"], (), "").verify_url(*signed)


def test_the_official_page_signature_is_reproduced():
    vector = VECTORS["jssdk-signature"]
    parts = vector["jsapi_ticket"], vector["noncestr"], vector["timestamp"]
    assert sign_js(*parts, vector["url"]) == vector["expect"]
    assert sign_js(*parts, vector["url"] + "#top") == vector["expect"]


@pytest.mark.parametrize("signature", ["", "0" * 40, "é" * 20, "\ud800"])
def test_a_wrong_signature_is_refused(signature):
    sealed = crypto().encrypt(b"x", *WHEN)
    with pytest.raises(InvalidSignatureError):
        crypto().verify_url(signature, *WHEN)
    with pytest.raises(InvalidSignatureError):
        crypto().decrypt(sealed["Encrypt"], signature, *WHEN)


def test_a_signature_covers_time_nonce_and_cipher():
    sealed = crypto().encrypt(b"x", *WHEN)
    signature = sealed["MsgSignature"]
    for encrypted, time, nonce in (
        (sealed["Encrypt"], "1714112446", WHEN[1]),
        (sealed["Encrypt"], WHEN[0], "1"),
        (sealed["Encrypt"][:-4] + "AAA=", *WHEN),
    ):
        with pytest.raises(InvalidSignatureError):
            crypto().decrypt(encrypted, signature, time, nonce)


def test_the_previous_key_still_opens_and_seals_the_answer():
    sealed = crypto(OTHER_KEY).encrypt(b"<xml/>", *WHEN)
    both = crypto(KEY, OTHER_KEY)
    found = opened(both, sealed)
    assert (found.message, found.key_index) == (b"<xml/>", 1)
    answer = both.encrypt(b"answer", *WHEN, key_index=found.key_index)
    assert opened(crypto(OTHER_KEY), answer).message == b"answer"


def test_a_message_for_another_account_is_refused():
    sealed = crypto(receive_id="wxother").encrypt(b"x", *WHEN)
    with pytest.raises(DecryptionError, match="another account"):
        opened(crypto(), sealed)


def test_an_encrypted_push_without_a_key_is_refused():
    sealed = crypto().encrypt(b"x", *WHEN)
    with pytest.raises(DecryptionError, match="no EncodingAESKey"):
        opened(MessageCrypto(TOKEN, (), APP_ID), sealed)


@pytest.mark.parametrize("encrypted", ["", "?", "AAAA", "A" * 43, "啊", "AAAA AAAA"])
def test_what_is_no_cipher_is_refused_though_signed(encrypted):
    with pytest.raises(UndecryptableError):
        crypto().decrypt(encrypted, sign(TOKEN, *WHEN, encrypted), *WHEN)


@pytest.mark.parametrize(
    "plain",
    [
        b"\x00" * 32,
        b"\x21" * 64,
        b"\xff" * 32,
        b"a" * 30 + b"\x01\x02",
        b"\x20" * 32,
        b"r" * 16 + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01",
    ],
)
def test_bad_padding_and_lengths_are_refused(plain):
    encrypted, signature = resealed(plain)
    with pytest.raises(UndecryptableError):
        crypto().decrypt(encrypted, signature, *WHEN)


def test_a_message_that_names_no_account_is_refused():
    plain = b"r" * 16 + b"\x00\x00\x00\x02" + b"xx" + b"\x0a" * 10
    encrypted, signature = resealed(plain)
    with pytest.raises(DecryptionError, match="another account"):
        crypto().decrypt(encrypted, signature, *WHEN)


@given(st.binary(max_size=300))
def test_what_is_sealed_opens(message):
    assert opened(crypto(), crypto().encrypt(message, *WHEN)).message == message


@given(st.text(max_size=200).filter(lambda t: "\ud800" not in t))
def test_a_peer_reads_what_we_write_and_the_other_way(text):
    peer = WeChatCrypto(TOKEN, KEY, APP_ID)
    body = f"<xml>{text.encode('utf-8', 'ignore').hex()}</xml>"
    sealed = crypto().encrypt(body.encode(), *WHEN)
    xml = envelope(sealed, as_json=False).decode()
    assert peer.decrypt_message(xml, sealed["MsgSignature"], *WHEN) == body
    theirs = peer.encrypt_message(body, WHEN[1], WHEN[0])
    signature = ElementTree.fromstring(theirs).findtext("MsgSignature")
    encrypted = parse_envelope(theirs.encode()).encrypt
    assert crypto().decrypt(encrypted, signature, *WHEN).message.decode() == body


def test_a_peer_of_wecom_agrees():
    vector = VECTORS["wecom-sample-url-verify"]
    peer = WeComCrypto(
        vector["token"], vector["encoding_aes_key"], vector["receive_id"]
    )
    signed = vector["msg_signature"], vector["timestamp"], vector["nonce"]
    theirs = peer.check_signature(*signed, vector["encrypt"])
    ours = crypto_of(vector).decrypt(vector["encrypt"], *signed).message.decode()
    assert ours == theirs == vector["plaintext"]


@given(st.text("0123456789", max_size=12), st.text(max_size=12))
def test_a_peer_computes_the_same_signatures(timestamp, nonce):
    nonce = nonce.encode("utf-8", "ignore").decode()
    check_signature(TOKEN, sign(TOKEN, timestamp, nonce), timestamp, nonce)


def test_an_answer_is_written_in_the_account_s_format():
    sealed = crypto().encrypt("好".encode(), *WHEN)
    assert json.loads(envelope(sealed, as_json=True)) == sealed
    root = ElementTree.fromstring(envelope(sealed, as_json=False))
    assert {child.tag: child.text for child in root} == {
        **sealed,
        "TimeStamp": WHEN[0],
    }
