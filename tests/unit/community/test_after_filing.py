"""What is told right after a report was filed."""

from dataclasses import replace

import pytest

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Said
from community.reports.after_filing import CONTACT, WORSE, place_told_on, told_on

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
