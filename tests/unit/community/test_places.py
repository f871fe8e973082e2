"""From words, codes and coordinates to grids, over a small made-up town."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from community.places import (
    Areas,
    Community,
    CoordinateSystem,
    Gazetteer,
    Grid,
    NamedPlace,
    Part,
    PlaceBook,
    PlaceKind,
    Side,
    Street,
    Why,
    is_sure,
    polygon_of,
)
from community.places.checks import check_areas, check_book
from community.places.coordinates import gcj02_of, to_wgs84
from community.places.numbers import chinese_number, normalise, parse_span, span_text
from community.places.sounds import folded, nearest

WGS84, GCJ02 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02


def place(name, kind, community, *parts, **more):
    made = tuple(Part(p) if isinstance(p, str) else p for p in parts)
    return NamedPlace(name, PlaceKind(kind), community, made, **more)


def numbered(grid, low, high):
    return Part(grid, ((low, high),))


PLACES = (
    place("蜻蜓小区", "estate", "a", numbered("a1", 1, 10), numbered("a2", 11, 20)),
    place("蝴蝶花园", "estate", "a", "a2", aliases=("老糖厂宿舍",)),
    place("团圆小区", "estate", "a", "a1", namesake=True),
    place("团圆小区", "estate", "b", "b1", namesake=True),
    place(
        "滑梯路",
        "road",
        "a",
        Part("a1", side=Side.ODD),
        Part("a2", side=Side.EVEN),
    ),
    place("摇篮路", "road", "b", numbered("b1", 1, 50), numbered("b2", 51, 99)),
    place("麦穗庄", "village", "b", numbered("b1", 1, 3), numbered("b2", 4, 6)),
    place("风筝小学", "landmark", "a", "a1", noun="小学"),
    place("麦穗小学", "landmark", "b", "b2", noun="小学"),
    place("风筝信用社", "landmark", "a", "a2", noun="信用社", across="a1"),
)
BOOK = PlaceBook(
    {"s": Street("s", "童谣街道")},
    {
        "a": Community("a", "风筝社区", "s", ("风筝居委会",)),
        "b": Community("b", "葫芦社区", "s"),
    },
    {g: Grid(g, f"{c}第{n}网格", g[0]) for g, c, n in (
        ("a1", "风筝社区", "一"), ("a2", "风筝社区", "二"),
        ("b1", "葫芦社区", "一"), ("b2", "葫芦社区", "二"),
    )},
    PLACES,
)  # fmt: skip
SQUARES = {
    "a1": box(122.60, 35.40, 122.61, 35.41),
    "a2": box(122.61, 35.40, 122.62, 35.41),
    "b1": box(122.60, 35.41, 122.61, 35.42),
    "b2": box(122.61, 35.41, 122.62, 35.42),
}
GAZETTEER = Gazetteer(BOOK, Areas(SQUARES))


def grids(text, **more):
    found = GAZETTEER.locate(text, **more)
    return {match.grid for match in found}, is_sure(found)


@pytest.mark.parametrize(
    ("text", "grid"),
    [
        ("蜻蜓小区三号楼", "a1"),
        ("蜻蜓小区十五号楼", "a2"),
        ("蜻蜓小区３号楼", "a1"),
        ("12号楼，蜻蜓小区的", "a2"),
        ("蜻蜓3-2-501", "a1"),
        ("老糖厂宿舍", "a2"),
        ("滑梯路7号", "a1"),
        ("滑梯路八号", "a2"),
        ("麦穗庄五组", "b2"),
        ("麦穗村二队", "b1"),
        ("风筝小学门口", "a1"),
        ("风筝信用社", "a2"),
        ("风筝信用社对过", "a1"),
        ("葫芦社区第二网格", "b2"),
        ("葫芦社区团圆小区", "b1"),
        ("清停小区3号楼", "a1"),
        ("蜻蜓小区3号楼，不对，是13号楼", "a2"),
        ("不是蜻蜓小区，是蝴蝶花园", "a2"),
        ("我住蝴蝶花园，蜻蜓小区3号楼前面有个坑", "a1"),
        ("麦穗庄小学后头", "b2"),
    ],
)
def test_a_place_is_found(text, grid):
    assert grids(text) == ({grid}, True)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("蜻蜓小区", {"a1", "a2"}),
        ("蜻蜓小区5楼", {"a1", "a2"}),
        ("团圆小区", {"a1", "b1"}),
        ("蜻蜒小区3号楼", {"a1"}),
        ("蝴蝶小区", {"a2"}),
        ("蝴蝶花园二期", {"a2"}),
        ("前麦穗庄5组", {"b2"}),
        ("蝴蝶花园和风筝小学都停电了", {"a1", "a2"}),
    ],
)
def test_what_is_unclear_is_asked(text, choices):
    assert grids(text) == (choices, False)


@pytest.mark.parametrize(
    "text",
    ["", "路灯不亮", "小学后头", "幸福小区3号楼", "放风筝", "三号楼", "小区花园", "1"],
)
def test_what_is_not_known_is_said_to_be(text):
    assert GAZETTEER.locate(text) == ()


def test_where_one_lives_decides_between_namesakes_and_names_the_school():
    assert grids("团圆小区", community="b") == ({"b1"}, True)
    assert grids("小学后头", community="b") == ({"b2"}, True)


def test_home_does_not_outweigh_what_was_said():
    assert grids("蝴蝶花园", community="b") == ({"a2"}, True)


def test_only_the_community_may_be_known():
    (match,) = GAZETTEER.locate("风筝居委会那边")
    assert (match.grid, match.community, match.why) == (None, "a", Why.COMMUNITY)


def test_choices_are_named_so_that_a_resident_can_answer():
    names = [match.name for match in GAZETTEER.locate("蜻蜓小区")]
    assert names == ["蜻蜓小区1到10号楼", "蜻蜓小区11到20号楼"]
    names = [match.name for match in GAZETTEER.locate("团圆小区")]
    assert names == ["风筝社区团圆小区", "葫芦社区团圆小区"]
    names = [match.name for match in GAZETTEER.locate("滑梯路")]
    assert names == ["滑梯路单号", "滑梯路双号"]


def test_the_words_of_the_place_are_cut_out_of_a_message():
    assert GAZETTEER.words_in("麦穗庄小学后头路灯坏了") == "麦穗庄小学后头"
    assert GAZETTEER.words_in("俺说的是蜻蜓小区三号楼2单元那边，灯坏了") == (
        "蜻蜓小区三号楼2单元那边"
    )
    assert (
        GAZETTEER.words_in("我住蝴蝶花园，蜻蜓小区十二号楼没电") == "蜻蜓小区十二号楼"
    )
    assert GAZETTEER.words_in("路灯坏了") is None


def test_a_code_names_its_grid_and_another_code_nothing():
    (match,) = GAZETTEER.locate(scene="grid:b1")
    assert (match.grid, match.why) == ("b1", Why.SCENE)
    assert GAZETTEER.locate(scene="grid:nowhere") == ()
    assert GAZETTEER.locate(scene="b1") == ()


def test_a_point_lies_in_its_grid_or_is_asked_near_a_border():
    inside = GAZETTEER.locate(latitude=35.405, longitude=122.605, system=WGS84)
    assert [m.grid for m in inside] == ["a1"]
    assert is_sure(inside)
    border = GAZETTEER.locate(latitude=35.405, longitude=122.61001, system=WGS84)
    assert {m.grid for m in border} == {"a1", "a2"}
    assert not is_sure(border)


def test_a_point_outside_is_a_guess_nearby_and_unknown_far_away():
    near = GAZETTEER.locate(latitude=35.3995, longitude=122.605, system=WGS84)
    assert ([m.grid for m in near], is_sure(near)) == (["a1"], False)
    for latitude, longitude in ((35.2, 122.6), (float("nan"), 122.6), (-91.0, 500.0)):
        assert GAZETTEER.locate(latitude=latitude, longitude=longitude) == ()


def test_coordinates_of_wechat_are_converted():
    latitude, longitude = gcj02_of(35.405, 122.6094)
    (match,) = GAZETTEER.locate(latitude=latitude, longitude=longitude)
    assert match.grid == "a1"
    (unconverted,) = GAZETTEER.locate(
        latitude=latitude, longitude=longitude, system=WGS84
    )
    assert unconverted.grid == "a2"


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_the_conversion_agrees_with_published_pairs(wgs84, gcj02):
    assert gcj02_of(*wgs84) == pytest.approx(gcj02, abs=1e-6)
    assert to_wgs84(*gcj02, GCJ02) == pytest.approx(wgs84, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.floats(18, 53), st.floats(74, 134))
def test_converting_there_and_back_changes_nothing(latitude, longitude):
    there = gcj02_of(latitude, longitude)
    assert to_wgs84(*there, GCJ02) == pytest.approx((latitude, longitude), abs=1e-7)


def test_outside_china_both_systems_are_the_same():
    assert gcj02_of(51.5, -0.12) == (51.5, -0.12)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.sampled_from([None, "a", "b", "nowhere"]))
def test_no_text_breaks_it(text, community):
    found = GAZETTEER.locate(text, community=community)
    assert len(found) <= 3
    assert all(0 < match.score <= 1 for match in found)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["蜻蜓小区", "风筝", "小学", "3号楼", "不是", "对过", "麦穗庄", "，", "我住", "路", "风筝社区"]
        ),
        max_size=8,
    ).map("".join)
)  # fmt: skip
def test_no_mixture_of_names_breaks_it(text):
    GAZETTEER.locate(text)
    GAZETTEER.words_in(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("三", 3), ("十", 10), ("十五", 15), ("二十", 20), ("二十三", 23), ("一百零二", 102),
     ("两", 2), ("一二八", 128), ("三四", None), ("十二三", None)],
)  # fmt: skip
def test_numerals_are_read(text, number):
    assert chinese_number(text) == number


def test_only_numbers_before_a_counting_word_become_digits():
    assert normalise("三里桥三号楼") == "三里桥3号楼"
    assert normalise("ａ座 ３ 号楼") == "A座3号楼"


def test_a_list_of_numbers_is_read_and_written():
    spans, labels = parse_span("1-12,15,a")
    assert (spans, labels) == (((1, 12), (15, 15)), frozenset({"A"}))
    assert span_text(spans, labels) == "1-12,15,A"
    for wrong in ("9-1", "x1", "1--2"):
        with pytest.raises(ValueError, match=r"is no|backwards"):
            parse_span(wrong)


def test_often_confused_sounds_are_the_same():
    assert folded("张") == folded("脏")
    assert folded("宁") == folded("林")
    assert folded("风") != folded("灯")


def test_a_name_is_found_in_spite_of_one_character():
    window = nearest("就在蜻婷小区那", "蜻蜓小区")
    assert (window.start, window.end) == (2, 6)
    assert window.cost < 1


def problems(book=BOOK, polygons=SQUARES, outline=None):
    return [*check_book(book), *check_areas(book, polygons, outline)]


def with_places(*places):
    return PlaceBook(BOOK.streets, BOOK.communities, BOOK.grids, (*PLACES, *places))


def test_a_sound_town_has_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (place("新地", "landmark", "a", "zz"), "grid 'zz' is unknown"),
        (place("新地", "landmark", "a", "b1"), "belongs to b"),
        (place("蝴蝶花园", "estate", "b", "b1"), "is used by"),
        (place("新地", "landmark", "a", "a1", aliases=("蜻蜓小区",)), "is used by"),
        (place("风筝社区", "landmark", "a", "a1"), "is used by"),
        (place("新地", "estate", "a", "a1", "a2"), "each needs numbers"),
        (
            place("新地", "estate", "a", numbered("a1", 1, 9), numbered("a2", 9, 12)),
            "share numbers",
        ),
        (place("摇篮路", "road", "a", numbered("a1", 40, 60)), "share numbers"),
        (place("新地", "landmark", "a", "a1", across="zz"), "'zz' is unknown"),
    ],
)
def test_a_contradiction_is_reported(bad, message):
    assert any(message in problem for problem in problems(with_places(bad)))


def test_odd_and_even_sides_do_not_share_numbers():
    road = place(
        "新路", "road", "a",
        Part("a1", ((1, 99),), side=Side.ODD), Part("a2", ((1, 99),), side=Side.EVEN),
    )  # fmt: skip
    assert problems(with_places(road)) == []


def test_gaps_overlaps_and_missing_polygons_are_all_reported():
    polygons = {
        **SQUARES,
        "a2": box(122.609, 35.40, 122.62, 35.409),
        "zz": box(122.70, 35.40, 122.71, 35.41),
    }
    del polygons["b2"]
    outline = box(122.60, 35.40, 122.62, 35.42)
    found = "\n".join(problems(polygons=polygons, outline=outline))
    for message in (
        "grid b2 has no polygon",
        "the polygon zz belongs to no grid",
        "a1 and a2 overlap",
        "gap of",
        "lie outside the outline",
    ):
        assert message in found


def test_a_hole_is_a_gap_even_without_an_outline():
    ring = box(122.60, 35.40, 122.62, 35.42) - box(122.605, 35.405, 122.61, 35.41)
    found = list(Areas({"a1": ring}).problems())
    assert len(found) == 1
    assert "gap of" in found[0]


def test_geojson_is_read_in_both_systems():
    ring = [[122.60, 35.40], [122.61, 35.40], [122.61, 35.41], [122.60, 35.40]]
    moved = [
        [east, north]
        for north, east in (
            gcj02_of(latitude, longitude) for longitude, latitude in ring
        )
    ]
    plain = polygon_of({"type": "Polygon", "coordinates": [ring]}, WGS84)
    read = polygon_of({"type": "Polygon", "coordinates": [moved]}, GCJ02)
    assert read.equals_exact(plain, 1e-7)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [122.6, 35.4]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[["x", 1]]]},
        {"type": "Polygon", "coordinates": [[[500, 1], [501, 1], [501, 2], [500, 1]]]},
    ],
)
def test_what_is_no_polygon_is_refused(geometry):
    with pytest.raises(ValueError, match=r"polygon|malformed|coordinates|could not"):
        polygon_of(geometry, WGS84)
