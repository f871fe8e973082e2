"""Finds messages that must be answered with a number to call, from text alone."""

import re

_PATTERNS: tuple[tuple[str, "re.Pattern[str]"], ...] = (
    ("self_harm", re.compile(r"不想活|想死|跳楼|轻生|割腕|喝农药")),
    ("gas", re.compile(r"煤气味|漏气|燃气味|臭鸡蛋")),
    ("fire", re.compile(r"着火|起火|冒烟|失火")),
)


def detect(text: str) -> str | None:
    """Returns the id of the emergency rule that a message falls under, if any."""
    for rule, pattern in _PATTERNS:
        if pattern.search(text):
            return rule
    return None
