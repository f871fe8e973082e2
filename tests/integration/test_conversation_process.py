"""`python -m bot converse` in a process of its own: what judges a candidate."""

import os
import subprocess
from pathlib import Path

import pytest

from adapters.model_registry import ModelRegistry
from adapters.settings import ROOT, Settings
from bot.trial.lines import FOLDER
from training.conversations import TRIALS, conversation_files, trials_of

pytestmark = pytest.mark.model
WRITTEN = ROOT / "tests" / "conversations"
IMPOSSIBLE = """turns:
  - say: "你好"
    sees: ["这句话谁也不会说"]
  - tap: 9
"""
TAPS_NOTHING = """turns:
  - say: "你好"
  - tap: 9
"""


def pid_of_nobody() -> int:
    """Returns the number of a process that has ended."""
    with subprocess.Popen(["true"]) as process:
        process.wait()
    return process.pid


async def test_conversations_are_played_and_kept_and_nothing_is_left(
    tmp_path, model_path, monkeypatch
):
    memory = Path("/dev/shm")
    of_a_killed_one = memory / f"{FOLDER}1-{pid_of_nobody()}-abc"
    if memory.is_dir():
        of_a_killed_one.mkdir()
    for name, text in (("asks", IMPOSSIBLE), ("taps", TAPS_NOTHING)):
        (tmp_path / "happy").mkdir(exist_ok=True)
        (tmp_path / "happy" / f"test_{name}.yml").write_text(text, encoding="utf-8")
    emergency = sorted((WRITTEN / "emergency").glob("test_*.yml"))[0]
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
        assert list(memory.glob(f"{FOLDER}{os.getpid()}-*")) == []
        assert not of_a_killed_one.exists()
