"""What is answered in words to the assistant's own questions, outside the form."""

import pytest

from community.dialogue.meaning import Context, Said
from community.dialogue.own_questions import case_told, lacks_something, photo_to_send
from community.dialogue.questions import answered
from community.dialogue.visits import answers_visit
from community.dialogue.wordings import wishes_for_somebody
from community.payloads import item_payload

SCHOOL = "service/school_enrollment"
OFFERED = (
    ("本地户口", item_payload(SCHOOL, (), "household=local")),
    ("外地户口", item_payload(SCHOOL, (), "household=elsewhere")),
)


def said(text, label="talk_deny"):
    return Said(text, label, 0.5, (), "answer", (), (), None)


@pytest.mark.parametrize("text", ["没有本地户口", "户口在老家", "俺是外地的"])
def test_the_case_is_told_in_words(text, catalog):
    meaning = case_told(said(text), Context(offered=OFFERED), catalog)
    assert (meaning.intent, meaning.item) == ("service", SCHOOL)


def test_without_that_question_it_tells_nothing(catalog):
    assert case_told(said("没有本地户口"), Context(), catalog) is None
    assert case_told(said("先不说这个"), Context(offered=OFFERED), catalog) is None


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("没有租房合同", True),
        ("俺没房本", True),
        ("没了", False),
        ("没别的了", False),
        ("没事", False),
        ("没有", False),
        ("不办了", False),
    ],
)
def test_what_is_lacking_is_asked_of_the_service_talked_of(text, lacks, catalog):
    context = Context(item=SCHOOL, service=SCHOOL)
    assert bool(lacks_something(said(text), context, catalog)) is lacks
    assert lacks_something(said(text), Context(), catalog) is None


def visit(**known):
    told = {"words": "找人上门", "whom": "", "when": "", **known}
    return {"kind": "visit", "visit": told}


@pytest.mark.parametrize(
    ("text", "known", "answers"),
    [
        ("替俺二舅", {}, True),
        ("她同意", {}, True),
        ("没动手", {}, False),
        ("就站着", {"whom": "self"}, False),
        ("后天下午", {"whom": "self"}, True),
        ("你们看着来", {"whom": "self"}, True),
    ],
)
def test_only_an_answer_fills_the_wish_for_a_visit(text, known, answers):
    assert answers_visit(text, visit(**known)) is answers
    context = Context(question=visit(**known))
    assert bool(answered(said(text, "oos_other"), context, None)) is answers


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("给俺叫个人来", True),
        ("转真人", True),
        ("让主任跟俺说", True),
        ("队长家占了两份", False),
        ("那个网格员小周人不错", False),
        ("要账的来俺家", False),
    ],
)
def test_a_remark_is_no_wish_for_somebody(text, wishes):
    assert wishes_for_somebody(text) is wishes


@pytest.mark.parametrize(
    ("text", "ticket", "asks"),
    [
        ("俺拍了照片", None, True),
        ("照片往哪发", None, True),
        ("咋发", "1123-0001", True),
        ("咋发", None, False),
        ("养老金咋发", "1123-0001", False),
        ("有照片的身份证丢了", None, False),
    ],
)
def test_who_has_a_photo_is_told_how_to_send_it(text, ticket, asks, catalog):
    context = Context(open_ticket=ticket)
    assert bool(photo_to_send(said(text), context, catalog)) is asks
    form = Context(open_ticket=ticket, requested_slot="report_confirm")
    assert photo_to_send(said(text), form, catalog) is None
