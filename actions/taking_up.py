"""What is said to a fact about the case: the lines it touches, or that there are none."""

import re
from collections.abc import Mapping

from rasa_sdk import Tracker

from actions.reading import FACETS_SLOT, Reading
from actions.repeating import (
    JUDGED,
    NOT_SINGLED_OUT,
    OF_THAT_PERSON,
    PERSON_TOO,
    TOUCHED,
    echo,
    goes_on,
)
from community.answers import PERSON, VISIT_TITLE, AnswerComposer, first_sentence
from community.catalog.facets import Facet
from community.catalog.lines import is_line_of, touched_lines
from community.catalog.model import Service
from community.dialogue.circumstances import fitting
from community.dialogue.staying import (
    TOLD,
    asks_of_something,
    person_told,
    states,
    told_in,
)
from community.payloads import item_payload
from community.replies import Choice, Choices, ItemList, Part, Text

_VERDICT = re.compile(
    r"(?:到底|究竟|那你说|那我)[^，。]{0,6}(?:行不行|中不中|能不能|够不够|算不算|符不符合|有没有戏|[行中能够]不)|"
    r"^那?(?:就)?(?:行不行|中不中|有没有戏|有戏[吗不没])\W*$"
)
"""Asks what only those who decide could say: 那到底行不行."""


def instead_of_an_aspect(
    service: Service,
    reading: Reading,
    tracker: Tracker,
    composer: AnswerComposer,
    known: Mapping[str, str],
) -> list[Part]:
    """Answers what asks for no aspect by name; nothing for any other question."""
    is_aside = goes_on(service, reading, tracker) and asks_of_something(
        reading.text, service
    )
    instead = {Facet.ELIGIBILITY, Facet.MATERIALS} if is_aside else {Facet.ELIGIBILITY}
    if reading.chosen or not {*reading.facets} <= instead:
        return []
    is_aside = is_aside and Facet.ELIGIBILITY in reading.facets
    asked = tuple(Facet(name) for name in tracker.get_slot(FACETS_SLOT) or ())
    if _VERDICT.search(reading.text):
        return _closed(service, JUDGED, asked, composer)
    is_stated = bool(reading.facets) and states(reading.text)
    if reading.value != TOLD and not is_stated and not is_aside:
        return []
    meant = told_in(reading.text)
    lines = touched_lines(composer.current(service), meant, asked, composer.catalog)
    lines = tuple(fitting(service.key, lines, known))
    if lines:
        return _touched(service, meant, lines, asked, composer)
    person = person_told(meant)
    if person is not None:
        said = f"嗯，说的是{person}。{OF_THAT_PERSON.format(person=person)}"
        return _closed(service, said, asked, composer)
    return _closed(service, f"{echo(meant)}，{NOT_SINGLED_OUT}", asked, composer)


def _touched(
    service: Service,
    meant: str,
    lines: tuple[str, ...],
    asked: tuple[Facet, ...],
    composer: AnswerComposer,
) -> list[Part]:
    rule = next((r for r in service.not_here if lines[0] in r.rule), None)
    texts = tuple(composer.fill(line).rstrip("。；") for line in lines)
    lead = f"【{service.short_name}】{echo(meant)}，{TOUCHED}"
    statement = service.facets[Facet.ELIGIBILITY]
    judged = JUDGED if any(is_line_of(statement, line) for line in lines) else ""
    contact = _contact(service, composer)
    others = _next(service, asked, composer)
    if rule is not None and rule.to in composer.catalog.items:
        name = composer.catalog.item_name(rule.to)
        others = (Choice(f"问{name}", item_payload(rule.to)), *others[:1])
    choices = Choices(PERSON_TOO, (PERSON, *others))
    if len(texts) == 1:
        return [Text(f"{lead}“{texts[0]}”。{judged}{contact}"), choices]
    listed = ItemList("看这几条", texts)
    return [Text(lead), listed, Text(f"{judged}{contact}"), choices]


def _closed(
    service: Service, said: str, asked: tuple[Facet, ...], composer: AnswerComposer
) -> list[Part]:
    text = f"【{service.short_name}】{said}{_contact(service, composer)}"
    others = _next(service, asked, composer)
    return [Text(text), Choices(PERSON_TOO, (PERSON, *others))]


def _contact(service: Service, composer: AnswerComposer) -> str:
    return composer.fill(first_sentence(service.facets[Facet.CONTACT].text))


def _next(
    service: Service, asked: tuple[Facet, ...], composer: AnswerComposer
) -> tuple[Choice, ...]:
    """Offers what to ask next; the conditions, where they were not told yet."""
    if Facet.ELIGIBILITY not in asked:
        asked = tuple(Facet(f) for f in Facet if f is not Facet.ELIGIBILITY)
    steps = composer.next_steps(service, asked).items
    return tuple(c for c in steps if c != PERSON and c.title != VISIT_TITLE)
