"""`make parse`: one message a line on stdin, one JSON object a line on stdout."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from pathlib import Path
from typing import Any, Dict, List

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from adapters.logs import configure_logs
from bot.model import load_agent

RANKED = 3
ASKS_FACET = "talk:ask_facet"


def external_label(label: str) -> str:
    """Returns a label as the catalogue writes it: `service:<id>`, `talk:<kind>`."""
    for kind in ("talk", "oos"):
        if label.startswith(f"{kind}_"):
            return f"{kind}:{label[len(kind) + 1 :]}"
    return label.replace("/", ":")


def as_record(text: str, parsed: Dict[str, Any]) -> Dict[str, Any]:
    """Turns Rasa's parse data into the parse record of `docs/contracts.md`."""
    ranking = [
        {
            "label": external_label(entry["label"]),
            "confidence": round(entry["confidence"], 4),
        }
        for entry in parsed["label_ranking"][:RANKED]
    ]
    return {
        "text": text,
        "label": ranking[0]["label"],
        "confidence": ranking[0]["confidence"],
        "ranking": ranking,
        "facets": asked_facets(ranking[0]["label"], parsed),
        "entities": [
            {
                "entity": entity["entity"],
                "value": entity["value"],
                "start": entity["start"],
                "end": entity["end"],
            }
            for entity in parsed.get("entities") or []
        ],
        "emergency": parsed.get("emergency"),
        "decision": parsed.get("decision", "answer"),
    }


def asked_facets(label: str, parsed: Dict[str, Any]) -> List[str]:
    """Returns the asked aspects of a service, or of the one talked about before.

    A report has none: its parse may hold some, for the case that the resident means a
    service after all.
    """
    if not label.startswith("service:") and label != ASKS_FACET:
        return []
    return list(parsed.get("facets") or [])


async def parse_text(agent: Agent, text: str) -> Dict[str, Any]:
    """Understands one message; an empty one is outside the catalogue."""
    safe = "／" + text[1:] if text.startswith("/") else text
    parsed = await agent.processor.parse_message(UserMessage(text=safe or " "))
    return as_record(text, parsed)


def parse_lines(model: Path) -> int:
    """Reads stdin to its end; the model is loaded once."""
    with contextlib.redirect_stdout(sys.stderr):
        configure_logs("parse", "WARNING")
        agent = load_agent(model, with_actions=False)
    loop = asyncio.new_event_loop()
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # TextIOWrapper
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):
            record = loop.run_until_complete(parse_text(agent, line.rstrip("\r\n")))
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0
