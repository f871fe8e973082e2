import pytest

from community.dialogue.call_back import CALL_BACK, number_told
from community.dialogue.meaning import Context, Said

PENSION = "service/pension_claim"


def said(text: str) -> Said:
    phone = (("phone", "13900001234"),) if "139" in text else ()
    return Said(text, "oos_other", 0.9, (), "answer", (), phone, None)


@pytest.mark.parametrize(
    ("context", "intent", "value"),
    [
        (Context(service=PENSION), "talk_handoff", CALL_BACK),
        (Context(service=PENSION, open_ticket="1125-1"), "supplement", None),
        (
            Context(
                open_ticket="1125-1",
                open_ticket_wants_number=True,
                requested_slot="report_place",
            ),
            "supplement",
            None,
        ),
    ],
)
def test_a_number_belongs_to_what_was_talked_of(context, intent, value) -> None:
    meaning = number_told(said("13900001234 赵秀英"), context, None)
    assert meaning is not None
    assert (meaning.intent, meaning.value) == (intent, value)


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("13900001234", Context()),
        ("13900001234", Context(open_ticket="1125-1", requested_slot="report_place")),
        ("13900001234", Context(service=PENSION, question={"kind": "visit"})),
        ("13900001234", Context(open_ticket="1125-1", open_ticket_is_urgent=True)),
        ("骗子的电话 13900001234", Context(service=PENSION)),
        ("要带啥", Context(service=PENSION)),
    ],
)
def test_others_read_what_is_no_number_or_has_its_own_place(text, context) -> None:
    assert number_told(said(text), context, None) is None
