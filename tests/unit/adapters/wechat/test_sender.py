"""What the WeChat sender makes of each answer of the platform."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from adapters.wechat.bubbles import RenderOptions
from adapters.wechat.errors import (
    ConfigurationAlarm,
    MediaGoneError,
    NotGrantedError,
    OutcomeUnknownError,
    OutOfWindowError,
    PermanentError,
    QuotaExceededError,
    TemporaryError,
    UnreachableError,
)
from adapters.wechat.quota import Spent
from adapters.wechat.sender import WeChatSender
from adapters.wechat.settings import MessageTemplate
from community.calendar import CHINA
from community.errors import StoreUnavailableError
from community.outbox import Channel, DeliveryState, Outgoing, OutgoingKind
from community.replies import Image, Text, part_to_doc
from tests.conftest import NOW

TEMPLATE = MessageTemplate(
    "T1", "template", {"thing1": "text", "character_string2": "number"}
)
SUBSCRIBE = MessageTemplate("S1", "subscribe", {"thing1": "text"})
SHORT = (Text("您好"),)
LONG = tuple(Text("很长的一段话。" * 80) for _ in range(3))
OVER_LONG = tuple(Text("很长的一段话。" * 80) for _ in range(9))


@dataclass
class Client:
    """A platform that fails as told, once for each entry."""

    errors: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    templates: list = field(default_factory=list)

    def _fail(self):
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    async def send_custom(self, openid, body):
        self._fail()
        self.sent.append((openid, body))

    async def send_template(self, openid, template, facts, *, url="", client_msg_id=""):
        self._fail()
        self.templates.append((template.api, facts, client_msg_id))
        return "4711"

    async def send_subscribe(self, openid, template, facts, *, page=""):
        self._fail()
        self.templates.append((template.api, facts, ""))
        return ""


@dataclass
class Ledger:
    """Rights to send, counted."""

    left: int = 5
    forgotten: int = 0

    async def take(self, conversation, now):
        if self.left == 0:
            return None
        self.left -= 1
        return Spent(conversation, "message", 0)

    async def give_back(self, spent):
        self.left += 1

    async def forget(self, conversation):
        self.left = 0
        self.forgotten += 1


@dataclass
class Progress:
    """Progress in memory."""

    sent: dict = field(default_factory=dict)
    doubtful: set = field(default_factory=set)
    doubts: dict = field(default_factory=dict)
    is_down: bool = False

    async def doubted_at(self, key):
        return self.doubts.get(key)

    async def doubted(self, key, now):
        self.doubts.setdefault(key, now)

    async def n_sent(self, key):
        return self.sent.get(key, 0)

    async def is_doubtful(self, key):
        return key in self.doubtful

    async def passed(self, key, *, is_doubtful=False):
        if self.is_down:
            raise StoreUnavailableError("down")
        self.sent[key] = self.sent.get(key, 0) + 1
        if is_doubtful:
            self.doubtful.add(key)


@dataclass
class Pictures:
    dropped: list = field(default_factory=list)

    async def drop(self, urls):
        self.dropped += urls

    async def media(self, urls):
        return dict.fromkeys(urls, "media-1")


@dataclass
class Followers:
    gone: list = field(default_factory=list)

    async def unfollowed(self, conversation, now):
        self.gone.append(conversation)


@dataclass
class Line:
    """Who may go next."""

    left: list = field(default_factory=list)

    async def has_left(self, message_id, conversation, *, alone=False):
        self.left.append((message_id, conversation, alone))


@dataclass
class Pages:
    """Pages of long answers, in memory."""

    kept: list = field(default_factory=list)
    is_down: bool = False

    async def keep(self, message_id, parts, now):
        if self.is_down:
            raise StoreUnavailableError("down")
        self.kept.append((message_id, parts))
        return "/a/NAME"


def build(
    client,
    ledger=None,
    *,
    progress=None,
    followers=None,
    templates=None,
    line=None,
    pages=None,
    base_url="",
):
    return WeChatSender(
        client=client,
        ledger=ledger or Ledger(),
        progress=progress or Progress(),
        pictures=Pictures(),
        followers=followers or Followers(),
        line=line or Line(),
        now=lambda: NOW,
        options=RenderOptions(base_url=base_url),
        templates=templates or {},
        pages=pages,
    )


def message(parts=SHORT, *, kind=OutgoingKind.CHAT, **payload):
    reply = {"parts": [part_to_doc(p) for p in parts], "created_at": NOW.isoformat()}
    return Outgoing(
        "k" * 64, Channel.WECHAT, "wechat:o1", kind, {"reply": reply, **payload}, NOW
    )


async def send(sender, outgoing, attempt=1):
    return await sender.send(outgoing, attempt=attempt)


async def test_a_message_goes_to_the_openid_and_costs_one_right():
    client, ledger = Client(), Ledger()
    result = await send(build(client, ledger), message())
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "custom")
    assert client.sent == [("o1", {"msgtype": "text", "text": {"content": "您好"}})]
    assert ledger.left == 4


async def test_what_went_out_passively_is_not_sent_again():
    whole, rest = Client(), Client()
    await send(build(whole), message(LONG))
    await send(build(rest), message(LONG, after_passive=True))
    assert len(whole.sent) > 1
    assert rest.sent == whole.sent[1:]


async def test_a_template_says_in_words_what_has_happened():
    template = MessageTemplate("T1", "template", {"phrase1": "what", "no2": "number"})
    client = Client()
    sender = build(client, Ledger(left=0), templates={"result": template})
    facts = {"number": "1125-4837", "what": "result"}
    await send(sender, message(kind=OutgoingKind.RESULT, facts=facts))
    [(_, given, _)] = client.templates
    assert (given["what"], given["number"]) == ("已办好", "1125-4837")
    await send(sender, message(kind=OutgoingKind.RESULT))
    assert client.templates[-1][1]["what"] == ""


async def test_an_answer_of_more_than_four_bubbles_ends_in_its_page():
    client, pages = Client(), Pages()
    sender = build(client, pages=pages, base_url="https://yxl.example")
    outgoing = message(OVER_LONG)
    outgoing.payload["reply"]["in_reply_to"] = "wechat:o1:m5"
    assert (await send(sender, outgoing)).state is DeliveryState.DELIVERED
    assert len(client.sent) == 4
    last = client.sent[-1][1]["text"]["content"]
    assert '<a href="https://yxl.example/a/NAME">看全部</a>' in last
    assert pages.kept == [("wechat:o1:m5", OVER_LONG)]
    # The rest after a passive reply has the page, too.
    rest = Client()
    sender = build(rest, pages=pages, base_url="https://yxl.example")
    outgoing = message(OVER_LONG, after_passive=True)
    await send(sender, outgoing)
    assert rest.sent == client.sent[1:]


async def test_without_pages_it_is_said_that_the_rest_is_left_out():
    client = Client()
    await send(build(client), message(OVER_LONG))
    last = client.sent[-1][1]["text"]["content"]
    assert "后面的没有发" in last
    assert "<a href" not in last


async def test_an_answer_that_fits_has_no_page():
    client, pages = Client(), Pages()
    await send(build(client, pages=pages, base_url="https://x"), message(LONG))
    assert pages.kept == []


async def test_a_page_that_cannot_be_kept_lets_the_answer_wait():
    client, pages = Client(), Pages(is_down=True)
    sender = build(client, pages=pages, base_url="https://x")
    result = await send(sender, message(OVER_LONG))
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert client.sent == []


async def test_a_retry_sends_only_what_has_not_left():
    client = Client(errors=[None, TemporaryError(-1, "r", "busy", 3.0)])
    progress, ledger = Progress(), Ledger()
    sender = build(client, ledger, progress=progress)
    result = await send(sender, message(LONG))
    assert (result.state, result.retry_after_s) == (DeliveryState.TEMPORARY_FAILURE, 3)
    assert ledger.left == 4
    assert (await send(sender, message(LONG), 2)).state is DeliveryState.DELIVERED
    texts = [body["text"]["content"] for _, body in client.sent]
    assert len(texts) == len(set(texts))


async def test_a_chat_message_without_an_answer_is_unknown_and_the_rest_goes_out():
    client = Client(errors=[OutcomeUnknownError(0, "", "time-out")])
    result = await send(build(client), message(LONG))
    assert result.state is DeliveryState.UNKNOWN
    assert len(client.sent) >= 1


@pytest.mark.parametrize("kind", [OutgoingKind.RESULT, OutgoingKind.EMERGENCY])
async def test_a_result_without_an_answer_is_tried_again(kind):
    client = Client(errors=[OutcomeUnknownError(0, "", "time-out")])
    result = await send(build(client), message(kind=kind))
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert not result.is_held


async def test_what_left_but_could_not_be_noted_is_not_sent_twice():
    result = await send(build(Client(), progress=Progress(is_down=True)), message())
    assert result.state is DeliveryState.UNKNOWN


async def test_without_a_right_the_message_waits_for_the_person():
    result = await send(build(Client(), Ledger(left=0)), message())
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert result.is_held


@pytest.mark.parametrize("error", [OutOfWindowError, QuotaExceededError])
async def test_the_platforms_count_is_the_right_one(error):
    ledger = Ledger()
    result = await send(
        build(Client(errors=[error(45015, "r", "x")]), ledger), message()
    )
    assert result.is_held
    assert ledger.forgotten == 1


async def test_rights_that_end_in_the_middle_keep_the_rest():
    client, ledger, progress = Client(), Ledger(left=1), Progress()
    sender = build(client, ledger, progress=progress, templates={"chat": TEMPLATE})
    assert (await send(sender, message(LONG))).is_held
    assert client.templates == []
    ledger.left = 5
    assert (await send(sender, message(LONG), 2)).state is DeliveryState.DELIVERED


async def test_outside_the_window_a_template_tells_of_a_result():
    client = Client()
    sender = build(client, Ledger(left=0), templates={"result": TEMPLATE})
    news = message(kind=OutgoingKind.RESULT, facts={"number": "1125-4837"})
    result = await send(sender, news)
    assert (result.state, result.via) == (DeliveryState.DELIVERED, "template")
    assert result.external_id == "4711"
    _, facts, client_msg_id = client.templates[0]
    assert facts["number"] == "1125-4837"
    assert facts["text"] == "您好"
    assert facts["at"] == "2026-11-25 17:30"
    assert len(client_msg_id) == 32


async def test_templates_to_one_person_have_an_id_each():
    client = Client()
    sender = build(client, Ledger(left=0), templates={"result": TEMPLATE})
    person = "wechat:" + "o" * 28
    news = replace(message(kind=OutgoingKind.RESULT), recipient=person)
    for key in ("m1", "m2", "m1"):
        await send(sender, replace(news, key=f"{person}:{key}"))
    first, second, again = (sent[2] for sent in client.templates)
    assert first == again != second
    assert len(first) == len(second) == 32


async def test_a_permission_that_is_used_up_keeps_the_message():
    client = Client(errors=[NotGrantedError(43101, "r", "x")])
    sender = build(client, Ledger(left=0), templates={"result": SUBSCRIBE})
    assert (await send(sender, message(kind=OutgoingKind.RESULT))).is_held


async def test_a_template_that_is_refused_keeps_the_message():
    client = Client(errors=[PermanentError(40037, "r", "x")])
    sender = build(client, Ledger(left=0), templates={"result": TEMPLATE})
    assert (await send(sender, message(kind=OutgoingKind.RESULT))).is_held


async def test_a_template_without_an_answer_is_tried_again_under_its_id():
    client = Client(errors=[OutcomeUnknownError(0, "", "x")])
    sender = build(client, Ledger(left=0), templates={"notice": TEMPLATE})
    result = await send(sender, message(kind=OutgoingKind.NOTICE))
    assert result.state is DeliveryState.TEMPORARY_FAILURE


async def test_a_template_is_not_repeated_when_its_id_is_forgotten():
    client, progress = Client(errors=[OutcomeUnknownError(0, "", "x")]), Progress()
    sender = build(
        client, Ledger(left=0), progress=progress, templates={"notice": TEMPLATE}
    )
    news = message(kind=OutgoingKind.NOTICE)
    await send(sender, news)
    late = replace(sender, now=lambda: NOW + timedelta(minutes=10))
    assert (await send(late, news, 2)).state is DeliveryState.UNKNOWN
    assert client.templates == []
    soon = replace(sender, now=lambda: NOW + timedelta(minutes=9))
    assert (await send(soon, news, 2)).state is DeliveryState.DELIVERED


async def test_a_daily_quota_is_waited_for_until_midnight_in_china():
    client = Client(errors=[TemporaryError(45009, "r", "x", retry_after_s=3600.0)])
    result = await send(build(client), message())
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    midnight = NOW.astimezone(CHINA) + timedelta(seconds=result.retry_after_s)
    assert f"{midnight:%d %H:%M}" == "26 00:00"


async def test_a_picture_that_wechat_has_dropped_is_uploaded_again():
    client, ledger = Client(errors=[MediaGoneError(40007, "r", "x")]), Ledger()
    sender = build(client, ledger)
    picture = message((Image("blob:b1", "路灯"),))
    result = await send(sender, picture)
    assert result.state is DeliveryState.TEMPORARY_FAILURE
    assert sender.pictures.dropped == ["blob:b1"]
    assert ledger.left == 5
    assert (await send(sender, picture, 2)).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("code", [45002, 45008, 87014])
async def test_words_that_wechat_does_not_take_are_on_a_page(code):
    client, ledger = Client(errors=[PermanentError(code, "r", "x")]), Ledger()
    sender = build(client, ledger, pages=Pages(), base_url="https://s.example")
    assert (await send(sender, message())).state is DeliveryState.DELIVERED
    [(_, body)] = client.sent
    assert 'href="https://s.example/a/NAME"' in body["text"]["content"]
    assert ledger.left == 4
    client.errors = [PermanentError(code, "r", "x")] * 2
    refused = await send(sender, replace(message(), key="other"))
    assert refused.state is DeliveryState.PERMANENT_FAILURE


async def test_who_does_not_follow_any_more_is_marked():
    followers = Followers()
    client = Client(errors=[UnreachableError(43004, "r1", "x")])
    result = await send(build(client, followers=followers), message())
    assert result.state is DeliveryState.PERMANENT_FAILURE
    assert followers.gone == ["wechat:o1"]
    assert result.external_id == "r1"


async def test_a_wrong_set_up_pauses_the_channel_and_costs_nothing():
    ledger = Ledger()
    client = Client(errors=[ConfigurationAlarm(40164, "r", "ip")])
    result = await send(build(client, ledger), message())
    assert result.pauses_channel
    assert ledger.left == 5


async def test_a_defect_ends_the_message():
    client = Client(errors=[PermanentError(47001, "r", "x")])
    result = await send(build(client), message())
    assert result.state is DeliveryState.PERMANENT_FAILURE


async def test_photos_are_sent_as_pictures():
    client = Client()
    photo = Image("blob:" + "a" * 40, "照片")
    await send(build(client), message((Text("修好了"), photo)))
    assert [body["msgtype"] for _, body in client.sent] == ["text", "image"]


async def test_a_malformed_row_ends():
    outgoing = Outgoing("k", Channel.WECHAT, "wechat:o", OutgoingKind.CHAT, {}, NOW)
    result = await send(build(Client()), outgoing)
    assert result.state is DeliveryState.PERMANENT_FAILURE


@pytest.mark.parametrize("client_error", [None, TemporaryError(-1, "rid", "busy")])
async def test_after_a_try_the_persons_next_answer_may_go(client_error):
    line = Line()
    sent = message()
    sent.payload["reply"]["in_reply_to"] = "m1"
    await build(Client([client_error]), line=line).send(sent, attempt=1)
    assert line.left == [("m1", "wechat:o1", False)]


async def test_an_emergency_takes_nobody_out_of_the_line_with_it():
    line = Line()
    await build(Client(), line=line).send(
        message(kind=OutgoingKind.EMERGENCY), attempt=1
    )
    assert line.left == [("", "wechat:o1", True)]
