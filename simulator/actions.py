"""What persons do, as JSON: for the control API, the command line and recordings."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from simulator.courier import Attempt
from simulator.media import PICTURE
from simulator.official import Exchange
from simulator.refusals import SimulatorError
from simulator.resident import Resident

Values = dict[str, Any]
RECORDING = b"#!AMR\n" + b"\x3c" + bytes(31)


def _bytes(values: Values, default: bytes) -> bytes:
    try:
        return base64.b64decode(values["base64"]) if "base64" in values else default
    except (binascii.Error, TypeError) as err:
        raise SimulatorError("base64 is not base64") from err


def _image(resident: Resident, values: Values) -> Awaitable[Exchange]:
    data = _bytes(values, PICTURE)
    is_given = "base64" in values
    kind = values.get("media_type", "image/jpeg" if is_given else "image/png")
    return resident.image(data, kind)


Performer = Callable[[Resident, Values], Awaitable[Exchange]]
_PERFORMERS: dict[str, Performer] = {
    "say": lambda r, v: r.say(str(v["text"]), menu_id=str(v.get("menu_id", ""))),
    "image": _image,
    "voice": lambda r, v: r.voice(
        _bytes(v, RECORDING), recognition=v.get("recognition")
    ),
    "video": lambda r, v: r.video(_bytes(v, b"film"), is_short=bool(v.get("is_short"))),
    "location": lambda r, v: r.location(
        float(v["latitude"]), float(v["longitude"]), str(v.get("label", ""))
    ),
    "link": lambda r, v: r.link(str(v["title"]), str(v["url"])),
    "file": lambda r, v: r.file(str(v["name"]), int(v.get("n_bytes", 1))),
    "unsupported": lambda r, v: r.unsupported(),
    "follow": lambda r, v: r.follow(scene=str(v.get("scene", ""))),
    "unfollow": lambda r, v: r.unfollow(),
    "scan": lambda r, v: r.scan(
        str(v.get("scene", "")), ticket=str(v.get("ticket", ""))
    ),
    "click": lambda r, v: r.click(str(v["key"])),
    "view": lambda r, v: r.view(str(v["url"])),
    "report_location": lambda r, v: r.report_location(
        float(v["latitude"]), float(v["longitude"])
    ),
    "grant": lambda r, v: r.grant(
        str(v["template"]), accepts=bool(v.get("accepts", True))
    ),
    "revoke_privacy": lambda r, v: r.revoke_privacy(),
    "push": lambda r, v: r.push(dict(v["fields"])),
}


async def perform(resident: Resident, values: Values) -> Exchange:
    """Does one thing for a resident: `{"do": "say", "text": …}` and so on.

    Raises:
        SimulatorError: There is no such thing to do, or a value is missing or wrong.
    """
    performer = _PERFORMERS.get(str(values.get("do", "say")))
    if performer is None:
        raise SimulatorError(f"do: one of {', '.join(_PERFORMERS)}")
    try:
        doing = performer(resident, values)
    except (KeyError, TypeError, ValueError) as err:
        raise SimulatorError(f"{values.get('do', 'say')}: {err!r}") from err
    return await doing


def attempt_json(attempt: Attempt) -> Values:
    """Returns how a delivery ended."""
    reply = attempt.reply
    return {
        "outcome": attempt.outcome,
        "detail": attempt.detail,
        "reply": reply.kind if reply else None,
    }


def exchange_json(exchange: Exchange) -> Values:
    """Returns what came of a push at once."""
    return {
        "msg_id": exchange.push.msg_id,
        **attempt_json(exchange.attempt),
        "bubbles": [bubble.as_json() for bubble in exchange.bubbles],
    }
