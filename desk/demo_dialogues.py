"""Made-up dialogues for the demonstration, so that operators' pages are not empty.

Nobody has ever said these sentences: they were written for this file.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.settings import Settings
from adapters.sql.engine import create_engine
from adapters.sql.learning import SqlDialogueLog
from community.learning.entry import LogEntry, Pseudonyms

GRIDS = ("bugu-01", "bugu-02", "bugu-03", "caihong-01")
WEEKS = 7
MODEL = "demo"
Ranking = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and what became of it."""

    text: str
    ranking: Ranking
    decision: str
    actions: tuple[str, ...] = ("action_answer",)
    chosen: bool = False
    item: str = ""
    emergency: str = ""


def _answer(text: str, label: str, confidence: float = 0.97) -> Line:
    return Line(text, ((label, confidence), ("talk_greet", 0.01)), "answer", item=label)


def _unsure(text: str, *labels: tuple[str, float]) -> Line:
    return Line(text, labels, "clarify", ("action_unclear",))


def _tap(label: str) -> Line:
    return Line("", (), "", chosen=True, item=label)


def _lost(text: str, *labels: tuple[str, float]) -> Line:
    return Line(text, labels, "abstain", ("action_unclear",))


def _outside(text: str) -> Line:
    ranking = (("oos_gov", 0.93), ("oos_other", 0.05))
    return Line(text, ranking, "abstain", ("action_out_of_scope",))


def _talk(text: str, label: str) -> Line:
    return Line(text, ((label, 0.96),), "answer", (f"action_{label[5:]}",))


_AGE, _CARD = "service/senior_age_allowance", "service/id_card"
_LOW, _DOG = "service/subsistence_allowance", "matter/dog_nuisance"
_NOISE, _TRASH = "matter/noise", "matter/garbage_cleaning"
_CLUTTER, _CHARGE = "matter/corridor_clutter", "matter/ebike_charging"
DIALOGUES: Sequence[Sequence[Line]] = (
    (
        _answer("俺爹过了年就八十了，听说每月给发钱", _AGE),
        _talk("谢谢啊", "talk_thanks"),
    ),
    (
        _answer("身份证让洗衣机搅坏了咋整", _CARD),
        _talk("挺清楚的", "talk_feedback_good"),
    ),
    (_answer("楼上半夜拖椅子，孩子吓醒好几回", _NOISE),),
    (_answer("垃圾桶满得盖不上，苍蝇乱飞", _TRASH),),
    (
        _unsure("老人那个补助在哪弄", (_AGE, 0.46), (_LOW, 0.41)),
        _tap(_AGE),
    ),
    (
        _unsure("老人家的补助到哪弄啊", (_AGE, 0.48), (_LOW, 0.42)),
        _tap(_AGE),
    ),
    (
        _lost("门口那堆破烂挡道挡了半个月", (_CLUTTER, 0.38), (_TRASH, 0.33)),
        _answer("楼道里堆的破柜子挡着门口", _CLUTTER),
    ),
    (_lost("门口那堆破烂都挡道半个月了", (_CLUTTER, 0.36), (_TRASH, 0.34)),),
    (
        _answer("楼下拉线给小电驴充电", _NOISE, 0.71),
        _talk("答得不对", "talk_feedback_bad"),
    ),
    (_answer("低保的人办证要交钱不", _LOW, 0.78), _talk("我要找人问", "talk_handoff")),
    (_answer("隔壁的狗冲着娃龇牙", _DOG),),
    (_lost("娃户口跟谁", ("service/household_registration", 0.4), (_CARD, 0.22)),),
    (_lost("那个卡刷不出来", ("service/social_security_card", 0.41), (_CARD, 0.35)),),
    (_answer("暖冬包咋领", _LOW, 0.74),),
    (_answer("今年的暖冬包低保户才有吗", _LOW, 0.83),),
    (_answer("俺娘没领着暖冬包", _LOW, 0.71),),
    (_outside("给小猫打疫苗有地方管吗"),),
    (_outside("小猫的疫苗在哪打便宜"),),
    (_outside("老年大学还招书法班不"),),
    (_outside("老年大学的书法班啥时候报名"),),
    (_outside("共享单车锁不上还在扣钱"),),
)
"""One dialogue each; residents say them again and again through the weeks."""
_TIMES = (9, 7, 6, 5, 4, 3, 3, 2, 2, 3, 5, 2, 3, 2, 3, 2, 4, 3, 5, 6, 2)
"""How many residents hold each of them."""


def entries(pseudonyms: Pseudonyms, now: datetime) -> Iterator[LogEntry]:
    """Yields the dialogues of the last weeks, the same ones at every start."""
    number = 0
    for lines, times in zip(DIALOGUES, _TIMES, strict=True):
        for _ in range(times):
            number += 1
            yield from _dialogue(pseudonyms, number, lines, now)


def _dialogue(
    pseudonyms: Pseudonyms, number: int, lines: Sequence[Line], now: datetime
) -> Iterator[LogEntry]:
    seed = int(hashlib.sha256(f"{number}".encode()).hexdigest(), 16)
    minutes = seed % (WEEKS * 7 * 24 * 60)
    begin = now - timedelta(hours=1) - timedelta(minutes=minutes)
    for place, line in enumerate(lines):
        yield LogEntry(
            message=pseudonyms.message(f"demo:{number}:{place}"),
            person=pseudonyms.person(f"demo:{number}"),
            at=begin + timedelta(seconds=40 * place),
            channel="web",
            kind="choice" if line.chosen else "text",
            text=line.text,
            model=MODEL,
            latency_ms=60 + seed % 90,
            ranking=line.ranking,
            decision=line.decision,
            emergency=line.emergency or None,
            intent="choice" if line.chosen else "",
            item=line.item or None,
            chosen=line.chosen,
            grid=GRIDS[seed % len(GRIDS)],
            actions=line.actions,
            parts=("text",),
            digest=hashlib.sha256(line.text.encode()).hexdigest()[:16],
        )


async def seed_dialogues(settings: Settings, now: datetime) -> int:
    """Puts the dialogues into an empty log; returns how many messages there were."""
    engine = create_engine(settings.database_url)
    try:
        pseudonyms = settings.learning.pseudonyms()
        log = SqlDialogueLog(engine, pseudonyms)
        if await log.recent_texts(now - timedelta(days=3650), limit=1):
            return 0
        return await log.store([one.to_json() for one in entries(pseudonyms, now)])
    finally:
        await engine.dispose()
