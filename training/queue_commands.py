"""Commands around the review queue: harvest, label, tables, radar."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from adapters.content_files import CatalogFiles
from adapters.sql.own_words import SqlOwnWords
from community.errors import NotFoundError
from community.learning.drafts import referral_draft, service_draft
from community.learning.new_words import MIN_PERSONS
from community.learning.own_words import OwnWords
from community.learning.radar import Topic
from community.learning.review import Cluster, Verdict
from training.harvest import harvest
from training.loop import Loop, now
from training.radar import unheard, unmet
from training.tables import export, take_in
from training.why import explain_once

Command = Callable[[Loop, argparse.Namespace], Awaitable[int]]


def say(text: str) -> None:
    """Prints one line."""
    sys.stdout.write(f"{text}\n")


def say_json(value: Any) -> None:
    """Prints a value as JSON."""
    say(json.dumps(value, ensure_ascii=False, indent=1, default=str))


async def _harvest(loop: Loop, arguments: argparse.Namespace) -> int:
    index = loop.index()
    found = await harvest(loop.harvest, index.is_known, now(), young=index.young())
    say(f"看过 {found.n_turns} 条，值得看的理由 {found.n_signals} 个")
    if not loop.settings.field_key:
        say("没有 FIELD_KEY，网格员改过事项的单子没看")
        return 0
    say(f"网格员改过事项的单子：{await loop.relabels().run(now())} 条有了建议")
    return 0


async def _list(loop: Loop, arguments: argparse.Namespace) -> int:
    clusters = await loop.queue.clusters(
        arguments.by, now(), limit=arguments.limit, held=arguments.held
    )
    if arguments.json:
        say_json([asdict(cluster) for cluster in clusters])
        return 0
    for cluster in clusters:
        _show(cluster)
    return 0


def _show(cluster: Cluster) -> None:
    say(
        f"组 {cluster.id}：{cluster.n_questions} 种说法，{cluster.n_persons} 位居民，"
        f"{cluster.n_turns} 次，分 {cluster.score:.1f}"
    )
    for one in cluster.questions:
        use = "考核用" if one.split != "train" else "训练用"
        ranked = "，".join(f"{name} {share:.0%}" for name, share in one.ranking[:3])
        say(f"  {one.id}  {one.text}")
        say(f"      猜：{one.suggestion}  （{ranked}）  {' '.join(one.reasons)}  {use}")


async def _label(loop: Loop, arguments: argparse.Namespace) -> int:
    ids = list(arguments.ids)
    if arguments.cluster:
        found = [await loop.queue.open_questions(cluster) for cluster in ids]
        ids = [one for questions in found for one in questions]
    facets = None if arguments.facets is None else tuple(arguments.facets)
    verdict = Verdict(
        arguments.decision,
        label=arguments.label,
        facets=facets,
        note=arguments.note,
        despite=frozenset(arguments.despite),
    )
    batch = await loop.review().decide(ids, verdict, arguments.by, now())
    say(f"已处理 {len(ids)} 条（{batch}）；要撤回：undo --batch {batch}")
    return 0


async def _write(loop: Loop, arguments: argparse.Namespace) -> int:
    texts = list(arguments.texts)
    if arguments.file is not None:
        texts += arguments.file.read_text(encoding="utf-8").splitlines()
    texts = [text.strip() for text in texts if text.strip()]
    words = OwnWords(SqlOwnWords(loop.engine), loop.review())
    batch = await words.add(
        arguments.label,
        texts,
        arguments.by,
        now(),
        despite=frozenset(arguments.despite),
    )
    say(f"收下 {len(texts)} 句（{batch}）；要撤回：undo --batch {batch}")
    return 0


async def _undo(loop: Loop, arguments: argparse.Namespace) -> int:
    n_undone = await loop.queue.undo(arguments.by, now(), batch=arguments.batch)
    say(f"已撤回 {n_undone} 条")
    return 0


async def _why(loop: Loop, arguments: argparse.Namespace) -> int:
    catalog = CatalogFiles(loop.settings.content_dir).load()
    found = await explain_once(
        loop.registry.folder, catalog, arguments.text, tuple(arguments.labels)
    )
    for label, share in found.ranking:
        say(f"{share:6.1%}  {label}")
    for label, reasons in found.reasons.items():
        say(f"{label}：" + "，".join(f"{g}（{f}）{s:+.2f}" for f, g, s in reasons))
    for rule in found.rules:
        say(rule)
    return 0


async def _export(loop: Loop, arguments: argparse.Namespace) -> int:
    clusters = await loop.queue.clusters(arguments.by, now(), limit=arguments.limit)
    n_rows = export(arguments.file, clusters, loop.labels())
    say(f"{n_rows} 条写进 {arguments.file}；填好“决定”等列后用 import 收回")
    return 0


async def _import(loop: Loop, arguments: argparse.Namespace) -> int:
    found = await take_in(arguments.file, loop.review(), arguments.by, now())
    say(f"收下 {found.n_decided} 条")
    for problem in found.problems:
        sys.stderr.write(f"[ERROR] {problem}\n")
    return 1 if found.problems else 0


async def _radar(loop: Loop, arguments: argparse.Namespace) -> int:
    weeks, least = arguments.weeks, arguments.residents
    found = await unmet(loop, now(), weeks=weeks, min_persons=least)
    words = await unheard(loop, now(), weeks=weeks, min_persons=max(least, MIN_PERSONS))
    if arguments.json:
        say_json(
            {
                "topics": [asdict(topic) for topic in found],
                "new_words": [asdict(word) for word in words],
            }
        )
        return 0
    _say_topics(found)
    if words:
        say("新冒出来的说法（答了没答都算）：")
        _say_topics(words)
    return 0


def _say_topics(found: list[Topic]) -> None:
    for topic in found:
        weeks = "，".join(f"{week} {n} 人" for week, n in topic.weeks.items())
        say(f"{topic.name}：{topic.n_persons} 位居民（{weeks}），势头 {topic.growth:g}")
        for text in topic.examples[:3]:
            say(f"    {text}")


async def _draft(loop: Loop, arguments: argparse.Namespace) -> int:
    found = [
        *await unmet(loop, now(), min_persons=1),
        *await unheard(loop, now()),
    ]
    topic = _topic_named(found, arguments.topic)
    if arguments.kind == "referral":
        say(referral_draft(topic, arguments.id, hotline=arguments.hotline).rstrip())
        return 0
    say(
        service_draft(
            topic,
            arguments.id,
            category=arguments.category,
            department=arguments.department,
        ).rstrip()
    )
    return 0


def _topic_named(found: list[Topic], name: str) -> Topic:
    for topic in found:
        if topic.name == name:
            return topic
    raise NotFoundError(f"没有这个话题：{name}；radar 会列出所有的")


COMMANDS: Mapping[str, Command] = {
    "harvest": _harvest,
    "list": _list,
    "label": _label,
    "write": _write,
    "undo": _undo,
    "why": _why,
    "export": _export,
    "import": _import,
    "radar": _radar,
    "draft": _draft,
}
