"""`python -m bot evaluate`: figures of a model on messages kept out of training."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Tuple

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from adapters.logs import configure_logs
from bot.model import load_agent
from bot.nlu.decision import OUTSIDE, is_item
from bot.nlu.examples import Example, read_examples

VALIDATION = Path("evaluation/validation")


@dataclass(frozen=True)
class Judged:
    """One message with what the model made of it."""

    example: Example
    ranking: Tuple[str, ...]
    decision: str
    facets: Tuple[str, ...]
    emergency: str | None

    @property
    def accepted(self) -> Tuple[str, ...]:
        """Labels that a judge would accept."""
        return (self.example.label, *self.example.alternatives)

    @property
    def is_right(self) -> bool:
        """The best label is accepted."""
        return self.ranking[0] in self.accepted

    @property
    def is_inside(self) -> bool:
        """The message belongs to the catalogue."""
        return is_item(self.example.label)

    @property
    def answers_item(self) -> bool:
        """The assistant would answer outright with a service or matter."""
        return self.decision == "answer" and is_item(self.ranking[0])


async def judge(agent: Agent, examples: List[Example]) -> List[Judged]:
    """Parses every message."""
    judged = []
    for example in examples:
        text = example.text
        parsed = await agent.processor.parse_message(UserMessage(text=text))
        judged.append(
            Judged(
                example,
                tuple(e["label"] for e in parsed["label_ranking"][:3]),
                parsed.get("decision", "answer"),
                tuple(parsed.get("facets") or ()),
                parsed.get("emergency"),
            )
        )
    return judged


def share(part: int, whole: int) -> float | None:
    """Returns a share rounded to three places; `None` of nothing."""
    return None if whole == 0 else round(part / whole, 3)


def understanding(judged: List[Judged]) -> Dict[str, Any]:
    """Returns the figures of item and decision for a group of messages."""
    inside = [j for j in judged if j.is_inside]
    outside = [j for j in judged if j.example.label in OUTSIDE]
    answered = [j for j in judged if j.answers_item]
    top3 = sum(bool(set(j.ranking) & set(j.accepted)) for j in judged)
    return {
        "messages": len(judged),
        "first": share(sum(j.is_right for j in judged), len(judged)),
        "among_three": share(top3, len(judged)),
        "answered_inside": share(sum(j.answers_item for j in inside), len(inside)),
        "wrong_of_answered": share(
            sum(not j.is_right for j in answered), len(answered)
        ),
        "rejected_inside": share(
            sum(j.decision == "abstain" for j in inside), len(inside)
        ),
        "abstained_outside": share(
            sum(j.decision == "abstain" for j in outside), len(outside)
        ),
    }


def facet_f1(judged: List[Judged]) -> float | None:
    """Returns micro-averaged F1 over the messages whose facets are marked."""
    marked = [j for j in judged if j.example.facets is not None and j.is_inside]
    both = sum(len(set(j.facets) & set(j.example.facets or ())) for j in marked)
    total = sum(len(j.facets) + len(j.example.facets or ()) for j in marked)
    return share(2 * both, total)


def emergencies(judged: List[Judged]) -> Dict[str, Any]:
    """Returns recall, right rule and false alarms of the emergency detector."""
    true = [j for j in judged if j.example.emergency]
    found = [j for j in true if j.emergency]
    others = [j for j in judged if not j.example.emergency]
    alike = [j for j in others if j.example.voice == "lookalike"]
    return {
        "emergencies": len(true),
        "found": share(len(found), len(true)),
        "right_rule": share(
            sum(j.emergency == j.example.emergency for j in found), len(found)
        ),
        "false_alarms": share(sum(bool(j.emergency) for j in others), len(others)),
        "false_alarms_lookalike": share(
            sum(bool(j.emergency) for j in alike), len(alike)
        ),
    }


def report(judged: List[Judged]) -> Dict[str, Any]:
    """Returns all figures, over all messages and for each voice."""
    voices = sorted({j.example.voice for j in judged})
    return {
        "all": understanding(judged),
        "voices": {
            voice: understanding([j for j in judged if j.example.voice == voice])
            for voice in voices
        },
        "facets_micro_f1": facet_f1(judged),
        "emergency": emergencies(judged),
    }


def main(model: Path, folder: Path, *, errors: bool) -> int:
    """Prints the figures as JSON; with `errors` also every wrong message."""
    configure_logs("evaluate", "WARNING")
    agent = load_agent(model, with_actions=False)
    judged = asyncio.run(judge(agent, read_examples(folder)))
    sys.stdout.write(json.dumps(report(judged), ensure_ascii=False, indent=1) + "\n")
    for j in judged if errors else ():
        if not j.is_right:
            e = j.example
            sys.stdout.write(
                f"{e.voice}\t{e.label}\t{','.join(j.ranking)}\t{j.decision}\t{e.text}\n"
            )
    return 0
