"""What residents want of their tickets, of a visit, of their data."""

from dataclasses import asdict

import pytest

from community.dialogue.meaning import Context, Said
from community.dialogue.ticket_wishes import forget_wish, visit_wish, wishes
from community.dialogue.visits import (
    AGREED,
    SELF,
    UNASKED,
    UNTOLD,
    Visit,
    answers_visit,
    whom_in,
)
from community.tickets.telling import number_in


def said(text, label="oos_other", decision="abstain"):
    return Said(text, label, 0.5, (), decision, (), (), None)


def intent(text, *, open_ticket="1125-0001"):
    meaning = wishes(said(text), Context(open_ticket=open_ticket), None)
    return meaning and meaning.intent


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1125-4837", "1125-4837"),
        ("11254837 咋样了", "1125-4837"),
        ("１１２５－４８３７", "1125-4837"),
        ("幺幺二五 四八三七", "1125-4837"),
        ("13912345678", None),
        ("9925-4837", None),
        ("3号楼", None),
    ],
)
def test_a_number_in_any_writing(text, number):
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("催一下", "ticket_urge"),
        ("帮俺催催", "ticket_urge"),
        ("撤回吧", "ticket_withdraw"),
        ("不用来了", "ticket_withdraw"),
        ("补充：二楼也不亮", "supplement"),
        ("查一下我的反映", "talk_ticket_status"),
        ("俺报的那个咋样了", "talk_ticket_status"),
        ("咋还没人来", "talk_ticket_status"),
        ("算了算了 不报了", "ticket_withdraw"),
        ("你别给俺反映了", "ticket_withdraw"),
        ("撤回1125-4837", "ticket_withdraw"),
        ("1125-4837催一下", "ticket_urge"),
        ("低保咋办", None),
    ],
)
def test_a_wish(text, wanted):
    assert intent(text) == wanted


@pytest.mark.parametrize(
    ("text", "label", "wanted"),
    [
        ("老人天天打那过 能不能快些", "matter/building_fall_hazard", "ticket_urge"),
        ("墙皮往下掉 能不能快点来", "matter/building_fall_hazard", None),
    ],
)
def test_hurry_is_no_new_matter_without_a_word_of_it(text, label, wanted, catalog):
    filed = Context(item="matter/street_lighting", open_ticket="1125-0001")
    meaning = wishes(said(text, label, "answer"), filed, catalog)
    assert (meaning and meaning.intent) == wanted


def test_nobody_came_means_nothing_to_whoever_filed_nothing():
    assert intent("咋还没人来", open_ticket=None) is None


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("删除我的信息", True),
        ("把我的信息都删了吧", True),
        ("我的信息怎么删除", False),
        ("删掉那棵树", False),
    ],
)
def test_the_wish_to_be_forgotten(text, wants):
    assert bool(forget_wish(said(text), Context(), None)) is wants


def test_a_visit_keeps_the_service_talked_of(catalog):
    context = Context(service="service/subsistence_allowance")
    meaning = visit_wish(said("想请人上门"), context, catalog)
    assert (meaning.intent, meaning.item) == ("visit", "service/subsistence_allowance")
    assert visit_wish(said("能请人上门吗"), context, catalog) is None


@pytest.mark.parametrize(
    ("words", "whom", "step"),
    [
        ("俺腿脚不好，想请人代办", SELF, "when"),
        ("找人上门给俺娘办", "", "whom"),
        ("俺娘让俺找人上门办", AGREED, "when"),
    ],
)
def test_what_the_first_message_says_is_not_asked_again(words, whom, step):
    visit = Visit.told(words, None, "", "")
    assert (visit.whom, visit.step) == (whom, step)


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("她愿意", AGREED),
        ("还没问她", UNASKED),
        ("给我自己", SELF),
        ("俺二舅", "俺二舅"),
    ],
)
def test_for_whom(text, whom):
    assert whom_in(text) == whom


@pytest.mark.parametrize(
    ("text", "is_wish"),
    [
        ("能不能派个大夫来给俺换换药", True),
        ("有没有人上俺家帮俺换个灯泡", True),
        ("可不可以来个人陪俺坐坐", True),
        ("低保能上门办不", False),
        ("有没有人管这事", False),
    ],
)
def test_a_polite_question_for_somebody_is_a_wish(text, is_wish, catalog):
    meaning = visit_wish(said(text), Context(), catalog)
    assert (meaning is not None) is is_wish
    filed = Context(item="matter/noise", open_ticket="1125-0001")
    assert visit_wish(said(text), filed, catalog) is None


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        ("俺七十九了 腿脚不灵便", True),
        ("金桂花园2号楼3单元", True),
        ("后天下午", True),
        ("八十岁补贴咋领", False),
        ("没动手", False),
    ],
)
def test_who_and_where_it_is_are_told_beside_the_time(answer, counts):
    visit = Visit.told("能不能派个大夫来给俺换换药", None, "", "")
    assert (visit.whom, visit.step) == (SELF, "when")
    question = {"kind": "visit", "visit": asdict(visit)}
    assert answers_visit(answer, question) is counts


def test_a_bare_yes_consents_only_for_somebody_who_was_named():
    assert whom_in("中", "娘") == AGREED
    assert whom_in("中") == UNTOLD
    assert whom_in("好的") == UNTOLD


def test_somebody_is_to_come_in_everyday_words(catalog):
    context = Context(service="service/disability_certificate")
    for text in ("那你叫人来看看", "叫人来一趟", "恁派个人来"):
        meaning = visit_wish(said(text), context, catalog)
        assert meaning is not None, text
        assert meaning.item == "service/disability_certificate"
