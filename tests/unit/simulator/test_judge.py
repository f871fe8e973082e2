"""Every reply that WeChat would refuse is an error bubble."""

import json
from datetime import datetime, timezone

import pytest

from simulator.crypto import MessageCipher, signature
from simulator.judge import Asked, RefusedReplyError, Reply, Secrets, judge
from simulator.options import Mode
from simulator.pushes import Push, PushBuilder

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)
TOKEN, KEY, APP, GH = "token", "A" * 43, "wx1", "gh_1"
NONCE = "77"
STAMP = 1_800_000_000


def push(*, event: bool = False) -> Push:
    builder = PushBuilder(GH)
    if event:
        return builder.event("o1", "subscribe", NOW)
    return builder.message("o1", "text", NOW, Content="你好")


def secrets(mode: Mode = Mode.PLAINTEXT, document: str = "xml") -> Secrets:
    return Secrets(TOKEN, MessageCipher(KEY, APP), mode, document)


def xml(
    inner: str = "<MsgType>text</MsgType><Content>好</Content>",
    to_user: str = "o1",
    from_user: str = GH,
    created: str = "1",
) -> bytes:
    return (
        f"<xml><ToUserName>{to_user}</ToUserName><FromUserName>{from_user}</FromUserName>"
        f"<CreateTime>{created}</CreateTime>{inner}</xml>"
    ).encode()


def envelope(
    clear: bytes,
    *,
    app: str = APP,
    nonce: str = NONCE,
    sign: str = "",
    stamp: int = STAMP,
) -> bytes:
    encrypted = MessageCipher(KEY, app).encrypt(clear)
    made = sign or signature(TOKEN, str(stamp), nonce, encrypted)
    return (
        f"<xml><Encrypt>{encrypted}</Encrypt><MsgSignature>{made}</MsgSignature>"
        f"<TimeStamp>{stamp}</TimeStamp><Nonce>{nonce}</Nonce></xml>"
    ).encode()


def read(
    body: bytes,
    given: Secrets | None = None,
    status: int = 200,
    *,
    event: bool = False,
    media: str | None = None,
) -> Reply:
    about = push(event=event)
    asked = Asked(NONCE, STAMP)
    return judge(status, body, asked, about, given or secrets(), lambda _: media)


def refused(body: bytes, given: Secrets | None = None, **options: object) -> str:
    with pytest.raises(RefusedReplyError) as caught:
        read(body, given, **options)  # type: ignore[arg-type]
    return caught.value.reason


@pytest.mark.parametrize("body", [b"", b"success"])
@pytest.mark.parametrize("mode", list(Mode))
def test_success_and_nothing_are_silent_in_every_mode(body: bytes, mode: Mode) -> None:
    assert read(body, secrets(mode)).kind == "silent"


@pytest.mark.parametrize("body", [b"success\n", b"SUCCESS", b'"success"', b" "])
def test_almost_success_is_malformed(body: bytes) -> None:
    assert refused(body) == "malformed"


def test_a_text_is_accepted() -> None:
    assert read(xml()).text == "好"
    assert read(envelope(xml()), secrets(Mode.SAFE)).text == "好"
    assert read(envelope(xml()), secrets(Mode.COMPATIBLE)).text == "好"
    assert read(xml(), secrets(Mode.COMPATIBLE)).text == "好"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>500</html>", "malformed"),
        (b"<xml><ToUserName>", "malformed"),
        (b'{"ToUserName": "o1"}', "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"<!DOCTYPE x [<!ENTITY e 'x'>]><xml>&e;</xml>", "malformed"),
        (xml("<MsgType>text</MsgType><Content>\x01</Content>"), "malformed"),
        (xml("<MsgType>text</MsgType><MsgType>text</MsgType>"), "malformed"),
        (xml(created="today"), "malformed"),
        (xml(to_user=GH, from_user="o1"), "address"),
        (xml(to_user="o2"), "address"),
        (xml(from_user="gh_2"), "address"),
        (xml("<MsgType>card</MsgType>"), "type"),
        (xml(""), "type"),
        (xml("<MsgType>text</MsgType><Content></Content>"), "empty"),
        (xml("<MsgType>text</MsgType>"), "empty"),
        (xml(f"<MsgType>text</MsgType><Content>{'好' * 683}</Content>"), "too-long"),
        (xml("<MsgType>image</MsgType>"), "malformed"),
        (
            xml("<MsgType>image</MsgType><Image><MediaId>x</MediaId></Image>"),
            "media",
        ),
    ],
)
def test_refused_bodies(body: bytes, reason: str) -> None:
    assert refused(body) == reason


