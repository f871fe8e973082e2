"""Limits of menus, QR codes, media and texts."""

from datetime import datetime, timezone
from typing import Any

import pytest

from simulator import texts
from simulator.clock import Clock
from simulator.media import MediaStore, QrCodes
from simulator.menus import check_menu
from simulator.refusals import ApiRefusalError

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=timezone.utc)
CLICK = {"type": "click", "name": "报事", "key": "k"}


def menu_code(*buttons: Any) -> int:
    try:
        check_menu({"button": list(buttons)})
    except ApiRefusalError as err:
        return err.errcode
    return 0


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([CLICK], 0),
        ([{"name": "办事", "sub_button": [CLICK] * 5}], 0),
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([{**CLICK, "type": "dance"}], 40017),
        ([{**CLICK, "name": "六个汉字太长"}], 40018),
        ([{**CLICK, "name": "五个汉字长"}], 40018),
        ([{**CLICK, "name": "四个汉字"}], 0),
        ([{**CLICK, "name": ""}], 40018),
        ([{**CLICK, "key": "k" * 129}], 40019),
        ([{"type": "click", "name": "报事"}], 40019),
        ([{"type": "view", "name": "看", "url": "h" * 1025}], 40020),
        ([{"type": "view", "name": "看"}], 40020),
        ([{"name": "办事", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "办事", "sub_button": [{**CLICK, "type": "x"}]}], 40024),
        ([{"name": "办事", "sub_button": [{**CLICK, "name": "字" * 21}]}], 40025),
        ([{"name": "办事", "sub_button": [{**CLICK, "key": ""}]}], 40026),
        ([{"name": "办事", "sub_button": [{"type": "view", "name": "看"}]}], 40027),
    ],
)
def test_menus(buttons: list[Any], errcode: int) -> None:
    assert menu_code(*buttons) == errcode


def qr(name: str, scene: Any, **more: Any) -> dict[str, Any]:
    return {"action_name": name, "action_info": {"scene": scene}, **more}


def test_permanent_codes_stay_and_temporary_ones_end() -> None:
    clock = Clock(NOW)
    codes = QrCodes(clock)
    lasting = codes.create(qr("QR_LIMIT_STR_SCENE", {"scene_str": "grid:1"}))
    again = codes.create(qr("QR_LIMIT_STR_SCENE", {"scene_str": "grid:1"}))
    assert again["ticket"] == lasting["ticket"]
    brief = codes.create(qr("QR_STR_SCENE", {"scene_str": "a"}))
    assert brief["expire_seconds"] == 60
    assert codes.find(brief["ticket"]) is not None
    clock.advance(60)
    assert codes.find(brief["ticket"]) is None
    assert codes.find(lasting["ticket"]) is not None


@pytest.mark.parametrize(
    "values",
    [
        qr("QR_STR_SCENE", {"scene_str": ""}),
        qr("QR_STR_SCENE", {"scene_str": "x" * 65}),
        qr("QR_STR_SCENE", {"scene_str": "x"}, expire_seconds=2_592_001),
        qr("QR_STR_SCENE", {"scene_str": "x"}, expire_seconds="60"),
        qr("QR_LIMIT_SCENE", {"scene_id": 100_001}),
        qr("QR_SCENE", {"scene_id": 0}),
        qr("QR_SCENE", {"scene_str": "x"}),
        qr("QR_DANCE", {"scene_id": 1}),
        {"action_name": "QR_SCENE"},
        {"action_name": "QR_SCENE", "action_info": {"scene": []}},
    ],
)
def test_codes_that_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ApiRefusalError, match="40053"):
        QrCodes(Clock(NOW)).create(values)


@pytest.mark.parametrize(
    ("kind", "media_type", "n_bytes", "errcode"),
    [
        ("image", "image/png", 10, 0),
        ("image", "image/webp", 10, 40004),
        ("film", "image/png", 10, 40004),
        ("image", "image/png", 0, 44002),
        ("thumb", "image/jpeg", 64 * 1024 + 1, 45001),
        ("voice", "audio/amr", 2 * 2**20, 0),
        ("voice", "audio/amr", 2 * 2**20 + 1, 45001),
        ("image", "image/jpeg", 2 * 2**20, 0),
        ("image", "image/jpeg", 2 * 2**20 + 1, 45001),
        ("video", "video/mp4", 10 * 2**20 + 1, 45001),
    ],
)
def test_uploads(kind: str, media_type: str, n_bytes: int, errcode: int) -> None:
    store = MediaStore(Clock(NOW))
    refused = 0
    try:
        store.upload(b"x" * n_bytes, kind, media_type)
    except ApiRefusalError as err:
        refused = err.errcode
    assert refused == errcode


def test_how_large_a_picture_may_be_is_an_option() -> None:
    store = MediaStore(Clock(NOW), lambda: 10 * 2**20)
    store.upload(b"x" * 10 * 2**20, "image", "image/png")
    with pytest.raises(ApiRefusalError, match="45001"):
        store.upload(b"x" * (10 * 2**20 + 1), "image", "image/png")


def test_media_end_after_three_days() -> None:
    clock = Clock(NOW)
    store = MediaStore(clock)
    medium = store.upload(b"x", "image", "image/png")
    clock.advance(3 * 86_400 - 1)
    assert store.get(medium.media_id).data == b"x"
    assert store.uploaded_kind(medium.media_id) == "image"
    clock.advance(1)
    with pytest.raises(ApiRefusalError, match="40007"):
        store.get(medium.media_id)
    assert store.uploaded_kind(medium.media_id) is None


def test_time_never_goes_back() -> None:
    with pytest.raises(ValueError, match="back"):
        Clock(NOW).advance(-1)


def test_a_text_shows_links_by_their_titles_and_entities_as_characters() -> None:
    shown = texts.show(
        '1 &lt; 2 <a href="https://x/">看</a>，<a href="tel:110">110</a>'
    )
    assert shown.text == "1 < 2 看，110"
    assert [link.href for link in shown.links] == ["https://x/", "tel:110"]
    assert shown.defects == ()


def test_a_run_of_digits_counts_as_one_in_a_template_field() -> None:
    assert texts.field_length("工单YXL20261127") == 3
    assert texts.cut_field("楼" * 21) == "楼" * 20
    assert texts.cut_bytes("好好", 5) == "好"
