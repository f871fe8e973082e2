"""Finds messages that must be answered with a number to call, from text alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from community.emergencies.doubts import doubts
from community.emergencies.fire import FIRE, GAS
from community.emergencies.hazards import HAZARDS
from community.emergencies.injuries import MEDICAL, TRAFFIC
from community.emergencies.needed_characters import needed
from community.emergencies.people import FRAUD_NOW, MISSING, SELF_HARM
from community.emergencies.surroundings import ELECTRIC_WATER
from community.emergencies.violence import CRIME, VIOLENCE_HOME
from community.emergencies.words import FIGURES, HOMOPHONES, compiled

_HOMOPHONE = re.compile("|".join(sorted(map(re.escape, HOMOPHONES), key=len)[::-1]))
_FIGURE = re.compile("|".join(f"(?:{figure})" for figure in FIGURES))
_STOPS = str.maketrans(
    dict.fromkeys("！!？?；;…", "。") | dict.fromkeys(",、：:\n", "，")
)
_SPACE = re.compile(r"\s+")
_DANGERS: dict[str, tuple[str, ...]] = {
    "self_harm": SELF_HARM,
    "fire": FIRE,  # before gas: with flames the advice of a mere leak is too late
    "gas": GAS,
    "fraud_now": FRAUD_NOW,  # before traffic: invented accidents are a pretext
    "traffic": TRAFFIC,  # before medical: its numbers include the ambulance
    "violence_home": VIOLENCE_HOME,
    "crime": CRIME,
    "medical": MEDICAL,  # before electric_water: current first harms people
    "electric_water": ELECTRIC_WATER,
    "missing": MISSING,
}
_RULES = {
    rule: [(pattern, needed(pattern.pattern)) for pattern in map(compiled, table)]
    for rule, table in _DANGERS.items()
}
"""Each pattern with characters of which a text must hold one, or it is not tried."""
_HAZARDS = {name: [compiled(p) for p in table] for name, table in HAZARDS.items()}

RULE_IDS = tuple(_DANGERS)
"""Ids of the global rules, in order of priority."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One danger pattern found in a text, and what speaks against it."""

    rule: str
    number: int
    """Position of the pattern in its rule's table."""
    doubts: tuple[str, ...]
    """Names of what speaks against it; the sign counts if there is nothing."""


def canonical(text: str) -> str:
    """Returns a text with homophones replaced and figures of speech blanked."""
    plain = _SPACE.sub("，", text.strip().lower().translate(_STOPS))
    plain = _HOMOPHONE.sub(lambda match: HOMOPHONES[match.group()], plain)
    return _FIGURE.sub(lambda match: "□" * len(match.group()), plain)


def signs(text: str) -> Iterator[Sign]:
    """Finds all danger patterns in a text by priority, doubtful ones too."""
    plain = canonical(text)
    characters = set(plain)
    for rule, patterns in _RULES.items():
        for number, (pattern, of_these) in enumerate(patterns):
            if of_these is not None and characters.isdisjoint(of_these):
                continue
            against: tuple[str, ...] | None = None
            for match in pattern.finditer(plain):
                against = doubts(plain, rule, match.start(), match.end())
                if not against:
                    break
            if against is not None:
                yield Sign(rule, number, against)


def detect(text: str) -> str | None:
    """Returns the id of the emergency rule that a message falls under, if any."""
    return next((sign.rule for sign in signs(text) if not sign.doubts), None)


def hazard(matter_id: str, text: str) -> bool:
    """Whether a text says that the danger of a matter's own note is there now.

    Args:
        matter_id: Matter that the message was understood as.
        text: The message.
    """
    plain = canonical(text)
    return any(
        not doubts(plain, matter_id, match.start(), match.end())
        for pattern in _HAZARDS.get(matter_id, ())
        for match in pattern.finditer(plain)
    )
