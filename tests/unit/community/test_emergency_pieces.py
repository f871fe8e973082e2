"""Dangers that only several messages tell, and harmless ones that go on."""

import pytest

from community.dialogue.meaning import Context, Said
from community.emergencies.pieces import adds_up, is_guess_within_form, told_before

FORM = Context(
    requested_slot="report_place",
    report_item="matter/elder_welfare_check",
    account="老太太在茅房里待了半天",
    before="老太太在茅房里待了半天",
)


def said(text, *, danger=-0.5, emergency=None, label="oos_other", entities=()):
    return Said(text, label, 0.5, (), "abstain", (), tuple(entities), emergency, danger)


def meaning(before, text, catalog, *, context=FORM, danger=0.5, rule="medical", **more):
    joined = said(f"{before}，{text}", danger=danger, emergency=rule)
    return adds_up(before, said(text, **more), joined, context, catalog)


def test_a_certain_danger_of_two_pieces_is_heard(catalog):
    told = told_before(FORM)
    heard = meaning(told, "喊她也不答应", catalog, danger=-0.2)
    assert heard is not None
    assert heard.intent == "emergency"
    assert heard.clause == f"{told}，喊她也不答应"


def test_what_a_model_hears_in_two_pieces_must_be_plain(catalog):
    assert meaning("俺爹脸色不好", "一直出汗", catalog, danger=0.4)
    assert meaning("俺爹脸色不好", "一直出汗", catalog, danger=0.1) is None
    # The first piece alone is as bad: what follows adds nothing.
    assert (
        meaning("俺爹脸色不好", "难受", catalog, danger=0.4, **{"rule": None}) is None
    )


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("喜鹊新村5号楼", [("address", "喜鹊新村5号楼")]),
        ("13800001234", [("phone", "13800001234")]),
        ("打俺闺女电话 13800001234", [("phone", "13800001234")]),
        ("没人受伤", []),
        ("低保咋办", []),
        ("从昨晚", [("time", "昨晚")]),
        ("今天早上开始的", [("time", "今天早上")]),
    ],
)
def test_places_numbers_and_services_make_no_danger(text, entities, catalog):
    assert meaning("老太太在茅房里", text, catalog, entities=entities) is None


def test_a_danger_that_was_passed_over_is_not_heard_again(catalog):
    """It stood in the words before, and was not believed there."""
    before = "叫他也不答应"
    assert meaning(before, "半天了", catalog, danger=0.5) is None


def test_a_model_reads_too_much_about_people_into_pieces(catalog):
    told = "闺女不管我"
    for rule in ("violence_home", "self_harm", "missing", "crime"):
        assert meaning(told, "她在家", catalog, danger=0.8, rule=rule) is None


def test_the_hazard_of_the_open_report_is_heard_in_pieces(catalog):
    context = Context(requested_slot="report_what", report_item="matter/elevator_fault")
    joined = said("电梯停在三楼，门打不开")
    heard = adds_up("电梯停在三楼", said("门打不开"), joined, context, catalog)
    assert heard is not None
    assert heard.item == "matter/elevator_fault"


def test_what_follows_an_alarm_is_more_about_it():
    context = Context(
        item="matter/gas_safety",
        open_ticket="1128-0001",
        open_ticket_is_urgent=True,
        before="闻着煤气味",
    )
    assert told_before(context) == ""


@pytest.mark.parametrize(
    ("text", "danger", "rule", "context", "is_guess"),
    [
        ("还在那里敲", 0.3, "crime", FORM, True),
        ("还在那里敲", 0.3, "crime", Context(), False),
        ("还在那里敲", 0.9, "crime", FORM, False),
        ("还在那里敲", 0.3, "self_harm", FORM, False),
        ("他拿刀呢", 0.3, "crime", FORM, False),  # a certain sign
    ],
)
def test_a_few_words_in_a_form_are_judged_with_its_story(
    text, danger, rule, context, is_guess
):
    heard = said(text, danger=danger, emergency=rule)
    assert is_guess_within_form(heard, context) is is_guess


def test_a_denial_is_no_piece_of_a_danger():
    context = Context(
        requested_slot="report_since",
        account="家里停气了；没闻到煤气味；刚买的气",
        before="没闻到煤气味",
    )
    assert told_before(context) == "家里停气了；刚买的气"
