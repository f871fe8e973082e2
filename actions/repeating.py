"""What is said instead of an answer that was given already, or that is not written."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.reading import ITEM_SLOT, Reading
from community.answers import PERSON, AnswerComposer, first_sentence
from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.lines import closest_line, lines_naming
from community.catalog.model import Service
from community.dialogue.circumstances import names_case
from community.dialogue.following import UNWRITTEN
from community.dialogue.staying import told_in
from community.dialogue.wordings import bare, rephrase, same_of_another
from community.replies import Choices, Part, Text, part_to_doc

_ASKS = re.compile(r"[吗不么呢?？]$|[几哪谁啥咋怎]|多少|什么")
HEARD = "嗯，我知道了。"
NOT_SINGLED_OUT = "我这里没有单独写，不敢乱说。"
_AS_TOLD = "刚才说的那些，就按"
OF_THAT_PERSON = f"{_AS_TOLD}{{person}}的情况看。"
TOLD_WITH_IT = "没有另外写，刚才那段是一起说的。"
MAX_ECHO_CHARS = 12
"""Of what is said back word for word."""
JUDGED = "够不够条件，要办的部门核过才算，我不能替他们说。"
TOUCHED = "这里写的是："
NOT_WRITTEN = "我这里写的就是刚才那些，再细的没写到，不敢乱答。"
PERSON_TOO = "也可以让网格员帮您问："
_INSTEAD = (
    *(NOT_WRITTEN, HEARD, TOUCHED, TOLD_WITH_IT),
    *(NOT_SINGLED_OUT, _AS_TOLD),
)
_LONG_NUMBER = re.compile(r"\d{5}")


def said_last(
    service: Service, parts: Sequence[Part], reading: Reading, tracker: Tracker
) -> bool:
    """Tells whether this answer was the last one, whatever it offered.

    What was said instead of repeating it does not count.
    """
    if not goes_on(service, reading, tracker):
        return False
    return _answer(part_to_doc(part) for part in parts) == next(_answers(tracker), None)


def is_beside(
    service: Service,
    parts: Sequence[Part],
    reading: Reading,
    tracker: Tracker,
    composer: AnswerComposer,
) -> bool:
    """Tells whether an answer would miss what was said in the talk about its service.

    It was the last answer already; or nothing was asked that has a text of its own, and
    one line is about it, or the overview was given before.
    """
    if not goes_on(service, reading, tracker):
        return False
    if reading.value == UNWRITTEN or said_last(service, parts, reading, tracker):
        return True
    answer = _answer(part_to_doc(part) for part in parts)
    if not reading.facets and answer in _answers(tracker):
        return True
    if names_case(service, reading.text):
        return False
    return not reading.facets and _closest(service, reading, composer) is not None


def instead_of_repeating(
    service: Service, reading: Reading, composer: AnswerComposer
) -> list[Part]:
    """Says the line that comes closest, or that there is none, and whom to ask."""
    asked = "，".join((service.short_name, *(FACET_TITLES[f] for f in reading.facets)))
    contact = composer.fill(first_sentence(service.facets[Facet.CONTACT].text))
    lead = NOT_WRITTEN
    judged = JUDGED if Facet.ELIGIBILITY in reading.facets else ""
    line = _closest(service, reading, composer)
    if line is not None:
        lead = f"{echo(reading.text)}，{TOUCHED}“{composer.fill(line.rstrip('。；'))}”。{judged}"
    elif named := lines_naming(composer.current(service), _named_in(reading)):
        told = "；".join(f"“{composer.fill(text.rstrip('。；'))}”" for text in named)
        lead = f"{echo(told_in(reading.text))}，{TOUCHED}{told}。{judged}"
    elif names_case(service, reading.text) and reading.facets:
        lead = f"{echo(told_in(reading.text))}，{TOLD_WITH_IT}"
    elif not _ASKS.search(reading.text.strip(" 。！!")):
        lead = HEARD + judged
    steps = composer.next_steps(service, reading.facets)
    others = tuple(choice for choice in steps.items if choice != PERSON)
    return [Text(f"【{asked}】{lead}{contact}"), Choices(PERSON_TOO, (PERSON, *others))]


def echo(text: str) -> str:
    """Returns what was told, in its own words if they are few."""
    words = text.strip(" ，,。.！!？?")
    is_short = len(words) <= MAX_ECHO_CHARS and not _LONG_NUMBER.search(words)
    return f"您说的“{words}”" if is_short else "您说的这一点"


def goes_on(service: Service, reading: Reading, tracker: Tracker) -> bool:
    """Tells whether it is the service talked of; whoever names it asks anew."""
    said = bare(rephrase(reading.text))  # 不是五保 是低保 names one of them
    if said in {service.name, service.short_name, *service.aliases}:
        return False
    return tracker.get_slot(ITEM_SLOT) == service.key


def _named_in(reading: Reading) -> str:
    """Returns what 到期了呢, 那租房补贴呢 name; a text of no line for anything else."""
    named = same_of_another(reading.text)
    return named.rstrip("了的") if named else reading.text


def _closest(
    service: Service, reading: Reading, composer: AnswerComposer
) -> str | None:
    return closest_line(composer.current(service), reading.text, composer.catalog)


def _answers(tracker: Tracker) -> Iterator[str]:
    """Yields the answers given so far, the last one first.

    What was said instead of one does not count.
    """
    for event in reversed(tracker.events):
        if event.get("event") != "bot":
            continue
        parts = ((event.get("data") or {}).get("custom") or {}).get("parts") or ()
        said = "".join(part.get("text") or "" for part in parts)
        if not any(words in said for words in _INSTEAD):
            yield _answer(parts)


def _answer(docs: Iterable[Mapping[str, Any]]) -> str:
    kept = [doc for doc in docs if doc.get("type") != "choices"]
    return json.dumps(kept)
