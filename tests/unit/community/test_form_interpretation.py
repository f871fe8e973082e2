"""What a message means while the report form waits for an answer."""

import pytest

from community.catalog.model import Catalog
from community.dialogue.meaning import Context, Said
from community.reports.form_interpretation import NO_PHOTO, within_form

AT_SUMMARY = Context(requested_slot="report_confirm", report_item="matter/noise")


def said(text: str, label: str = "oos_other", confidence: float = 0.5, **kw) -> Said:
    decision = kw.pop("decision", "abstain")
    return Said(text, label, confidence, (), decision, (), kw.get("entities", ()), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("不会发 算了", NO_PHOTO),
        ("俺没拍照", NO_PHOTO),
        ("照片就算了", NO_PHOTO),
        ("工资一直不发", None),
        ("摄像头没拍到", None),
        ("照片不清楚", None),
    ],
)
def test_no_photo_is_told_from_what_is_not_paid(
    text: str, value: str | None, catalog: Catalog
) -> None:
    assert within_form(said(text), AT_SUMMARY, catalog).value == value


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        ("report_which", said("25号门口", "talk_goodbye", 0.9)),
        ("report_since", said("好几回了", "talk_thanks", 0.9)),
        ("report_confirm", said("书记知道", "talk_handoff", 0.9)),
        (
            "report_confirm",
            said(
                "打俺闺女的电话 13900001234",
                "talk_handoff",
                0.9,
                entities=(("phone", "13900001234"),),
            ),
        ),
        ("report_confirm", said("下雨漏", "matter/building_leak", 0.9)),
    ],
)
def test_what_answers_the_form_leaves_it_for_nothing(
    slot: str, words: Said, catalog: Catalog
) -> None:
    context = Context(requested_slot=slot, report_item="matter/noise")
    meaning = within_form(words, context, catalog)
    assert (meaning.intent, meaning.value) == ("inform", None)


@pytest.mark.parametrize("slot", ["report_place", "report_since", "report_confirm"])
def test_what_is_over_ends_the_form(slot: str, catalog: Catalog) -> None:
    context = Context(requested_slot=slot, report_item="matter/noise")
    assert within_form(said("他搬走了"), context, catalog).intent == "talk_cancel"


def test_what_was_mended_is_told_while_the_story_is_asked(catalog: Catalog) -> None:
    context = Context(requested_slot="report_what", report_item="matter/noise")
    assert within_form(said("又修好了"), context, catalog).intent == "inform"
