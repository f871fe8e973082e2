"""Places and staff in files: every problem at once, edits followed."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from adapters.place_files import read_places
from adapters.places.evaluation import Outcome, evaluate, judge
from adapters.roster_files import RosterFiles, load_gazetteer, load_roster
from adapters.settings import ROOT
from adapters.validate import main as validate
from adapters.yaml_files import read_yaml
from community.errors import CatalogError
from community.places import Gazetteer, is_sure
from community.staff import Role
from community.tiers import Tier

CATALOG = ROOT / "catalog"
EXPECTED = sorted((ROOT / "evaluation" / "places").glob("*.yml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of this checkout's content."""
    return Path(shutil.copytree(CATALOG, tmp_path / "catalog"))


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(CATALOG)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name}: {old!r} is not there"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    os.utime(path, (1, 1))


def problems_of(folder: Path) -> str:
    with pytest.raises(CatalogError) as caught:
        load_roster(folder)
    return "\n".join(caught.value.problems)


def test_the_example_county_has_its_size_and_everybody_has_a_post(gazetteer):
    roster = load_roster(CATALOG)
    assert len(gazetteer.book.communities) == 20
    assert len(gazetteer.book.grids) == len(roster.grids) == 148
    for post in roster.grids.values():
        assert Role.WORKER in roster.staff[post.worker].roles
        assert Role.STATION_HEAD in roster.staff[post.head].roles
        assert post.worker not in post.backups
        assert post.backups
    tiers = Counter(member.tier for member in roster.staff.values())
    assert min(tiers[tier] for tier in Tier) > 0


@pytest.mark.parametrize(
    "path",
    [*CATALOG.glob("grids/*.*"), *CATALOG.glob("staff/*.yml")],
    ids=lambda path: path.name,
)
def test_every_example_file_says_that_it_is_made_up(path):
    assert "示例数据" in path.read_text(encoding="utf-8")[:300]


def test_places_are_found_and_hardly_ever_wrongly(gazetteer):
    judged = evaluate(gazetteer, EXPECTED)
    counts = Counter(item.outcome for item in judged)
    assert len(judged) >= 150
    assert counts[Outcome.WRONG] / len(judged) <= 0.02
    assert counts[Outcome.RIGHT] / len(judged) >= 0.95


def test_a_message_is_located_in_five_milliseconds(gazetteer):
    judged = [item for _ in range(3) for item in evaluate(gazetteer, EXPECTED)]
    times = sorted(item.took_ms for item in judged)
    assert times[int(len(times) * 0.95)] <= 5.0


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_every_expected_place_exists(path, gazetteer):
    for mention in read_yaml(path)["mentions"]:
        expected = {"grid", "ask", "community", "unknown"} & set(mention)
        assert len(expected) == 1, mention
        grids = {mention["grid"]} if "grid" in mention else set(mention.get("ask", ()))
        assert grids <= set(gazetteer.book.grids), mention
        for community in {mention.get("home"), mention.get("community")} - {None}:
            assert community in gazetteer.book.communities, mention


@pytest.mark.parametrize(
    ("mention", "said", "outcome"),
    [
        ({"grid": "fengzheng-03"}, "蝴蝶花园", Outcome.RIGHT),
        ({"grid": "fengzheng-01"}, "蝴蝶花园", Outcome.WRONG),
        ({"ask": ["fengzheng-03"]}, "蝴蝶花园", Outcome.RIGHT),
        ({"unknown": True}, "蝴蝶花园", Outcome.WRONG),
        ({"grid": "fengzheng-01"}, "蜻蜓小区", Outcome.ASKED),
        ({"grid": "jimu-01"}, "蜻蜓小区", Outcome.MISSED),
        ({"ask": ["fengzheng-01", "fengzheng-02"]}, "蜻蜓小区", Outcome.RIGHT),
        ({"unknown": True}, "蜻蜓小区", Outcome.ASKED),
        ({"unknown": True}, "", Outcome.RIGHT),
        ({"grid": "fengzheng-01"}, "", Outcome.MISSED),
        ({"community": "fengzheng"}, "风筝社区", Outcome.RIGHT),
        ({"community": "jimu"}, "风筝社区", Outcome.WRONG),
        ({"grid": "fengzheng-01"}, "风筝社区", Outcome.MISSED),
        ({"grid": "jimu-01"}, "风筝社区", Outcome.WRONG),
        ({"unknown": True}, "风筝社区", Outcome.WRONG),
    ],
)
def test_outcomes_are_judged_as_they_are_meant(gazetteer, mention, said, outcome):
    assert judge(mention, gazetteer.locate(said), gazetteer.book) is outcome


