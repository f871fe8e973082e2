"""What is told right after a report was filed."""

from dataclasses import replace

import pytest

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Said
from community.reports.after_filing import (
    CONTACT,
    STILL,
    WORSE,
    another_problem,
    not_solved,
    place_told_on,
    told_on,
)

FILED = Context(item="matter/noise", open_ticket="1128-0001")


def said(text: str, label: str = "oos_other", confidence: float = 0.5, **kw) -> Said:
    decision = kw.pop("decision", "abstain")
    return Said(text, label, confidence, (), decision, (), kw.get("entities", ()), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("今儿又砸上了", WORSE),
        ("水漫到屋里了", WORSE),
        ("他家也不容易 你们好好说", None),
        ("701", None),
        ("天黑了啥也看不见", None),
        ("俺白天上班 晚上在家", None),
    ],
)
def test_more_words_go_onto_the_ticket(
    text: str, value: str | None, catalog: Catalog
) -> None:
    meaning = told_on(said(text), FILED, catalog)
    assert meaning is not None
    assert (meaning.intent, meaning.value) == ("supplement", value)


@pytest.mark.parametrize("text", ["今天能来人吗", "今晚能好不"])
def test_when_somebody_comes_is_looked_up(text: str, catalog: Catalog) -> None:
    meaning = told_on(said(text), FILED, catalog)
    assert meaning is not None
    assert meaning.intent == "talk_ticket_status"


@pytest.mark.parametrize(
    "other",
    [
        said("讲个笑话", confidence=0.999),
        said("谢谢您了", "talk_thanks", 0.9, decision="answer"),
        said("低保能领不能", "service/subsistence_allowance", 0.9, decision="answer"),
        said("谁赔钱呢"),
        said("哈哈"),
        said("修好了没"),
        said("我还有个事"),
        said("想俺闺女了"),
    ],
)
def test_other_words_do_not(other: Said, catalog: Catalog) -> None:
    assert told_on(other, FILED, catalog) is None


def test_nothing_is_added_once_something_else_was_talked_of(
    catalog: Catalog,
) -> None:
    context = replace(FILED, item="service/subsistence_allowance")
    assert told_on(said("今儿又砸上了"), context, catalog) is None


def test_a_missing_place_is_the_place(catalog: Catalog) -> None:
    context = replace(FILED, open_ticket_wants_place=True)
    meaning = place_told_on(said("大柳树村东头"), context, catalog)
    assert meaning is not None
    assert meaning.value == "place:大柳树村东头"
    assert place_told_on(said("大柳树村东头"), FILED, catalog) is None


def test_a_house_completes_the_place(catalog: Catalog) -> None:
    meaning = place_told_on(said("12号楼"), FILED, catalog)
    assert meaning is not None
    assert meaning.value == "place:12号楼"


def test_a_wrong_number_is_asked_for(catalog: Catalog) -> None:
    meaning = place_told_on(said("电话写错了"), FILED, catalog)
    assert meaning is not None
    assert meaning.value == CONTACT


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("报了跟没报一样", "talk_cancel"),
        ("还在唱 一点用没有", "talk_cancel"),
        ("没弄好啊 应付事", "talk_greet"),
        ("来人转了一圈 不管用", "talk_feedback_bad"),
        ("还没清", "talk_deny"),
        ("到现在没人管", "oos_other"),
    ],
)
def test_what_goes_on_is_pressed_for_whatever_it_sounds_like(text, label, catalog):
    meaning = not_solved(said(text, label, 0.7, decision="answer"), FILED, catalog)
    assert (meaning.intent, meaning.value) == ("supplement", STILL)


@pytest.mark.parametrize(
    "text",
    ["修好了", "谢谢", "要是还没修好咋弄", "还没修好吗", "我还在外地 下周回"],
)
def test_other_words_do_not_press(text, catalog):
    assert not_solved(said(text), FILED, catalog) is None


def test_a_clear_other_problem_is_no_pressing(catalog):
    other = said(
        "井盖还没盖上", "matter/road_manhole", confidence=0.9, decision="answer"
    )
    assert not_solved(other, FILED, catalog) is None
    urgent = replace(FILED, open_ticket_is_urgent=True)
    assert not_solved(said("还没修"), urgent, catalog) is None


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("这个得多长时间给弄好", "talk_ask_facet", None),
        ("不是树的事 主要是没人浇水", "supplement", None),
        ("12345俺也打过了 说给转", "supplement", None),
    ],
)
def test_what_is_asked_and_put_right_after_filing(text, intent, value, catalog):
    meaning = not_solved(said(text), FILED, catalog)
    assert (meaning.intent, meaning.value) == (intent, value)


def test_whether_they_come_is_looked_up(catalog):
    meaning = told_on(said("你们能不能来看看"), FILED, catalog)
    assert meaning.intent == "talk_ticket_status"


def test_talk_without_a_word_of_it_is_no_talk(catalog):
    meaning = told_on(said("又窜出来了 撵俺孩子", "talk_greet", 0.7), FILED, catalog)
    assert (meaning.intent, meaning.value) == ("supplement", WORSE)
    assert told_on(said("又见面了 你好", "talk_greet", 0.7), FILED, catalog) is None


@pytest.mark.parametrize(
    ("text", "label", "item"),
    [
        ("那井盖呢", "talk_ask_facet", "matter/road_manhole"),
        ("井盖也没了", "matter/road_manhole", "matter/road_manhole"),
        ("那你呢", "talk_ask_facet", None),
        ("俺娘也睡不着", "matter/road_manhole", None),
    ],
)
def test_another_problem_named_beside_it_is_a_report(text, label, item, catalog):
    manhole = ("matter/road_manhole",)
    what = Said(text, label, 0.4, (), "clarify", manhole, (), None)
    meaning = another_problem(what, FILED, catalog)
    assert (meaning and meaning.item) == item
    assert another_problem(what, Context(), catalog) is None
