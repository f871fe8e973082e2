"""Fills hotline numbers into catalogue texts."""

import re

from community.catalog.local import LocalFacts
from community.catalog.model import Catalog, Hotline

PLACEHOLDER = re.compile(r"\{hotline\.([a-z][a-z0-9_]*)\}")
"""`{hotline.ID}` in a text stands for the number of that hotline."""

MAX_PART_BYTES = 1_900
"""UTF-8 bytes that one text part may have; WeChat shows about 2,000."""


def hotline_number(hotline: Hotline, facts: LocalFacts) -> str | None:
    """Returns the number to dial, or `None` where the place has not filled it in."""
    if hotline.number is not None:
        return hotline.number
    return facts.get(hotline.local_key or "")


def render(text: str, catalog: Catalog, facts: LocalFacts) -> str:
    """Replaces every `{hotline.ID}`; a missing local number becomes its name."""

    def fill(match: re.Match[str]) -> str:
        hotline = catalog.hotlines[match.group(1)]
        return hotline_number(hotline, facts) or hotline.name

    return PLACEHOLDER.sub(fill, text)