def test_all_problems_of_places_are_reported_at_once(folder, capsys):
    grids = folder / "grids"
    change(grids / "jimu.yml", 'street: "tongyao"', 'street: "nowhere"')
    change(grids / "muma.yml", '"河马小区"', '"鸽子小区"')
    change(grids / "muma.yml", 'grid: "muma-03"', 'grid: "muma-33"')
    assert validate([str(folder)]) == 1
    said = capsys.readouterr().err
    for message in ("'nowhere' is unknown", "鸽子小区 is used by", "'muma-33'"):
        assert message in said


def test_problems_of_shape_name_file_and_field(folder):
    change(folder / "grids" / "jimu.yml", 'kind: "estate"', 'kind: "castle"')
    change(folder / "grids" / "muma.yml", 'name: "木马社区"', 'nom: "木马社区"')
    found = problems_of(folder)
    assert "grids/jimu.yml: places.0.kind" in found
    assert "grids/muma.yml: (top)" in found


def test_gaps_and_overlaps_of_the_map_are_reported(folder):
    path = folder / "grids" / "areas.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    features = document["features"]
    features[1]["geometry"]["coordinates"][0][1][0] += 0.002
    removed = features.pop(40)["properties"]["grid"]
    path.write_text(json.dumps(document), encoding="utf-8")
    found = problems_of(folder)
    assert f"grid {removed} has no polygon" in found
    assert "gap of" in found
    assert "overlap by" in found


def test_missing_owners_and_unknown_staff_are_all_reported(folder):
    staff = folder / "staff"
    (staff / "jimu.yml").unlink()
    path = staff / "muma.yml"
    change(path, '  muma-01: {worker: "muma-w1", backups: ["muma-w2"]}\n', "")
    change(path, 'backups: ["muma-w3"]', 'backups: ["nobody"]')
    change(path, 'head: "muma-head"', 'head: "muma-w1"')
    change(path, 'wecom: "muma-w2"', 'wecom: "muma-w1"')
    change(path, 'staff: "muma-w3", days', 'staff: "nobody", days')
    found = problems_of(folder)
    for message in (
        "jimu (积木社区) has no staff",
        "grid muma-01 has no owner",
        "backup of muma-02: staff 'nobody' is unknown",
        "muma-w1 does not have the role station_head",
        "WeCom account 'muma-w1' belongs to muma-w1 already",
        "duty: staff 'nobody' is unknown",
    ):
        assert message in found


def test_edits_are_followed_and_broken_ones_are_not(folder):
    files = RosterFiles(folder, check_every_s=0.0)
    before = files.gazetteer()
    assert files.gazetteer() is before
    assert files.roster().staff["muma-w1"].name != "新来的"
    name = files.roster().staff["muma-w1"].name
    change(folder / "staff" / "muma.yml", f'"{name}"', '"新来的"')
    assert files.roster().staff["muma-w1"].name == "新来的"
    change(folder / "grids" / "muma.yml", '"河马小区"', '"犀牛小区"')
    assert files.gazetteer().locate("犀牛小区")[0].grid == "muma-03"
    change(folder / "grids" / "muma.yml", '"estate"', '"castle"')
    assert files.gazetteer().locate("犀牛小区")[0].grid == "muma-03"


def test_a_broken_first_load_is_no_roster(folder):
    change(folder / "grids" / "muma.yml", '"estate"', '"castle"')
    with pytest.raises(CatalogError):
        RosterFiles(folder).gazetteer()


def test_content_without_grids_has_no_places_and_nobody(tmp_path):
    files = RosterFiles(tmp_path)
    assert files.gazetteer().locate("蜻蜓小区3号楼") == ()
    assert files.roster().grids == {}
    assert read_places(tmp_path).book.grids == {}


def test_ordinary_messages_are_taken_for_no_place(gazetteer):
    messages = [
        line.removeprefix("- ").strip()
        for path in (ROOT / "evaluation" / "validation").glob("*.yml")
        for block in read_yaml(path)["nlu"]
        for line in block["examples"].splitlines()
    ]
    assert len(messages) > 500
    assert [text for text in messages if is_sure(gazetteer.locate(text))] == []
