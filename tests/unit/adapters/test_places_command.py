"""`python -m adapters.places`: import, export, locate, evaluate."""

import json
import shutil
from pathlib import Path

import pytest

from adapters.place_files import read_places
from adapters.places.__main__ import main
from adapters.places.table import decode, read_table, write_table
from adapters.settings import ROOT

HEADER = "kind,id,name,parent,aliases,grid,numbers,side,noun,across,namesake\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "catalog", tmp_path / "catalog"))


def run(folder: Path, *words: object) -> int:
    return main(["--folder", str(folder), *map(str, words)])


def content(folder: Path) -> dict[str, str]:
    files = (folder / "grids").iterdir()
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def test_what_was_exported_is_imported_without_a_change(folder, tmp_path, capsys):
    before = content(folder)
    table, areas = tmp_path / "t.csv", tmp_path / "a.geojson"
    for system in ("WGS-84", "GCJ-02"):
        call = ("export", "--csv", table, "--geojson", areas, "--system", system)
        assert run(folder, *call) == 0
        call = ("import", "--csv", table, "--geojson", areas, "--write")
        assert run(folder, *call) == 0
    assert "0 file(s) changed" in capsys.readouterr().out
    assert content(folder) == before


def test_an_import_shows_the_difference_and_changes_nothing_unasked(
    folder, tmp_path, capsys
):
    before = content(folder)
    table = tmp_path / "t.csv"
    run(folder, "export", "--csv", table)
    text = table.read_text(encoding="utf-8-sig").replace("河马小区", "犀牛小区")
    table.write_bytes(text.encode("gb18030"))
    assert run(folder, "import", "--csv", table) == 0
    said = capsys.readouterr().out
    assert '+  - {name: "犀牛小区"' in said
    assert "1 file(s) would change" in said
    assert content(folder) == before
    assert run(folder, "import", "--csv", table, "--write") == 0
    assert "犀牛小区" in content(folder)["muma.yml"]
    assert "示例数据" in content(folder)["muma.yml"]


def test_a_bad_table_is_refused_with_every_problem(folder, tmp_path, capsys):
    before = content(folder)
    table = tmp_path / "t.csv"
    rows = [
        "street,x,新街道,,,,,,,,",
        "community,new,新社区,x,,,,,,,",
        "grid,new-01,新社区第一网格,new,,,,,,,",
        "castle,,城堡,new,,new-01,,,,,",
        "estate,,,new,,new-01,,,,,",
        "estate,,新小区,nowhere,,new-01,,,,,",
        "estate,,新小区,new,,new-01,,,,,maybe",
    ]
    table.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    assert run(folder, "import", "--csv", table, "--write") == 1
    said = capsys.readouterr().err
    for line, message in ((5, "castle"), (6, "empty"), (7, "nowhere"), (8, "maybe")):
        assert any(f"line {line}:" in s and message in s for s in said.splitlines())
    assert content(folder) == before


def test_contradictions_are_refused_as_validation_refuses_them(
    folder, tmp_path, capsys
):
    table = tmp_path / "t.csv"
    rows = [
        "community,new,新社区,tongyao,,,,,,,",
        "grid,new-01,新社区第一网格,new,,,,,,,",
        "estate,,蜻蜓小区,new,,new-01,,,,,",
        "estate,,新小区,new,,new-02,9-1,,,,",
    ]
    table.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    assert run(folder, "import", "--csv", table, "--write") == 1
    assert "9-1 runs backwards" in capsys.readouterr().err
    table.write_text(HEADER + "\n".join(rows[:3]), encoding="utf-8")
    assert run(folder, "import", "--csv", table, "--write") == 1
    said = capsys.readouterr().err
    assert "蜻蜓小区 is used by" in said
    assert not (folder / "grids" / "new.yml").exists()


