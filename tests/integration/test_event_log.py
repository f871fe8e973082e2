"""What a message leaves in the dialogue log: masked, once, in the commit."""

import time

import pytest

from adapters.settings import ROOT
from bot.event_log import TurnLog
from bot.model import broker_endpoint, event_broker
from bot.tracker_store import PendingTurn
from bot.worker import Worker
from community.errors import ConfigurationError
from community.learning.entry import LogEntry, Pseudonyms
from community.messages import Inbound, Kind
from community.replies import Choices, Reply, Text
from tests.conftest import NOW

pytestmark = pytest.mark.model
PSEUDONYMS = Pseudonyms("test")


@pytest.fixture
def worker(worker: Worker) -> Worker:
    worker.turn_log = TurnLog(PSEUDONYMS, "m1")
    return worker


async def logged(worker: Worker) -> list[LogEntry]:
    conversations = worker.conversations
    rows = await conversations.redis.xrange(conversations.keys.log)
    return [LogEntry.from_json(fields["entry"]) for _, fields in rows]


async def test_a_question_is_logged_with_what_was_understood_and_done(worker, talk):
    await talk("高龄津贴要带什么材料")
    (entry,) = await logged(worker)
    assert entry.label == "service/senior_age_allowance"
    assert entry.item == "service/senior_age_allowance"
    assert (entry.decision, entry.facets) == ("answer", ("materials",))
    assert "action_answer" in entry.actions
    assert entry.parts[0] == "text"
    assert (entry.model, entry.channel, entry.kind) == ("m1", "web", "text")
    assert entry.person == PSEUDONYMS.person("web:grandma")


async def test_numbers_names_and_rooms_never_reach_the_log(worker, talk):
    await talk("我叫李秀英，住3号楼2单元501，电话13800001234，路灯不亮")
    rows = await worker.conversations.redis.xrange(worker.conversations.keys.log)
    text = str(rows)
    for secret in ("13800001234", "李秀英", "grandma"):
        assert secret not in text
    (entry,) = await logged(worker)
    assert "〔电话〕" in entry.text
    assert "路灯不亮" in entry.text


async def test_the_log_tells_what_was_answered_and_offered(worker, talk):
    reply = await talk("补贴")
    choices = next(part for part in reply.parts if isinstance(part, Choices))
    await talk("高龄津贴要带什么材料", who="web:other")
    asked, answered = await logged(worker)
    assert asked.offered == tuple(one.title for one in choices.items)
    assert choices.prompt in asked.answer
    assert any("身份证" in line for line in answered.answer)


async def test_an_answer_that_repeats_a_resident_is_logged_without_their_words(
    worker, talk
):
    told = ("我要报事", "楼下李秀英家半夜唱歌吵得睡不着", "葫芦里3号楼2单元501", "今天")
    heard = [str(await talk(words)) for words in told]
    assert "李秀英" in heard[-1]
    rows = str(await worker.conversations.redis.xrange(worker.conversations.keys.log))
    assert "501" not in rows
    summary = (await logged(worker))[-1]
    assert "〔居民的话〕" in str(summary.answer)
    assert "李秀英" not in str(summary.answer)


async def test_what_was_recognised_in_a_recording_is_logged_masked(
    worker, talk, message, monkeypatch
):
    async def recognised(_: Inbound) -> str:
        return "高龄津贴要带什么材料，我电话13800001234"

    monkeypatch.setattr("bot.answering.words_in", recognised)
    spoken = message("", kind=Kind.VOICE, recording="blob-1")
    assert await worker.conversations.accept(spoken)
    await worker.drain(spoken.conversation)
    (entry,) = await logged(worker)
    assert entry.kind == "voice"
    assert "高龄津贴要带什么材料" in entry.text
    assert "〔电话〕" in entry.text


async def test_a_taken_choice_is_logged_as_one(worker, talk):
    reply = await talk("补贴")
    choices = next(p for p in reply.parts if hasattr(p, "items"))
    await talk(choices.items[0].title, choice=choices.items[0].payload)
    first, second = await logged(worker)
    assert not first.chosen
    assert second.chosen
    assert second.item is not None
    assert second.ranking == ()


async def test_a_question_counts_for_the_grid_that_was_bound_earlier(
    worker, talk, message, gazetteer
):
    grid = next(iter(gazetteer.book.grids.values()))
    scan = message("scan", kind=Kind.EVENT, channel="wechat", grid=grid.id)
    assert await worker.conversations.accept(scan)
    await worker.drain(scan.conversation)
    await talk("高龄津贴要带什么材料")
    await talk("低保怎么申请")
    await talk("低保怎么申请", who="web:elsewhere")
    assert [entry.grid for entry in await logged(worker)] == [grid.id] * 3 + [None]


async def test_a_message_that_was_given_up_is_logged_masked(worker, talk, monkeypatch):
    async def raises(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bot.worker.RETRY_DELAYS_S", (0.0, 0.0, 0.0))
    # To draw four tracebacks takes long on a busy machine.
    monkeypatch.setattr(worker.conversations, "lease_s", 30.0)
    monkeypatch.setattr(worker.answering, "_converse", raises)
    await talk("我叫李秀英，电话13800001234，高龄津贴要带什么材料")
    (entry,) = await logged(worker)
    assert (entry.decision, entry.actions) == ("failed", ())
    assert entry.label == "service/senior_age_allowance"
    assert "高龄津贴" in entry.text
    assert "13800001234" not in entry.text
    assert "李秀英" not in entry.text


async def test_a_message_that_could_not_even_be_understood_is_logged_without_words(
    worker, talk, monkeypatch
):
    async def raises(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bot.worker.RETRY_DELAYS_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(worker, "_answer", raises)
    await talk("我叫李秀英")
    (entry,) = await logged(worker)
    assert (entry.decision, entry.text, entry.model) == ("failed", "", "")


async def test_equal_answers_have_equal_digests(worker, talk):
    await talk("高龄津贴要带什么材料", who="web:a")
    await talk("高龄津贴要带什么材料", who="web:b")
    first, second = await logged(worker)
    assert first.digest == second.digest
    assert first.person != second.person


def test_an_entry_costs_less_than_a_millisecond():
    log = TurnLog(PSEUDONYMS, "m1")
    pending = PendingTurn("web:a:1")
    pending.facts.parse = {
        "label_ranking": [
            {"label": f"service/s{n}", "confidence": 0.1} for n in range(10)
        ],
        "entities": [],
        "decision": "answer",
        "intent": {"name": "service"},
    }
    text = "俺娘八十三了，家住3号楼，高龄津贴要带啥，电话13800001234" * 2
    inbound = Inbound("web:a:1", "web:a", "web", Kind.TEXT, text, NOW)
    reply = Reply("web:a:1", "web:a", (Text("一般带这几样" * 40),) * 3, NOW)
    began = time.process_time()
    for _ in range(200):
        log.entry(inbound, pending, reply)
    assert (time.process_time() - began) / 200 < 0.001


async def test_a_mistyped_broker_is_refused_at_start_up(tmp_path):
    text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    path = tmp_path / "endpoints.yml"
    path.write_text(text.replace("StagedEventBroker", "Nonsense"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="event_broker"):
        await event_broker(broker_endpoint(str(path)))
