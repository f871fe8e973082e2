"""Praise of those who work for the residents."""

import pytest

from community.dialogue.meaning import Context, Said
from community.dialogue.praise import PRAISE, praise

FILED = Context(item="matter/noise", open_ticket="1128-0001")


def read(text, catalog, context=FILED):
    said = Said(text, "talk_feedback_good", 0.9, (), "answer", (), (), None)
    return praise(said, context, catalog)


@pytest.mark.parametrize(
    "text", ["网格员小孙来得快 表扬一下", "师傅半夜还来修 给他点个赞"]
)
def test_it_goes_to_whoever_did_it_well(text, catalog):
    told = read(text, catalog)
    assert (told.intent, told.value) == ("supplement", PRAISE)
    unknown = read(text, catalog, Context())
    assert (unknown.intent, unknown.value) == ("talk_handoff", PRAISE)


@pytest.mark.parametrize(
    "text",
    ["你答得真好 表扬你", "这回答得不错 值得表扬", "咋给网格员写感谢信", "小孙修好了"],
)
def test_other_words_are_none(text, catalog):
    assert read(text, catalog) is None


def test_within_a_report_it_is_told_there(catalog):
    form = Context(requested_slot="report_since")
    assert read("网格员小孙来得快 表扬一下", catalog, form) is None