def test_the_longest_text_passes() -> None:
    text = "好" * 682 + "ab"
    body = xml(f"<MsgType>text</MsgType><Content>{text}</Content>")
    assert read(body).text == text


def test_statuses_other_than_200_are_refused() -> None:
    assert refused(b"success", status=500) == "status"
    assert refused(b"success", status=204) == "status"


def test_safe_mode_checks_envelope_signature_and_receiver() -> None:
    safe = secrets(Mode.SAFE)
    assert refused(xml(), safe) == "plain"
    assert refused(envelope(xml(), sign="0" * 40), safe) == "signature"
    assert refused(envelope(xml(), nonce="78"), safe) == "envelope"
    assert refused(envelope(xml(), app="wx2"), safe) == "encryption"
    assert refused(b"<xml><Encrypt>AA</Encrypt></xml>", safe) == "envelope"


@pytest.mark.parametrize("seconds", [-301, 301, -STAMP, 10**9])
def test_an_envelope_of_another_time_is_refused(seconds: int) -> None:
    safe = secrets(Mode.SAFE)
    assert refused(envelope(xml(), stamp=STAMP + seconds), safe) == "envelope"


def test_clocks_may_differ_by_minutes() -> None:
    safe = secrets(Mode.SAFE)
    for seconds in (-300, 5, 300):
        assert read(envelope(xml(), stamp=STAMP + seconds), safe).text == "好"


def test_json_accounts_want_json_with_a_number_as_time() -> None:
    given = secrets(Mode.SAFE, "json")
    clear = {
        "ToUserName": "o1",
        "FromUserName": GH,
        "CreateTime": 1,
        "MsgType": "text",
        "Content": "好",
    }
    encrypted = MessageCipher(KEY, APP).encrypt(json.dumps(clear).encode())
    outer = {
        "Encrypt": encrypted,
        "MsgSignature": signature(TOKEN, str(STAMP), NONCE, encrypted),
        "TimeStamp": STAMP,
        "Nonce": NONCE,
    }
    assert read(json.dumps(outer).encode(), given).text == "好"
    outer["TimeStamp"] = str(STAMP)
    assert refused(json.dumps(outer).encode(), given) == "envelope"
    assert refused(envelope(xml()), given) == "malformed"


@pytest.mark.parametrize("created", ["1", 1.5, True, None])
def test_the_time_within_json_is_a_number_too(created: object) -> None:
    clear = {
        "ToUserName": "o1",
        "FromUserName": GH,
        "CreateTime": created,
        "MsgType": "text",
        "Content": "好",
    }
    body = json.dumps(clear).encode()
    assert refused(body, secrets(document="json")) == "malformed"


def news(count: int, said: int | None = None) -> bytes:
    items = "<item><Title>题</Title><Url>https://x/</Url></item>" * count
    return xml(
        f"<MsgType>news</MsgType><ArticleCount>{said or count}</ArticleCount>"
        f"<Articles>{items}</Articles>"
    )


def test_one_article_for_messages_eight_for_events() -> None:
    assert read(news(1)).data["articles"][0]["title"] == "题"
    assert refused(news(2)) == "articles"
    assert len(read(news(8), event=True).data["articles"]) == 8
    assert refused(news(9), event=True) == "articles"
    assert refused(news(1, said=2)) == "malformed"


def test_media_must_be_the_accounts_own_and_no_gif() -> None:
    body = xml("<MsgType>image</MsgType><Image><MediaId>x</MediaId></Image>")
    assert read(body, media="image").kind == "image"
    assert refused(body, media="gif") == "media"
    assert refused(body, media="voice") == "media"


def test_a_transfer_answers_messages_only() -> None:
    body = xml("<MsgType>transfer_customer_service</MsgType>")
    assert read(body).kind == "transfer_customer_service"
    assert refused(body, event=True) == "type"


@pytest.mark.parametrize(
    "content",
    [
        '&lt;a href="https://x"&gt;看',
        "看&lt;/a&gt;",
        '&lt;a href="javascript:x"&gt;看&lt;/a&gt;',
        '&lt;a href="weixin://bizmsgmenu?msgmenucontent=&amp;msgmenuid=1"&gt;看&lt;/a&gt;',
    ],
)
def test_broken_links_are_accepted_but_noted(content: str) -> None:
    body = xml(f"<MsgType>text</MsgType><Content>{content}</Content>")
    assert read(body).defects
