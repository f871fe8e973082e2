"""Set phrases of grid workers: every matter has some, and residents can read them."""

import re
import shutil
from pathlib import Path

import pytest

from adapters.content_files import CatalogFiles
from adapters.phrase_files import PhraseFiles, check_phrases, load_phrases
from adapters.settings import ROOT
from community.errors import CatalogError

CATALOG = ROOT / "catalog"
OFFICIALESE = re.compile(
    r"该|予以|进行|相关|贵|按照|落实|整改|处置|协调|反馈|依法|尽快"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(CATALOG / "phrases.yml", tmp_path)
    (tmp_path / "schema").mkdir()
    shutil.copy(CATALOG / "schema" / "phrases.json", tmp_path / "schema")
    return tmp_path


def test_every_matter_has_its_own_phrases():
    matters = CatalogFiles(CATALOG).load().matters
    assert check_phrases(CATALOG, matters) == []
    phrases = load_phrases(CATALOG)
    assert len(phrases) == len(matters)
    results = [text for said in phrases.values() for text in said.results]
    assert len(set(results)) == len(results), "two matters do not end alike"


def test_they_are_whole_plain_sentences():
    for matter, said in load_phrases(CATALOG).items():
        for text in (*said.results, *said.news):
            assert text.endswith("。"), f"{matter}: {text} would be sent unfinished"
            assert not OFFICIALESE.search(text), f"{matter}: {text}"


def test_missing_and_unknown_matters_are_named(folder):
    known = load_phrases(folder)
    problems = check_phrases(folder, {*known, "flying_carpets"} - {"noise"})
    assert problems == [
        "phrases.yml: flying_carpets: no phrases",
        "phrases.yml: noise: no such matter",
    ]


def test_a_malformed_file_is_refused_and_the_last_good_one_stays(folder):
    files = PhraseFiles(folder, check_every_s=0)
    good = files.of("noise")
    assert good.results
    (folder / "phrases.yml").write_text("matters: {noise: {results: []}}\n")
    assert files.of("noise") == good
    with pytest.raises(CatalogError):
        load_phrases(folder)
    assert check_phrases(folder, {"noise"})


def test_without_a_file_and_for_new_matters_there_are_none(tmp_path):
    assert load_phrases(tmp_path) == {}
    assert check_phrases(tmp_path, {"noise"}) == []
    assert PhraseFiles(tmp_path).of("noise").results == ()
    assert PhraseFiles(CATALOG).of("flying_carpets").news == ()
