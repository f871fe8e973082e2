"""Training reads the community's own catalogue, not the release's."""

import shutil
from pathlib import Path

import yaml

from adapters.settings import ROOT
from bot.nlu.words import catalogue_words
from bot.train import CONFIG, CONTENT, config_with


def test_the_release_is_trained_with_the_configuration_as_it_is(tmp_path: Path):
    assert config_with(CONTENT, tmp_path) == CONFIG
    assert list(tmp_path.iterdir()) == []


def test_every_component_that_reads_names_gets_the_other_catalogue(
    tmp_path: Path, monkeypatch
):
    monkeypatch.chdir(ROOT)
    own = tmp_path / "content" / "catalog"
    shutil.copytree(ROOT / "catalog", own)
    item = own / "services" / "id_card.yml"
    text = item.read_text("utf-8")
    item.write_text(text.replace("aliases: [", 'aliases: ["俺村红本本", ', 1), "utf-8")
    before = yaml.safe_load(Path(CONFIG).read_text("utf-8"))
    after = yaml.safe_load(Path(config_with(str(own), tmp_path)).read_text("utf-8"))
    readers = [c for c in before["pipeline"] if "content_dir" in c]
    changed = [c for c in after["pipeline"] if c.get("content_dir") == str(own)]
    assert [c["name"] for c in changed] == [c["name"] for c in readers]
    for component in changed:
        component["content_dir"] = CONTENT
    assert after == before
    assert "俺村红本本" in catalogue_words(str(own))
    assert "俺村红本本" not in catalogue_words(CONTENT)
