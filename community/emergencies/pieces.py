"""A danger that is told in pieces: only together the messages say that it is one."""

from __future__ import annotations

from dataclasses import replace

from community.catalog.model import Catalog
from community.dialogue.meaning import ELLIPSIS_MAX_CHARS, Context, Meaning, Said
from community.dialogue.wordings import bare, named_services
from community.emergencies.calm import is_calm, only_denies
from community.emergencies.detection import detect, hazard, signs
from community.emergencies.interpretation import (
    OF_PEOPLE,
    SURE_OF_DANGER,
    emergency,
    hazardous_matter,
    is_on_alarm,
    is_only_facts,
)

ADDS_UP = 0.25
"""Score of the pieces together from which a model alone is believed.

Above the threshold of one message: of 5,000 pairs of messages in a row seven reached it
without danger, five of them telephone numbers and denials, which are left out now.
"""
MAX_PIECE_CHARS = 60
MAX_TOLD_CHARS = 160


def told_before(context: Context) -> str:
    """Returns what a message may go on with: the story of the open report, the last words.

    Empty where an alarm is out: what follows is heard as more about that.
    """
    if is_on_alarm(context):
        return ""
    told = ""
    account = [p for p in context.account.split("；") if not only_denies(p)]
    for piece in ("；".join(account), context.unclear_text, context.before):
        if only_denies(piece):
            continue  # 没闻着味: a model hears the smell in it
        if piece and piece not in told and len(told) + len(piece) < MAX_TOLD_CHARS:
            told = f"{told}，{piece}" if told else piece
    return told


def may_go_on_with_danger(said: Said, catalog: Catalog) -> bool:
    """Whether a message may be a piece of one: no place, no number, no service."""
    if len(said.text) > MAX_PIECE_CHARS or is_only_facts(said):
        return False
    return not named_services(said.text, catalog)


def is_guess_within_form(said: Said, context: Context) -> bool:
    """Whether a danger is guessed from a few words of a report: 现在还在砸, of a wall.

    They are judged with the story that they go on with.
    """
    if context.requested_slot is None or len(bare(said.text)) > ELLIPSIS_MAX_CHARS:
        return False
    if said.danger >= SURE_OF_DANGER or said.emergency in (None, "self_harm"):
        return False
    return detect(said.text) is None


def adds_up(
    told: str, said: Said, joined: Said, context: Context, catalog: Catalog
) -> Meaning | None:
    """Returns the emergency that a message makes of what was told before it.

    Args:
        told: What was told before.
        said: The message alone.
        joined: Both in one, as the models understand them.
        context: The conversation.
        catalog: The catalogue.
    """
    if not may_go_on_with_danger(said, catalog):
        return None
    if is_calm(said.text, joined.emergency or ""):
        return None
    meaning = emergency(joined, context, catalog)
    if meaning is None or not _is_new(told, said, joined, context, catalog):
        return None
    return replace(meaning, clause=joined.text)


def _is_new(
    told: str, said: Said, joined: Said, context: Context, catalog: Catalog
) -> bool:
    """Whether the danger was not heard, and passed over, in the words before."""
    key = hazardous_matter(joined, context, catalog)
    if key is not None:
        return not hazard(key.removeprefix("matter/"), told)
    certain = _certain(joined.text)
    if certain:
        return bool(certain - _certain(told))
    if joined.emergency in OF_PEOPLE or (context.item or "").startswith("service/"):
        return False  # 儿子不管我, 他在家: a model reads too much into such pieces
    return joined.danger >= max(ADDS_UP, said.danger)


def _certain(text: str) -> set[tuple[str, int]]:
    return {(sign.rule, sign.number) for sign in signs(text) if not sign.doubts}
