"""The same inputs give the same model: two small trainings, compared."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rasa.core.channels.channel import UserMessage

from adapters.model_archives import data_hashes
from adapters.model_registry import ModelRegistry
from adapters.settings import ROOT, Settings
from bot.model import load_agent
from bot.train import train_model

LABELS = ("service/id_card", "matter/street_lighting", "talk/greet", "oos/other")
MESSAGES = (
    "身份证丢了咋补",
    "三号楼的路灯不亮",
    "你好",
    "今天天气咋样",
    "着火了快来人",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Rules and a few labels."""
    for name in ("rules", "stories"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    for label in LABELS:
        target = tmp_path / "data" / "nlu" / f"{label}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "data" / "nlu" / f"{label}.yml", target)
    return tmp_path / "data"


@pytest.mark.timeout(400)
async def test_two_trainings_of_the_same_inputs_agree(data, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    registry = ModelRegistry.of(tmp_path / "models", Settings.from_env().learning)
    answers = []
    for name in ("one", "two"):
        path = train_model_apart(tmp_path / "models", name, data)
        agent = load_agent(path, with_actions=False)
        parsed = [
            await agent.processor.parse_message(UserMessage(text=text))
            for text in MESSAGES
        ]
        answers.append(
            [
                (p["label_ranking"], p["decision"], p.get("facets"), p.get("emergency"))
                for p in parsed
            ]
        )
    assert answers[0] == answers[1]
    assert answers[0][0][0][0]["label"] == "service/id_card"
    one, two = registry.manifest("one"), registry.manifest("two")
    assert one.data == two.data
    assert one.data.items() >= data_hashes([data], ROOT).items()
    assert (one.seed, one.versions) == (two.seed, two.versions)
    assert not list((tmp_path / "models").glob(".*"))


def train_model_apart(output: Path, name: str, data: Path) -> Path:
    """Trains in a thread of its own: Rasa wants an event loop for itself."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(
            lambda: train_model(output, name=name, data=str(data), candidate=True)
        ).result()
