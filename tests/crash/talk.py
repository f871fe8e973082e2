"""What residents say, how they type, and by what an answer is recognised."""

import asyncio
import random
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT
from simulator.official import Exchange
from simulator.record import Bubble
from simulator.wechat import SimulatedWeChat

ASKS = ("要带什么材料", "去哪里办", "怎么申请")
EMERGENCIES = ("灶台那边一股子煤气味", "楼道里着火了，冒黑烟", "有人触电倒在地上了")
HANDOFFS = ("帮我转网格员，让他给我打电话",)
TITLE = re.compile(r"【[^】]{2,40}】")
NUMBER = re.compile(r"编号 ?(\d{4}-\d{4,6})")
TRIES_AT_ONCE = 8
MOST_AT_ONCE = 60
"""Messages that wait for an answer: a slow machine gets fewer in the same time."""
IMPATIENT = 0.3
"""Share of messages that are sent before the one before was answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence, and the title that its answer and no other answer has."""

    text: str
    title: str


@dataclass(slots=True)
class Said:
    """One message of a resident and what WeChat made of it at once."""

    openid: str
    text: str
    title: str
    """Of the answer; empty where the answer holds a ticket number."""
    at: datetime
    msg_id: str = ""
    exchange: Exchange | None = None


@dataclass(slots=True)
class Talk:
    """Everything that was said."""

    said: list[Said] = field(default_factory=list)

    @property
    def n_answered_at_once(self) -> int:
        """How many deliveries came to an end."""
        return sum(said.exchange is not None for said in self.said)


def candidates() -> list[str]:
    """Returns sentences that each name a service and what is asked of it."""
    catalog = CatalogFiles(ROOT / "catalog", default_place="junan").load()
    names = [service.short_name for service in catalog.services.values()]
    return [f"{name}{ask}" for ask in ASKS for name in names]


async def learn_questions(wechat: SimulatedWeChat, wanted: int) -> list[Question]:
    """Asks until there are enough sentences whose answers can be told apart.

    Whoever asks here asks nothing else, so nothing but the sentence decides.
    """
    found: dict[str, Question] = {}
    sentences = candidates()
    for start in range(0, len(sentences), TRIES_AT_ONCE):
        batch = sentences[start : start + TRIES_AT_ONCE]
        answers = await asyncio.gather(
            *(
                wechat.resident(f"o-learn-{start + n}").say(t)
                for n, t in enumerate(batch)
            )
        )
        for text, answer in zip(batch, answers, strict=True):
            titles = TITLE.findall(answer.text)
            if len(titles) == 1 and answer.text.startswith(titles[0]):
                found.setdefault(titles[0], Question(text, titles[0]))
        if len(found) >= wanted:
            return list(found.values())[:wanted]
    raise AssertionError(f"only {len(found)} sentences have an answer of their own")


def plan(
    questions: list[Question],
    *,
    n_residents: int,
    n_messages: int,
    chance: random.Random,
) -> dict[str, list[tuple[str, str]]]:
    """Returns what each resident says, in order: sentence and title.

    Everybody asks each question at most once, reports one emergency at most and calls
    for the grid worker at most once.
    """
    plans: dict[str, list[tuple[str, str]]] = {}
    each, extra = divmod(n_messages, n_residents)
    for n in range(n_residents):
        count = each + (n < extra)
        lines = [(q.text, q.title) for q in chance.sample(questions, count)]
        if count >= 4:
            lines[chance.randrange(count // 2)] = (chance.choice(EMERGENCIES), "")
            if chance.random() < 0.5:
                later = chance.randrange(count // 2, count)
                lines[later] = (chance.choice(HANDOFFS), "")
        plans[f"o-{n}"] = lines
    return plans


async def converse(
    wechat: SimulatedWeChat,
    talk: Talk,
    plans: dict[str, list[tuple[str, str]]],
    *,
    per_second: float,
    chance: random.Random,
) -> None:
    """Lets everybody talk at the same time until all has been said and answered."""
    pause_s = len(plans) / per_second
    free = asyncio.Semaphore(MOST_AT_ONCE)

    async def live(openid: str, lines: list[tuple[str, str]]) -> None:
        own = random.Random(f"{openid}{chance.random()}")
        under_way: list[asyncio.Task[None]] = []
        await asyncio.sleep(own.uniform(0, pause_s))
        for text, title in lines:
            await free.acquire()
            said = Said(openid, text, title, datetime.now(timezone.utc))
            talk.said.append(said)
            saying = asyncio.create_task(_say(wechat, said))
            saying.add_done_callback(lambda _: free.release())
            under_way.append(saying)
            if own.random() >= IMPATIENT:
                await asyncio.gather(*under_way)
                under_way.clear()
            await asyncio.sleep(own.uniform(0.2, 1.8) * pause_s)
        await asyncio.gather(*under_way)

    await asyncio.gather(*(live(openid, lines) for openid, lines in plans.items()))


async def _say(wechat: SimulatedWeChat, said: Said) -> None:
    said.exchange = await wechat.resident(said.openid).say(said.text)
    said.msg_id = said.exchange.push.msg_id


def is_answer_to(bubble: Bubble, said: Said, number: str | None) -> bool:
    """Tells whether a bubble of the account answers a message.

    Args:
        bubble: In the resident's chat.
        said: The message.
        number: Of the ticket that the message opened, from the database.
    """
    if said.title:
        return bubble.text.startswith(said.title)
    return number is not None and number in NUMBER.findall(bubble.text)