def test_missing_owners_stop_an_import_unless_they_are_to_follow(
    folder, tmp_path, capsys
):
    (folder / "grids" / "areas.geojson").unlink()
    table = tmp_path / "t.csv"
    rows = [
        "community,new,新社区,tongyao,,,,,,,",
        "grid,new-01,新社区第一网格,new,,,,,,,",
        "estate,,新小区,new,,new-01,,,,,",
    ]
    table.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    call = ("import", "--csv", table, "--write")
    assert run(folder, *call) == 1
    assert "new (新社区) has no staff" in capsys.readouterr().err
    assert not (folder / "grids" / "new.yml").exists()
    assert run(folder, *call, "--without-owners") == 0
    assert (folder / "grids" / "new.yml").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "Expecting value"),
        ("[]", "no GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no GeoJSON"),
    ],
)
def test_a_bad_map_is_refused(folder, tmp_path, capsys, text, message):
    areas = tmp_path / "a.geojson"
    areas.write_text(text, encoding="utf-8")
    assert run(folder, "import", "--geojson", areas, "--write") == 1
    assert message in capsys.readouterr().err


def test_a_map_with_a_gap_is_refused(folder, tmp_path, capsys):
    areas = tmp_path / "a.geojson"
    ring = [[122.6, 35.4], [122.601, 35.4], [122.601, 35.401], [122.6, 35.4]]
    feature = {
        "type": "Feature",
        "properties": {"grid": "muma-01"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    areas.write_text(json.dumps(document), encoding="utf-8")
    call = ("import", "--geojson", areas, "--system", "WGS-84", "--write")
    assert run(folder, *call) == 1
    said = capsys.readouterr().err
    assert "gap of" in said
    assert "overlap by" in said


def test_a_missing_file_and_no_file_are_refused(folder, tmp_path, capsys):
    assert run(folder, "import", "--csv", tmp_path / "none.csv") == 1
    assert run(folder, "import") == 2
    assert run(folder, "export") == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("蜻蜓小区三号楼",), "sure\n  fengzheng-01"),
        (("蜻蜓小区",), "asks\n  fengzheng-01"),
        (("幸福小区",), "unknown\n"),
        (("团圆小区", "--community", "hulu"), "sure\n  hulu-01"),
        (("--scene", "grid:jimu-03"), "sure\n  jimu-03"),
        (("--at", "35.405,122.61", "--system", "WGS-84"), "sure\n"),
        (("风筝社区",), "sure\n  desk:fengzheng"),
    ],
)
def test_operators_can_try_it(folder, capsys, words, said):
    assert run(folder, "locate", *words) == 0
    assert capsys.readouterr().out.startswith(said)


def test_a_position_needs_two_numbers(folder):
    with pytest.raises(SystemExit):
        run(folder, "locate", "--at", "35.4")


def test_figures_are_printed_with_what_went_wrong(folder, tmp_path, capsys):
    path = tmp_path / "m.yml"
    path.write_text(
        'mentions:\n  - {say: "蝴蝶花园", grid: fengzheng-01}\n', encoding="utf-8"
    )
    assert run(folder, "evaluate", path, "--errors") == 0
    said = capsys.readouterr().out
    assert "wrong\t蝴蝶花园" in said
    assert "1 mentions" in said


def test_broken_content_is_reported(folder, capsys):
    (folder / "grids" / "muma.yml").write_text("id: [", encoding="utf-8")
    assert run(folder, "locate", "x") == 1
    assert "muma.yml" in capsys.readouterr().err


def test_a_table_keeps_every_place():
    places = read_places(ROOT / "catalog")
    found = read_table(write_table(places.book, places.county))
    assert found.problems == []
    assert len(found.communities) == 20


def test_unknown_columns_and_encodings_are_refused():
    assert read_table("kind,nom\n").problems == [
        "column 'nom' is unknown",
        "column 'name' is missing",
    ]
    with pytest.raises(ValueError, match="neither"):
        decode(b"\xff\xff\xff")
