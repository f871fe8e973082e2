"""`send` and `replay`: a resident's conversation from the command line."""

import asyncio
import base64
import json
import mimetypes
import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from community.errors import CommunityError
from simulator.client import SimulatorClient
from simulator.refusals import SimulatorError

QUIET_S = 1.5
"""After a bubble, how long another one may take to come."""
Bubble = dict[str, Any]
Print = Callable[[Bubble], None]


class RecordingError(CommunityError):
    """Raised when a recording cannot be read; the message names the line."""


def action_of(arguments: Namespace) -> dict[str, Any]:
    """Returns what the options of `send` ask for.

    Raises:
        SimulatorError: Nothing, or a file or place that cannot be read.
    """
    for name in ("image", "voice", "video"):
        path = getattr(arguments, name)
        if path is not None:
            return {"do": name, **_file(path, name)}
    if arguments.location:
        return {"do": "location", **_place(arguments.location), "label": arguments.text}
    for name, key in (("click", "key"), ("scan", "scene"), ("grant", "template")):
        if getattr(arguments, name):
            return {"do": name, key: getattr(arguments, name)}
    for name in ("follow", "unfollow"):
        if getattr(arguments, name):
            return {"do": name}
    if not arguments.text:
        raise SimulatorError("nothing to send: give a text or an option")
    return {"do": "say", "text": arguments.text, "menu_id": arguments.menu_id}


def _file(path: Path, kind: str) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise SimulatorError(f"{path}: {err.strerror}") from err
    found: dict[str, Any] = {"base64": base64.b64encode(data).decode()}
    if kind == "image":
        found["media_type"] = mimetypes.guess_type(path.name)[0] or "image/jpeg"
    return found


def _place(text: str) -> dict[str, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError as err:
        raise SimulatorError(f"--location {text!r}: LAT,LON is expected") from err
    return {"latitude": latitude, "longitude": longitude}


def is_answer(bubble: Bubble) -> bool:
    """Tells whether a bubble came from the account or is its error."""
    return bool(bubble["side"] == "account" or bubble["kind"] == "error")


async def listen(
    client: SimulatorClient, openid: str, after: int, wait_s: float, tell: Print
) -> list[Bubble]:
    """Collects bubbles for `wait_s`, or until it is quiet after an answer."""
    found: list[Bubble] = []
    ends_at = monotonic() + wait_s
    while (left_s := ends_at - monotonic()) > 0:
        has_answer = any(map(is_answer, found))
        news = await client.chat(
            openid, after=after, wait_s=min(QUIET_S, left_s) if has_answer else left_s
        )
        if not news:
            break
        for bubble in news:
            tell(bubble)
        found += news
        after = news[-1]["seq"]
    return found


async def send(url: str, arguments: Namespace, tell: Print) -> int:
    """Does one thing and prints what the resident sees, in order.

    Returns:
        0 if something was answered, 1 after an error bubble or a broken link,
        2 if nothing came.
    """
    action = action_of(arguments)
    async with SimulatorClient(url) as client:
        after = await client.seq()
        doing = asyncio.ensure_future(client.perform(arguments.openid, action))
        try:
            exchange = await doing
        finally:
            doing.cancel()
        found = await listen(client, arguments.openid, after, arguments.wait, tell)
    if exchange["reply"] is None or any(
        b["kind"] == "error" or b["defects"] for b in found
    ):
        return 1
    is_silent_action = action["do"] in ("unfollow", "grant")
    return 0 if is_silent_action or any(map(is_answer, found)) else 2


def read_recording(path: Path) -> list[dict[str, Any]]:
    """Reads JSON lines; empty lines and lines that begin with # are skipped.

    Raises:
        RecordingError: A line is no JSON object, or is neither action nor bubble.
    """
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as err:
            raise RecordingError(f"{path}:{number}: no JSON: {err}") from err
        if not isinstance(row, dict) or not ({"do", "side"} & set(row)):
            raise RecordingError(f"{path}:{number}: neither `do` nor `side`")
        rows.append({**row, "_line": number})
    return rows


def steps(rows: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[Bubble]]]:
    """Groups a recording into actions, each with the bubbles expected after it."""
    found: list[tuple[dict[str, Any], list[Bubble]]] = []
    for row in rows:
        if "do" in row:
            found.append((row, []))
        elif row["side"] == "person":
            found.append((spoken(row), []))
        elif row["side"] == "account" or row.get("kind") == "error":
            if not found:
                raise RecordingError(f"line {row['_line']}: an answer before an action")
            found[-1][1].append(row)
    return found


def spoken(row: dict[str, Any]) -> dict[str, Any]:
    """Turns a person's bubble, as `send` prints it, back into what they did.

    Raises:
        RecordingError: Only texts can be read back; others are written as `do`.
    """
    if row.get("kind") != "text":
        raise RecordingError(
            f"line {row['_line']}: write `do` for what is not a text: {row.get('kind')}"
        )
    action = {"do": "say", "text": row["text"], "_line": row["_line"]}
    return {**action, "openid": row.get("person", row.get("openid"))}


def difference(expected: Bubble, got: Bubble | None) -> str | None:
    """Says how a bubble differs from what was recorded, or None.

    `text` is compared whole, `contains` and `matches` (a regular expression) loosely.
    """
    if got is None:
        return "nothing more was answered"
    if got["kind"] != expected.get("kind", got["kind"]):
        return f"kind {got['kind']} instead of {expected['kind']}"
    if "text" in expected and got["text"] != expected["text"]:
        return f"text {got['text']!r} instead of {expected['text']!r}"
    if expected.get("contains", "") not in got["text"]:
        return f"text {got['text']!r} does not contain {expected['contains']!r}"
    if not re.search(expected.get("matches", ""), got["text"], re.DOTALL):
        return f"text {got['text']!r} does not match {expected['matches']!r}"
    return None


async def replay(url: str, path: Path, wait_s: float, tell: Print) -> list[str]:
    """Plays a recording; returns every difference, each with its line."""
    problems: list[str] = []
    async with SimulatorClient(url) as client:
        for action, expected in steps(read_recording(path)):
            where = f"{path}:{action['_line']}"
            openid = str(action.get("openid") or "replay")
            after = await client.seq()
            done = {k: v for k, v in action.items() if k not in ("openid", "_line")}
            await client.perform(openid, done)
            found = await listen(
                client, openid, after, wait_s if expected else 0.2, tell
            )
            problems += [f"{where}: {p}" for p in compare(expected, found)]
    return problems


def compare(expected: list[Bubble], found: list[Bubble]) -> list[str]:
    """Compares the answers to one action, in order."""
    answers = [bubble for bubble in found if is_answer(bubble)]
    problems = [
        f"error bubble: {b['data'].get('reason')} {b['data'].get('detail')}"
        for b in answers
        if b["kind"] == "error" and "error" not in [e.get("kind") for e in expected]
    ]
    problems += [f"broken: {', '.join(b['defects'])}" for b in answers if b["defects"]]
    for number, wanted in enumerate(expected):
        got = answers[number] if number < len(answers) else None
        problem = difference(wanted, got)
        if problem:
            problems.append(f"(expected in line {wanted['_line']}) {problem}")
    if expected and len(answers) > len(expected):
        problems += [f"also answered: {b['text']!r}" for b in answers[len(expected) :]]
    return problems
