"""Disagreement with what an office decided: a person looks, and the ways to appeal are named."""

import re

from community.catalog.model import Catalog
from community.dialogue.looking_up import PAID
from community.dialogue.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.dialogue.wordings import asks_reason, bare

_DISAGREES = re.compile(
    r"不服(?!务)|不公平|不公道|不合理|不讲理|(?:找谁|上哪|去哪|哪里|没地)[^，。]{0,2}(?:说理|讲理|评理|申诉|告|复议)|"
    r"[申上]诉|行政复议|(?:要|想|去)告他们|[上信]访|^能告[吗不么]|走后门|有关系|优亲厚友|偏心"
)
"""俺不服, 上哪说理: said after something was refused or stopped."""
_ONLY = re.compile(
    rf"(?:[我俺咱这那太也真就要想去得]|你们|他们)*(?:{_DISAGREES.pattern})[吗了啊吧呀呢的]*"
)


def disagrees(text: str) -> bool:
    """Tells whether a message asks why, or will not take it as it was decided."""
    return asks_reason(text) or bool(_DISAGREES.search(text))


def appeal(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Hands 俺不服 over, in the talk about money that was asked for."""
    if context.talked_of not in PAID or len(bare(said.text)) > ELLIPSIS_MAX_CHARS:
        return None
    wording = _ONLY.fullmatch(bare(said.text)) if said.is_clear_item else None
    if not wording and (said.is_clear_item or not _DISAGREES.search(said.text)):
        return None
    return Meaning("reason", item=context.service, facets=said.facets)
