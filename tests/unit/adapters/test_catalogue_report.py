"""The coverage page: current, honest, and complete."""

import pytest

from adapters.catalogue_report import main, render_page


def test_the_committed_page_is_current(capsys):
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_of_yesterday_is_refused(tmp_path, capsys):
    page = tmp_path / "catalogue.md"
    assert main([], page=page) == 0
    assert main(["--check"], page=page) == 0
    page.write_text(page.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert main(["--check"], page=page) == 1
    assert "is out of date" in capsys.readouterr().err


def test_a_missing_page_is_refused(tmp_path):
    assert main(["--check"], page=tmp_path / "catalogue.md") == 1


def test_every_item_has_its_row(catalog):
    page = render_page(catalog)
    for item_id in (*catalog.services, *catalog.matters):
        assert page.count(f"| `{item_id}` |") == 1, item_id


@pytest.mark.parametrize("sentence", ["**The lists are composed.**", "not the lists"])
def test_the_page_says_that_the_lists_are_composed(catalog, sentence):
    assert sentence in render_page(catalog)


def test_totals_cover_every_facet(catalog):
    lines = render_page(catalog).splitlines()
    total = next(line for line in lines if line.startswith("| **total** |"))
    figures = [int(cell.strip(" *")) for cell in total.split("|")[3:7]]
    assert sum(figures) == sum(len(s.facets) for s in catalog.services.values())
