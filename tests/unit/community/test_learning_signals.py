"""What the dialogue around a message shows."""

from datetime import timedelta

from community.learning.entry import LogEntry, Pseudonyms
from community.learning.guards import YOUNG, ExampleIndex, Known
from community.learning.signals import Reason, signals
from tests.conftest import NOW


def turn(seconds: int, text: str, **more: object) -> LogEntry:
    fields: dict[str, object] = {
        "message": f"m{seconds}",
        "person": "p",
        "at": NOW + timedelta(seconds=seconds),
        "channel": "web",
        "kind": "text",
        "text": text,
        "model": "m",
        "latency_ms": 10,
        "ranking": (("service/id_card", 0.99), ("service/id_card2", 0.01)),
        "decision": "answer",
        "intent": "service",
        "item": "service/id_card",
    }
    return LogEntry(**{**fields, **more})  # type: ignore[arg-type]


def reasons(*turns: LogEntry, known: bool = True) -> dict[str, set[Reason]]:
    found: dict[str, set[Reason]] = {}
    for signal in signals(turns, lambda gram: known):
        found.setdefault(signal.turn, set()).add(signal.reason)
    return found


def test_a_sure_answer_is_not_looked_at():
    assert reasons(turn(0, "身份证丢了咋补")) == {}


def test_an_abstention_is_looked_at_and_a_sure_one_weighs_less():
    unsure = (("oos_other", 0.5), ("service/id_card", 0.3))
    sure = (("oos_other", 0.97), ("service/id_card", 0.01))
    found = reasons(
        turn(0, "那个证咋整", ranking=unsure, decision="abstain"),
        turn(9_000, "今天天气好不好", ranking=sure, decision="abstain"),
    )
    assert found == {"m0": {Reason.ABSTAINED}, "m9000": {Reason.OUTSIDE}}


def test_what_was_chosen_after_choices_is_the_suggestion():
    asked = turn(0, "补贴", decision="clarify")
    chosen = turn(5, "高龄津贴", chosen=True, ranking=(), item="service/age")
    (signal,) = signals([asked, chosen], lambda gram: True)
    assert (signal.reason, signal.suggested) == (Reason.CLARIFIED, "service/age")


def test_none_of_these_says_that_the_choices_were_wrong():
    asked = turn(0, "补贴", decision="clarify")
    none = turn(5, "都不是", chosen=True, ranking=(), item=None)
    assert reasons(asked, none)["m0"] == {Reason.CLARIFIED, Reason.NOT_OFFERED}


def test_saying_it_again_within_a_minute_suggests_what_was_understood_then():
    first = turn(0, "俺娘的那个钱咋领", item="service/x")
    again = turn(40, "俺娘八十的那个高龄的钱咋领", item="service/age")
    (signal,) = signals([first, again], lambda gram: True)
    assert (signal.reason, signal.suggested) == (Reason.REPHRASED, "service/age")


def test_saying_it_again_much_later_is_another_question():
    first = turn(0, "俺娘的那个钱咋领")
    again = turn(200, "俺娘八十的那个高龄的钱咋领")
    assert reasons(first, again) == {}


def test_dislike_and_a_wish_for_a_person_speak_against_the_answer_before():
    answered = turn(0, "身份证丢了咋补")
    bad = turn(20, "答的不对", intent="talk_feedback_bad")
    person = turn(20, "转人工", intent="talk_handoff")
    assert reasons(answered, bad)["m0"] == {Reason.DISLIKED}
    assert reasons(answered, person)["m0"] == {Reason.HANDED_OVER}


def test_a_close_decision_and_unknown_words_are_looked_at():
    close = (("service/a", 0.5), ("service/b", 0.4))
    assert reasons(turn(0, "办证", ranking=close))["m0"] == {Reason.LOW_MARGIN}
    unknown = reasons(turn(0, "长者食堂刷脸机坏了"), known=False)
    assert unknown["m0"] == {Reason.NEW_WORDS}


def test_answers_to_a_form_and_taken_choices_are_no_questions():
    low = (("service/a", 0.3), ("service/b", 0.2))
    place = turn(0, "三号楼东头", intent="inform", ranking=low, decision="abstain")
    tapped = turn(5, "对", chosen=True, ranking=())
    assert reasons(place, tapped) == {}


def test_pseudonyms_differ_by_key_and_purpose():
    one, other = Pseudonyms("a"), Pseudonyms("b")
    assert one.person("web:x") == one.person("web:x") != other.person("web:x")
    assert one.person("web:x") != one.message("web:x")


def test_an_entry_survives_its_journey():
    entry = turn(0, "身份证丢了", facets=("process",), grid="g1", parts=("text",))
    assert LogEntry.from_json(entry.to_json()) == entry


def test_what_may_be_about_a_young_item_is_looked_at():
    ranking = (("service/id_card", 0.9), ("service/new", 0.05), ("talk_greet", 0.01))
    unlikely = (*ranking[::2], ("service/old", 0.005), ("service/new", 0.001))
    turns = [
        turn(0, "这个证咋整", ranking=ranking),
        turn(9_000, "身份证丢了咋补", ranking=unlikely),
    ]
    found = list(signals(turns, lambda gram: True, {"service/new"}))
    assert [(s.turn, s.reason) for s in found] == [("m0", Reason.YOUNG_ITEM)]
    assert list(signals(turns, lambda gram: True, {"service/other"})) == []


def test_items_of_the_catalogue_are_young_until_they_have_examples():
    known = [
        Known(f"{n}{label}", label) for label, count in COUNTS for n in range(count)
    ]
    assert ExampleIndex(known).young() == {"service/new"}


COUNTS = (("service/new", YOUNG - 1), ("service/old", YOUNG), ("talk_greet", 3))
