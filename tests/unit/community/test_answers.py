"""What residents read is what the catalogue says, and what it does not know."""

from dataclasses import replace
from datetime import date

import pytest

from community.answers import EXPIRED, RECALL_NOTE, AnswerComposer
from community.catalog.facets import Facet
from community.catalog.local import LocalFacts
from community.catalog.model import Catalog, Confidence, LocalFact, Place, Statement
from community.catalog.render import MAX_PART_BYTES
from community.replies import Choices, Text, as_plain_text

TODAY = date(2026, 11, 25)


def composer(catalog: Catalog, place: str | None = None) -> AnswerComposer:
    return AnswerComposer(catalog, LocalFacts(catalog, place, TODAY), TODAY)


def with_places(catalog: Catalog) -> Catalog:
    fact = {"community.phone": LocalFact("示例社区号", TODAY)}
    county = {
        "community.phone": LocalFact("示例县号", TODAY),
        "subsistence_allowance.standard": LocalFact(
            "示例标准", TODAY, date(2026, 1, 1)
        ),
    }
    places = {
        "junan": Place("junan", "县", "county", None, county),
        "street": Place("street", "街道", "street", "junan", {}),
        "here": Place("here", "社区", "community", "street", fact),
    }
    return replace(catalog, places=places)


def test_every_service_answers_every_facet_within_one_message_part(catalog):
    speaker = composer(catalog)
    for service in catalog.services.values():
        for facet in (None, *Facet):
            parts = speaker.service(service, [facet] if facet else [])
            text = as_plain_text(parts)
            assert text.strip()
            assert "{" not in text
            for part in parts:
                assert len(as_plain_text([part]).encode()) <= MAX_PART_BYTES


def test_every_matter_and_emergency_can_be_spoken(catalog):
    speaker = composer(catalog)
    for matter in catalog.matters.values():
        assert speaker.matter_advice(matter)
        note = speaker.matter_emergency(matter)
        assert (note is None) == (matter.emergency is None)
        if note is not None:
            assert note.call
    for rule in catalog.emergencies:
        part = speaker.emergency(rule)
        assert part.call
        assert part.call[0] in part.text.split("。")[0]


def test_a_missing_local_fact_is_said_to_be_missing(catalog):
    service = catalog.services["subsistence_allowance"]
    text = as_plain_text(composer(catalog).service(service, [Facet.AMOUNT]))
    assert "还没有登记" in text
    assert not any(char.isdigit() for char in text)


def test_local_facts_come_from_the_nearest_place(catalog):
    catalog = with_places(catalog)
    assert LocalFacts(catalog, "here", TODAY).get("community.phone") == "示例社区号"
    assert LocalFacts(catalog, "street", TODAY).get("community.phone") == "示例县号"
    unbound = LocalFacts(replace(catalog, default_place="junan"), None, TODAY)
    assert unbound.get("community.phone") == "示例县号"
    undescribed = LocalFacts(catalog, "nowhere", TODAY)
    assert undescribed.get("community.phone") == "示例县号"


def test_an_expired_local_fact_is_not_served(catalog):
    facts = LocalFacts(with_places(catalog), "here", TODAY)
    assert facts.get("subsistence_allowance.standard") is None


def test_an_expired_answer_is_not_served(catalog):
    service = catalog.services["subsistence_allowance"]
    old = Statement("旧标准是一百", expires_on=date(2026, 11, 24))
    service = replace(service, facets={**service.facets, Facet.AMOUNT: old})
    text = as_plain_text(composer(catalog).service(service, [Facet.AMOUNT]))
    assert EXPIRED in text
    assert "一百" not in text


def test_common_knowledge_is_marked_as_such(catalog):
    service = catalog.services["subsistence_allowance"]
    known = Statement("一般带身份证", confidence=Confidence.RECALL)
    service = replace(service, facets={**service.facets, Facet.MATERIALS: known})
    text = as_plain_text(composer(catalog).service(service, [Facet.MATERIALS]))
    assert RECALL_NOTE in text


@pytest.mark.parametrize("asked", [[], [Facet.FEE], [Facet.FEE, Facet.PLACE]])
def test_next_steps_are_few_and_end_with_a_person(catalog, asked):
    choices = composer(catalog).next_steps(catalog.services["id_card"], asked)
    assert isinstance(choices, Choices)
    assert len(choices.items) <= 3
    assert choices.items[-1].payload == "/talk_handoff"


def test_an_unknown_topic_names_the_right_hotline(catalog):
    parts = composer(catalog).out_of_scope("护照到期了怎么换", is_government=True)
    assert isinstance(parts[0], Text)
    other = composer(catalog).out_of_scope("给我讲个笑话", is_government=False)
    assert "12345" not in as_plain_text(other)
