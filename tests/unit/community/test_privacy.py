"""Masking of personal numbers, names and rooms."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.privacy import (
    MARKS,
    PrivateKind,
    PrivateSpan,
    mask,
    private_numbers,
    private_spans,
)

PHONES = [
    "13800001234",
    "138 0000 1234",
    "138-0000-1234",
    "138.0000.1234",
    "1380000 1234",
    "138 00001234",
    "1 3 8 0 0 0 0 1 2 3 4",
    "１３８００００１２３４",
    "１３８　００００　１２３４",
    "幺三八零零零零幺二三四",
    "一三八〇〇〇〇一二三四",
    "一三八四个零一二三四",
    "幺三八，零零零零，幺二三四",
    "138，0000，1234",
    "+86 13800001234",
    "0086-13800001234",
    "8613800001234",
    "0539-7210001",
    "05397210001",
    "0539 7210001",
    "0539—7210001",
    "（0539）7210001",
    "(0539)721-0001",
    "010-62000000",
    "零五三九七二幺零零零幺",
]

ID_NUMBERS = [
    "37132719480312000X",
    "37132719480312000x",
    "371327194803120001",
    "371327 19480312 0001",
    "371327 1948 0312 0001",
    "371327-19480312-000X",
    "３７１３２７１９４８０３１２０００１",
    "三七幺三二七幺九四八零三幺二零零零八",
    "三七一三二七一九四八零三一二零零零叉",
    "371327480312000",
]

CARDS = [
    "6222000000001234567",
    "6222 0000 0000 1234 567",
    "6217-0000-0000-0123",
    "62170000000012345",
]

PUBLIC = [
    "打12345没人接，打了110也不来",
    "95598、96110、12348、119、120都打过",
    "12345 12333 12315",
    "400-820-8820是厂家的",
    "电话400-820-8820打不通",
    "2026年11月25日 2026-11-25 20261125",
    "二〇二六年十一月二十五日",
    "一九九八年建的，一九九九年住的",
    "押金1380000元，水费380.5元",
    "电费500块，面积120.5平米，共3600元",
    "住3-2-501，十二号楼二单元一二零一",
    "1、3、5、7、9、11、12、13号楼都停水",
    "1 3 5 7 9 11 12 13号楼都停水",
    "水费单号20240001234",
    "发票代码037001900104",
    "GB50016-2014",
    "一二三四五，上山打老虎",
    "1024乘768",
    "电话费100元",
    "",
    "😀",
]


@pytest.mark.parametrize("number", PHONES)
@pytest.mark.parametrize("sentence", ["{}", "俺电话{}，找小王", "打{}就行"])
def test_phone_in_any_writing_is_masked(number: str, sentence: str) -> None:
    assert mask(sentence.format(number)) == sentence.format("〔电话〕")


@pytest.mark.parametrize("number", ID_NUMBERS)
@pytest.mark.parametrize("sentence", ["{}", "身份证号{}，住东关", "她是{}的"])
def test_id_number_in_any_writing_is_masked(number: str, sentence: str) -> None:
    assert mask(sentence.format(number)) == sentence.format("〔身份证〕")


@pytest.mark.parametrize("number", CARDS)
def test_card_number_is_masked(number: str) -> None:
    assert mask(f"卡号{number}。") == "卡号〔卡号〕。"


@pytest.mark.parametrize("text", PUBLIC)
def test_public_numbers_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13900002020,13900003030", "〔电话〕,〔电话〕"),
        ("13900002020 13900003030 0539-7210002", "〔电话〕 〔电话〕 〔电话〕"),
        ("371327199001010007 15800001919", "〔身份证〕 〔电话〕"),
        ("2026-11-25 13800001234", "2026-11-25 〔电话〕"),
        ("住1-3-401 138 0000 1234", "住1-3-401 〔电话〕"),
        ("5号楼1501 138 0000 1234", "5号楼1501 〔电话〕"),
        ("五零二幺三八零零零零幺二三四", "五零二〔电话〕"),
        ("座机7210055", "座机〔电话〕"),
        ("身份证3713271948031200011打错没", "身份证〔身份证〕打错没"),
        ("电话138 0000 12345", "电话〔电话〕"),
        ("电话12345 12333", "电话12345 12333"),
        ("13800001234×2", "〔电话〕×2"),
        ("13800001234 xxx", "〔电话〕 xxx"),
    ],
)
def test_neighbouring_numbers_are_told_apart(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("piece", ["1 3 8 0 ", "1-", "1380000", "幺", "三个零", "+86"])
def test_a_hostile_message_takes_little_time(piece: str) -> None:
    text = (piece * 2000)[:2000]
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 1


def test_dictated_number_is_given_in_digits() -> None:
    (span,) = private_numbers("俺电话幺三八四个零一二三四")
    assert span == PrivateSpan(3, 13, PrivateKind.PHONE, "13800001234")


def test_persons_and_rooms_are_masked_where_given() -> None:
    text = "我叫王桂兰，住3号楼501室，电话13800001234"
    entities = [
        {"entity": "person", "start": 2, "end": 5},
        {"entity": "building", "start": 7, "end": 10},
        {"entity": "room", "start": 10, "end": 14},
    ]
    masked = mask(text, private_spans(entities))
    assert masked == "我叫〔姓名〕，住3号楼〔门牌〕，电话〔电话〕"


def test_overlapping_spans_leave_no_rest() -> None:
    spans = [
        PrivateSpan(0, 3, PrivateKind.PERSON),
        PrivateSpan(2, 5, PrivateKind.ROOM),
    ]
    assert mask("甲乙丙丁戊己", spans) == "〔姓名〕己"


@given(st.text(alphabet="0123456789 -幺三八零个室号楼，xX十元电话①🙂", max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(max_size=80))
def test_positions_are_ordered_and_inside_the_text(text: str) -> None:
    edges = [edge for s in private_numbers(text) for edge in (s.start, s.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


def test_marks_hold_no_digit_and_cover_every_kind() -> None:
    assert set(MARKS) == set(PrivateKind)
    assert not any(char.isdigit() for mark in MARKS.values() for char in mark)
