"""Reclassified tickets reach the review list, over the real tables of both."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.harvest import SqlHarvest
from adapters.sql.learning import SqlDialogueLog
from adapters.sql.person_keys import PersonKeys
from adapters.sql.relabels import SqlRelabels
from adapters.sql.review import SqlReviewStore
from adapters.sql.tables import learning
from adapters.sql.tickets_read import SqlTicketReader
from community.learning.entry import LogEntry, Pseudonyms
from community.learning.guards import ExampleIndex, Known
from community.learning.review import Decision, Review, Verdict
from community.learning.signals import reporting_turn
from community.tickets import Action, Command
from tests.contract.conftest import KEY
from tests.ticket_world import MONDAY, actor, draft, hours
from training.relabels import RelabelHarvest

PSEUDONYMS = Pseudonyms("secret")
GARBAGE, WASTE, LIGHT = (
    "matter/garbage_cleaning",
    "matter/decoration_waste",
    "matter/street_lighting",
)
WHO = "wechat:oFictitiousOpenId01"
SAID = MONDAY - timedelta(minutes=3)


@pytest.fixture(autouse=True)
async def emptied(engine: AsyncEngine) -> None:
    """Nothing is left of another test where the database is shared."""
    async with engine.begin() as connection:
        for table in learning.TABLES:
            await connection.execute(sa.delete(table))


@pytest.fixture
def log(engine: AsyncEngine) -> SqlDialogueLog:
    return SqlDialogueLog(engine, PSEUDONYMS, lambda: MONDAY)


@pytest.fixture
def review(engine: AsyncEngine) -> Review:
    index = ExampleIndex([Known("楼下垃圾没人收", GARBAGE)])
    return Review(SqlReviewStore(engine), index, [GARBAGE, WASTE, LIGHT, "oos_other"])


@pytest.fixture
def relabels(engine: AsyncEngine) -> RelabelHarvest:
    """What the training process runs: it only reads tickets."""
    return RelabelHarvest(
        SqlTicketReader(engine, PersonKeys(KEY)),
        SqlHarvest(engine),
        SqlRelabels(engine),
        PSEUDONYMS,
        lambda: {GARBAGE, WASTE, LIGHT},
    )


def turn(
    text: str = "楼道里的沙子水泥袋没人收，我是〔姓名〕",
    *,
    label: str = GARBAGE,
    seconds: int = 0,
    intent: str = "matter",
    **more: object,
) -> LogEntry:
    return LogEntry(
        message=PSEUDONYMS.message(text),
        person=PSEUDONYMS.person(WHO),
        at=SAID + timedelta(seconds=seconds),
        channel="wechat",
        kind="text",
        text=text,
        model="m1",
        latency_ms=10,
        ranking=((label, 0.9), (WASTE, 0.05)),
        decision="answer",
        intent=intent,
        item=label,
        **more,  # type: ignore[arg-type]
    )


async def logged(log: SqlDialogueLog, *turns: LogEntry) -> None:
    await log.store([one.to_json() for one in turns])


async def moved(tickets, number: str, to: str, n: int = 1) -> None:
    # The county may, wherever the item before has taken the ticket.
    right = Command(actor("county1"), Action.RECLASSIFY, f"act{n}", to=to)
    await tickets.act(number, right, now=MONDAY + hours(n))


async def test_what_the_worker_says_is_suggested_for_what_the_resident_said(
    tickets, log, review, relabels
):
    await logged(
        log,
        turn(),
        turn("3号楼", seconds=20, label="talk_affirm", intent="inform"),
        turn("对", seconds=40, label="talk_affirm", intent="talk_affirm"),
    )
    opened = await tickets.open(draft(), now=MONDAY)
    assert await relabels.run(MONDAY) == 0
    await moved(tickets, opened.number, WASTE)
    assert await relabels.run(MONDAY + hours(2)) == 1
    (cluster,) = await review.next("op", MONDAY + hours(2))
    (question,) = cluster.questions
    assert (question.suggestion, question.reasons) == (WASTE, ("reclassified",))
    assert question.text == turn().text
    assert "张桂兰" not in question.text


async def test_it_comes_once_and_the_newest_opinion_counts(
    tickets, log, review, relabels, engine
):
    await logged(log, turn())
    opened = await tickets.open(draft(), now=MONDAY)
    await moved(tickets, opened.number, WASTE)
    for _ in range(3):
        await relabels.run(MONDAY + hours(2))
    await moved(tickets, opened.number, LIGHT, 3)
    await relabels.run(MONDAY + hours(4))
    await SqlRelabels(engine).finish(0)
    await relabels.run(MONDAY + hours(4))
    (cluster,) = await review.next("op", MONDAY + hours(4))
    assert cluster.questions[0].suggestion == LIGHT
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(learning.question_signal))).all()
    assert len(rows) == 1


async def test_back_to_what_the_model_said_leaves_nothing_to_look_at(
    tickets, log, review, relabels
):
    await logged(log, turn())
    opened = await tickets.open(draft(), now=MONDAY)
    await moved(tickets, opened.number, WASTE)
    await relabels.run(MONDAY + hours(2))
    await moved(tickets, opened.number, GARBAGE, 3)
    await relabels.run(MONDAY + hours(4))
    assert await review.next("op", MONDAY + hours(4)) == []


async def test_it_goes_with_the_person(tickets, log, review, relabels, engine):
    await logged(log, turn())
    opened = await tickets.open(draft(), now=MONDAY)
    await moved(tickets, opened.number, WASTE)
    await relabels.run(MONDAY + hours(2))
    (cluster,) = await review.next("op", MONDAY + hours(2))
    verdict = Verdict(Decision.ACCEPT)
    await review.decide([cluster.questions[0].id], verdict, "op", MONDAY + hours(2))
    await log.forget(WHO, MONDAY + hours(3))
    for table in (learning.question, learning.question_signal, learning.annotation):
        async with engine.connect() as connection:
            assert (await connection.execute(sa.select(table))).all() == []
    await SqlRelabels(engine).finish(0)
    assert await relabels.run(MONDAY + hours(4)) == 0
    assert await review.next("op", MONDAY + hours(4)) == []


async def test_a_person_who_is_gone_when_the_worker_decides_leaves_nothing(
    tickets, log, review, relabels
):
    await logged(log, turn())
    opened = await tickets.open(draft(), now=MONDAY)
    await log.forget(WHO, MONDAY + hours(1))
    await tickets.forget(WHO, now=MONDAY + hours(1))
    await moved(tickets, opened.number, WASTE, 2)
    assert await relabels.run(MONDAY + hours(3)) == 0
    assert await review.next("op", MONDAY + hours(3)) == []


async def test_a_message_that_is_still_on_its_way_is_waited_for_a_day(
    tickets, log, review, relabels, engine
):
    opened = await tickets.open(draft(), now=MONDAY)
    await moved(tickets, opened.number, WASTE)
    assert await relabels.run(MONDAY + hours(2)) == 0
    assert await SqlRelabels(engine).mark() == 0
    await logged(log, turn())
    assert await relabels.run(MONDAY + hours(3)) == 1
    other = await tickets.open(draft("m2#0", who="web:nobody-said"), now=MONDAY)
    await moved(tickets, other.number, WASTE, 4)
    before = await SqlRelabels(engine).mark()
    await relabels.run(MONDAY + hours(40))
    assert await SqlRelabels(engine).mark() > before


async def test_an_item_that_the_catalogue_lost_is_not_suggested(
    tickets, log, review, relabels
):
    await logged(log, turn())
    opened = await tickets.open(draft(), now=MONDAY)
    await moved(tickets, opened.number, "matter/noise")
    assert await relabels.run(MONDAY + hours(2)) == 0
    assert await review.next("op", MONDAY + hours(2)) == []


@pytest.mark.parametrize(
    ("turns", "item", "expected"),
    [
        ([turn("甲"), turn("乙", label=LIGHT)], GARBAGE, "甲"),
        ([turn("甲", label=LIGHT), turn("乙", label=LIGHT)], WASTE, "乙"),
        ([turn("甲", label="talk_greet")], GARBAGE, None),
        ([turn("甲")], LIGHT, None),
        ([turn("甲")], None, "甲"),
        ([], GARBAGE, None),
    ],
)
def test_the_newest_message_that_fits_best_opened_the_ticket(turns, item, expected):
    found = reporting_turn(turns, item)
    assert (found.text if found else None) == expected
