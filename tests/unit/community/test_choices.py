"""Which of the offered choices a message takes."""

import pytest

from community.dialogue.choices import choose, first_of_yes_or_no

OFFERED = (
    ("低保", '/service{"chosen_item": "service/subsistence_allowance"}'),
    ("临时救助", '/service{"chosen_item": "service/temporary_relief"}'),
    ("找网格员帮忙", "/talk_handoff"),
)


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("1", "service/subsistence_allowance"),
        ("第一个", "service/subsistence_allowance"),
        ("选2", "service/temporary_relief"),
        ("就是第二个吧", "service/temporary_relief"),
        ("临时救助", "service/temporary_relief"),
        ("低保。", "service/subsistence_allowance"),
    ],
)
def test_a_choice_is_taken_by_number_or_words(said, item):
    chosen = choose(said, None, OFFERED)
    assert chosen is not None
    assert chosen.item == item


@pytest.mark.parametrize("said", ["都不是", "不是这些", "全不对"])
def test_none_of_the_choices_is_a_no(said):
    chosen = choose(said, None, OFFERED)
    assert chosen is not None
    assert chosen.intent == "talk_deny"


@pytest.mark.parametrize(
    "said", ["4", "二楼漏水了", "我要低保和临时救助", "", "1200块"]
)
def test_other_words_are_no_choice(said):
    assert choose(said, None, OFFERED) is None


def test_numbers_mean_nothing_when_nothing_was_offered():
    assert choose("1", None, ()) is None


def test_a_tapped_choice_of_an_earlier_message_still_counts():
    chosen = choose("去哪办", '/service{"chosen_item": "service/id_card"}', OFFERED)
    assert chosen is not None
    assert chosen.item == "service/id_card"


@pytest.mark.parametrize(
    "payload", ["/restart", "/inform{}", "/emergency", "rm -rf", "/service{broken"]
)
def test_a_forged_payload_is_no_choice(payload):
    assert choose("x", payload, OFFERED) is None


@pytest.mark.parametrize(
    ("said", "item"),
    [
        ("就是低保吧", "service/subsistence_allowance"),
        ("临时救助那个", "service/temporary_relief"),
        ("临时的", "service/temporary_relief"),
    ],
)
def test_a_choice_is_taken_by_part_of_its_words(said, item):
    chosen = choose(said, None, OFFERED)
    assert chosen is not None
    assert chosen.item == item


def test_a_number_is_no_choice_where_only_one_button_is_shown():
    assert choose("1", None, (("不报了", "/talk_cancel"),)) is None


def test_a_matter_is_chosen_without_its_prefix():
    offered = (("反映：路灯照明", '/matter{"chosen_item": "matter/street_lighting"}'),)
    chosen = choose("路灯照明", None, offered)
    assert chosen is not None
    assert chosen.item == "matter/street_lighting"


def test_a_yes_takes_the_first_of_a_yes_or_no_question():
    chosen = first_of_yes_or_no((OFFERED[0], ("不是这个", "/talk_deny")))
    assert chosen is not None
    assert chosen.item == "service/subsistence_allowance"


def test_a_yes_takes_nothing_where_no_yes_or_no_was_asked():
    assert first_of_yes_or_no(OFFERED) is None


@pytest.mark.parametrize("said", ["是这个", "这个", "就是这个吧", "对这个"])
def test_this_is_a_yes_where_one_thing_was_asked_about(said: str) -> None:
    chosen = choose(said, None, (OFFERED[0], ("不是这个", "/talk_deny")))
    assert chosen is not None
    assert chosen.item == "service/subsistence_allowance"


def test_this_takes_nothing_of_a_list() -> None:
    assert choose("这个", None, OFFERED) is None


@pytest.mark.parametrize("said", ["报了", "报了吧"])
def test_whoever_agrees_does_not_refuse(said: str) -> None:
    assert choose(said, None, (("不报了", "/talk_cancel"),)) is None


@pytest.mark.parametrize("said", ["不是", "不是的"])
def test_a_refusal_is_taken_by_its_beginning(said: str) -> None:
    chosen = choose(said, None, (OFFERED[0], ("不是这个", "/talk_deny")))
    assert chosen is not None
    assert chosen.intent == "talk_deny"


PREFERENCES = (
    ("老年人优待", '/service{"chosen_item": "service/senior_preference"}'),
    ("退役军人服务", '/service{"chosen_item": "service/veteran_services"}'),
    ("要带什么", '/service{"chosen_item": "service/senior_preference"}'),
)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("老年的", "service/senior_preference"),
        ("军人", "service/veteran_services"),
        ("优待", "service/senior_preference"),
        ("人", None),
        ("退役军人家属", None),
    ],
)
def test_a_few_letters_that_one_title_has_take_it(text, item):
    chosen = choose(text, None, PREFERENCES)
    assert (chosen and chosen.item) == item
