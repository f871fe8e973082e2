"""`python -m bot converse` in a process of its own: what judges a candidate."""

import os
from pathlib import Path

import pytest

from adapters.model_registry import ModelRegistry
from adapters.settings import ROOT, Settings
from training.conversations import TRIALS, conversation_files, trials_of

pytestmark = pytest.mark.model
FOLDER = ROOT / "tests" / "conversations"
IMPOSSIBLE = """turns:
  - say: "你好"
    sees: ["这句话谁也不会说"]
  - tap: 9
"""
TAPS_NOTHING = """turns:
  - say: "你好"
  - tap: 9
"""


async def test_conversations_are_played_and_kept_and_nothing_is_left(
    tmp_path, model_path, monkeypatch
):
    memory = Path("/dev/shm")
    before = set(memory.glob("yxl-trial-*")) if memory.is_dir() else set()
    for name, text in (("asks", IMPOSSIBLE), ("taps", TAPS_NOTHING)):
        (tmp_path / "happy").mkdir(exist_ok=True)
        (tmp_path / "happy" / f"test_{name}.yml").write_text(text, encoding="utf-8")
    emergency = sorted((FOLDER / "emergency").glob("test_*.yml"))[0]
    files = [*conversation_files(tmp_path), emergency]
    model = tmp_path / "models" / model_path.parent.name
    model.mkdir(parents=True)
    for name in ("manifest.json", "manifest.sig", "model.tar.gz"):
        os.link(model_path.parent / name, model / name)
    registry = ModelRegistry.of(model.parent, Settings.from_env().learning)
    bad, cannot, good = await trials_of(registry, model.name, files)
    assert "turn 1: '这句话谁也不会说' is not in" in bad.problems[0]
    assert "turn 2: it cannot go on" in cannot.problems[0]
    assert good.problems == (), good.problems
    assert good.kind == "emergency"
    assert len(list((model / TRIALS).glob("*.json"))) == 1
    monkeypatch.setattr("training.conversations.ModelProcess", None)
    assert await trials_of(registry, model.name, files) == [bad, cannot, good]
    if memory.is_dir():
        assert set(memory.glob("yxl-trial-*")) == before
