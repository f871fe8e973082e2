"""Changing one statement leaves every other line of a file alone."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.answer_editing import slots_of, statement_in
from adapters.settings import ROOT
from adapters.yaml_files import read_yaml
from community.catalog.editing import with_referral, with_source, with_statement
from community.errors import CatalogError

FILES = sorted(
    path
    for folder in ("services", "matters")
    for path in (ROOT / "catalog" / folder).glob("*.yml")
)
FILE = """id: "pets"
sources: {}
overview:
  text: "旧的。"
  confidence: "unknown"
facets:
  fee:
    text: "不要钱。"
    confidence: "unknown"
  amount:
    text: "没有。"
    confidence: "unknown"
# 居民是这样问的：
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_stands_there_written_again_is_the_same(path: Path) -> None:
    text, document = path.read_text(encoding="utf-8"), read_yaml(path)
    for slot in slots_of(document):
        again = with_statement(text, slot, statement_in(document, slot))
        assert yaml.safe_load(again) == yaml.safe_load(text), slot


def test_a_change_touches_only_its_slot() -> None:
    new = {"text": '说"好"：\\n。', "items": ["一", "二"], "confidence": "recall"}
    text = with_statement(FILE, "facets.fee", new)
    document: dict[str, Any] = yaml.safe_load(text)
    assert document["facets"]["fee"] == new
    assert document["facets"]["amount"]["text"] == "没有。"
    assert text.endswith("# 居民是这样问的：\n")


def test_a_source_is_added_to_an_empty_list() -> None:
    text = with_source(FILE, "law", "某法", "")
    text = with_source(text, "page", "某页", "第3条")
    assert set(yaml.safe_load(text)["sources"]) == {"law", "page"}


def test_an_unknown_slot_is_refused() -> None:
    with pytest.raises(CatalogError, match=r"facets\.place"):
        with_statement(FILE, "facets.place", {"text": "x"})


def test_a_referral_comes_first() -> None:
    text = with_referral('referrals:\n  - id: "a"\n', '  - id: "new"\n')
    assert [one["id"] for one in yaml.safe_load(text)["referrals"]] == ["new", "a"]
