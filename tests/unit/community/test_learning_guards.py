"""What speaks against an example, and how alike texts are found."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.learning.grams import bands, grams, key_of, similarity
from community.learning.guards import Asked, ExampleIndex, Guard, Known, objections
from community.learning.splits import RECENT, TRAIN, is_after_cut, split_of
from tests.conftest import NOW

INDEX = ExampleIndex(
    [
        Known("俺娘八十三了高龄津贴要带啥", "service/age"),
        *(Known(f"第{n}个不一样的路灯问题在{n}街", "matter/light") for n in range(80)),
    ],
    kept_out=["低保一个月多少钱"],
)


def guards(text: str, label: str, **more: int) -> set[Guard]:
    waiting = Counter({label: more.pop("waiting", 0)})
    asked = Asked(text, more.pop("n_persons", 3), more.pop("n_turns", 3), **more)
    return {o.guard for o in objections(asked, label, INDEX, waiting)}


def test_a_new_wording_passes():
    assert guards("老人的补助上哪领去", "service/age") == set()


def test_a_repeated_example_is_redundant():
    assert guards("俺娘八十三了，高龄津贴要带啥", "service/age") == {Guard.REDUNDANT}


def test_the_same_words_for_another_label_contradict():
    found = guards("俺娘八十三了，高龄津贴要带啥？", "service/pension")
    assert found == {Guard.CONTRADICTION}


@pytest.mark.parametrize(
    "text", ["我电话13800001234，高龄津贴发了没", "身份证号370000194001011234能办不"]
)
def test_personal_numbers_leak(text):
    assert Guard.PERSONAL_DATA in guards(text, "service/age")


def test_a_message_that_judges_models_never_trains():
    assert guards("低保，一个月多少钱？", "service/low") == {Guard.KEPT_OUT}


def test_too_many_new_examples_of_a_label_swing_it():
    assert guards("西街的灯灭了好几盏", "matter/light", waiting=7) == set()
    assert guards("西街的灯灭了好几盏", "matter/light", waiting=12) == {Guard.BALANCE}


def test_a_new_item_may_learn_a_round_and_more_at_once():
    assert guards("老人的补助上哪领去", "service/age", waiting=60) == set()
    assert guards("老人的补助上哪领去", "service/age", waiting=80) == {Guard.BALANCE}
    assert guards("老人的补助上哪领去", "oos_gov", waiting=60) == {Guard.BALANCE}


def test_one_resident_who_pushes_is_noticed():
    pushed = guards("低保就是高龄津贴", "service/age", n_persons=1, n_turns=1_000)
    assert Guard.ONE_VOICE in pushed
    many = guards("西街的灯灭了好几盏", "matter/light", persons_waiting=5)
    assert many == {Guard.ONE_VOICE}


def test_marks_spaces_and_numbers_do_not_tell_texts_apart():
    assert key_of("3号楼 路灯不亮！") == key_of("15号楼，路灯不亮")
    assert key_of("我叫〔姓名〕，路灯不亮") == key_of("我叫路灯不亮")


def test_a_misheard_wording_is_nearer_than_another_question():
    said, misheard = grams("低保要带什么材料"), grams("底保要带什么材料")
    assert similarity(said, misheard) > 0.5 > similarity(said, grams("路灯坏了找谁"))


def test_near_duplicates_share_a_band_and_others_do_not():
    one = set(bands(grams("请问小区里的路灯不亮了找谁修啊")))
    near = set(bands(grams("小区里的路灯不亮了找谁来修")))
    far = set(bands(grams("高龄津贴今年涨不涨")))
    assert one & near
    assert not one & far


def test_the_split_is_fixed_by_person_and_about_a_fifth_judges():
    people = [f"{n * 2654435761 % 2**32:08x}" for n in range(2_000)]
    splits = Counter(split_of(person, NOW) for person in people)
    assert split_of(people[0], NOW) == split_of(people[0], NOW)
    assert 0.15 < splits[RECENT] / len(people) < 0.25
    assert set(splits) == {RECENT, TRAIN}


def test_after_the_cut_everybody_judges_until_the_next_ten_days():
    people = [f"{n * 2654435761 % 2**32:08x}" for n in range(200)]
    days = [NOW + timedelta(days=n) for n in range(30)]
    only_judging = [
        all(split_of(person, day) == RECENT for person in people) for day in days
    ]
    assert only_judging.count(True) == 3
    first = only_judging.index(True)
    assert only_judging[first::10] == [True] * 3
    # The cut falls at midnight of the community, for all of that day.
    midnight = days[first].replace(hour=16, minute=0) - timedelta(days=1)
    assert is_after_cut(midnight)
    assert not is_after_cut(midnight - timedelta(seconds=1))
    assert is_after_cut(midnight + timedelta(hours=23, minutes=59))


SIGNS = "甲乙丙丁戊己庚辛壬癸子丑"


@given(
    st.lists(
        st.sets(st.sampled_from(range(12))).map(sorted),
        min_size=1,
        max_size=5,
    )
)
def test_an_index_that_follows_the_data_is_like_a_new_one(versions):
    said = [
        Known(f"{'路灯津贴低保'[n % 5 :]}{n}号", f"service/s{n % 3}") for n in range(12)
    ]
    followed = ExampleIndex([])
    for version in versions:
        known = [said[n] for n in version]
        followed.update(known, [f"考{SIGNS[n]}" for n in version])
        fresh = ExampleIndex(known, [f"考{SIGNS[n]}" for n in version])
        assert followed.counts == fresh.counts
        assert followed.young() == fresh.young()
        for text in ("路灯坏了", "低保3号", "考"):
            assert [s for s, _ in followed.nearest(text, count=9)] == [
                s for s, _ in fresh.nearest(text, count=9)
            ]
            assert all(followed.is_known(g) == fresh.is_known(g) for g in grams(text))
        assert all(
            followed.is_kept_out(f"考{SIGNS[n]}") == (n in version) for n in range(12)
        )
