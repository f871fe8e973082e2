"""Writes the peer's Rasa project into a folder: data, rules, stories, domain."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from benchmarks.samples import flat, write_examples
from bot.nlu.examples import Example

HERE = Path(__file__).parent
ACTION = "action_peer_answer"
N_STORIES = 12


def write_project(examples: list[Example], folder: Path) -> Path:
    """Writes a project that `rasa train` can train; an old one is replaced.

    Args:
        examples: What the peer learns from.
        folder: Becomes the project's root.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(HERE / "config.yml", folder)
    write_examples(examples, folder / "data" / "nlu.yml", flat_labels=True)
    intents = sorted({flat(example.label) for example in examples})
    dump(folder / "domain.yml", domain(intents))
    dump(folder / "data" / "dialogue.yml", dialogue(intents))
    return folder


def domain(intents: list[str]) -> dict[str, Any]:
    """Returns the domain: all intents, one action."""
    return {
        "version": "3.1",
        "intents": [*intents, "nlu_fallback"],
        "actions": [ACTION],
        "session_config": {
            "session_expiration_time": 60,
            "carry_over_slots_to_new_session": True,
        },
    }


def dialogue(intents: list[str]) -> dict[str, Any]:
    """Returns one rule an intent, and a few stories for TED to learn from."""
    return {
        "version": "3.1",
        "rules": [
            {"rule": f"answer {name}", "steps": turn(name)}
            for name in [*intents, "nlu_fallback"]
        ],
        "stories": [
            {
                "story": f"talk about {name}",
                "steps": turn("talk_greet") + turn(name) + turn("talk_thanks"),
            }
            for name in [i for i in intents if i.startswith("service_")][:N_STORIES]
        ],
    }


def turn(intent: str) -> list[dict[str, str]]:
    """Returns the steps of one message and its answer."""
    return [{"intent": intent}, {"action": ACTION}]


def dump(path: Path, doc: dict[str, Any]) -> None:
    """Writes a YAML file."""
    path.write_text(
        yaml.safe_dump(doc, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
