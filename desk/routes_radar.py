"""Unmet needs: what residents ask in vain, and the step to an entry of the catalogue."""

import asyncio
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from adapters import answer_editing as editing
from community.errors import ConfigurationError, ContentRefusedError, NotFoundError
from community.learning.drafts import referral_draft, service_draft
from community.learning.new_words import MIN_PERSONS, new_words
from community.learning.radar import Asked, Topic, topics
from desk.answer_views import draft_doc
from desk.calls import Call
from desk.documents import Body, Identifier, Query, Short, Words
from desk.documents_answers import DraftDoc, Snake
from desk.drafting import keep, new_draft, require_repository
from desk.endpoints import Endpoints
from desk.policy import Act

endpoints = Endpoints("radar")
MAX_TOPICS, MAX_WORDS, MAX_WEEKS = 60, 12, 26


class RadarQuery(Query):
    """How far back, and from how many residents on."""

    weeks: int = Field(default=8, ge=1, le=MAX_WEEKS)
    residents: int = Field(default=2, ge=1, le=100)


class WeekCount(BaseModel):
    """Different residents in a week."""

    week: str
    n_persons: int


class TopicDoc(BaseModel):
    """What residents ask for and the catalogue does not have."""

    name: str
    n_persons: int
    n_messages: int
    growth: float = Field(description="Last week against the mean of those before.")
    weeks: list[WeekCount]
    examples: list[str]


class Choice(BaseModel):
    """Something to choose from in a form."""

    id: str
    name: str


class Radar(BaseModel):
    """Unmet needs, most residents first."""

    topics: list[TopicDoc]
    new_words: list[TopicDoc] = Field(
        description="Words of questions that no example knows, answered or not."
    )
    weeks: list[str]
    categories: list[Choice]
    hotlines: list[Choice]


class EntryWish(Body):
    """A new entry for a topic."""

    topic: Short
    kind: str = Field(regex="^(service|referral)$")
    id: Snake
    name: Short
    category: Identifier = Identifier("")
    department: Short = Short("待核实")
    hotline: Identifier = Identifier("")
    reason: Words


@endpoints.get("/api/learn/radar", act=Act.LEARN, takes=RadarQuery, gives=Radar)
async def radar(call: Call, query: RadarQuery) -> Radar:
    """Groups what residents asked in vain, by topic and week; and new words."""
    found = await _topics(call, query.weeks, query.residents)
    words = await _new_words(call, query.weeks, max(query.residents, MIN_PERSONS))
    catalog = call.services.catalog()
    shown = found[:MAX_TOPICS]
    return Radar(
        topics=[_doc(topic) for topic in shown],
        new_words=[_doc(word) for word in words[:MAX_WORDS]],
        weeks=sorted({week for topic in shown for week in topic.weeks}),
        categories=[Choice(id=c.id, name=c.name) for c in catalog.service_categories],
        hotlines=[Choice(id=h, name=one.name) for h, one in catalog.hotlines.items()],
    )


@endpoints.post(
    "/api/learn/radar/draft", act=Act.LEARN, takes=EntryWish, gives=DraftDoc
)
async def draft_entry(call: Call, body: EntryWish) -> DraftDoc:
    """Drafts a service or a referral for a topic; somebody approves it like an answer."""
    repository = require_repository(call)
    topic = await _named(call, body.topic)
    topic.name = body.name or topic.name
    try:
        if body.kind == "referral":
            path = editing.REFERRALS
            text = referral_draft(topic, body.id, hotline=body.hotline or None)
        else:
            path = f"services/{body.id}.yml"
            text = service_draft(
                topic, body.id, category=body.category, department=body.department
            )
    except ConfigurationError as err:
        raise ContentRefusedError([str(err)]) from err
    draft = new_draft(call, body.kind, path, "", {"text": text}, body.reason)
    problems = await asyncio.to_thread(editing.problems_with, repository, draft)
    if problems:
        raise ContentRefusedError(problems)
    await call.audit("radar_draft", f"{body.kind}/{body.id}", body.reason)
    return draft_doc(call, await keep(call, draft))


def _doc(topic: Topic) -> TopicDoc:
    return TopicDoc(
        name=topic.name,
        n_persons=topic.n_persons,
        n_messages=topic.n_messages,
        growth=topic.growth,
        weeks=[
            WeekCount(week=week, n_persons=count) for week, count in topic.weeks.items()
        ],
        examples=list(topic.examples),
    )


async def _named(call: Call, name: str) -> Topic:
    for find, residents in ((_topics, 1), (_new_words, MIN_PERSONS)):
        for topic in await find(call, MAX_WEEKS, residents):
            if topic.name == name:
                return topic
    raise NotFoundError(f"the topic {name} is not there (any more)")


async def _topics(call: Call, weeks: int, residents: int) -> list[Topic]:
    learning = call.services.learning
    since: datetime = call.now - timedelta(weeks=weeks)
    asked = [
        Asked(text, person, at)
        for text, person, at in await learning.log.outside(since)
    ]
    background = await learning.data.texts()
    return await asyncio.to_thread(topics, asked, background, min_persons=residents)


async def _new_words(call: Call, weeks: int, residents: int) -> list[Topic]:
    learning = call.services.learning
    since: datetime = call.now - timedelta(weeks=weeks)
    asked = [
        Asked(text, person, at)
        for text, person, at in await learning.log.questions(since)
    ]
    services = call.services
    names = (*services.places().book.names(), *services.catalog().words)
    return await asyncio.to_thread(
        new_words,
        asked,
        await learning.data.texts(),
        names,
        min_persons=residents,
    )
