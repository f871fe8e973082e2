"""Commands around models: train, evaluate, promote, roll back."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic

from adapters.model_archives import adopt
from community.errors import ModelRefusedError
from community.learning.gates import Failure
from training import promote
from training.evaluate import PAGE, evaluate
from training.loop import Loop, now
from training.queue_commands import say, say_json
from training.registry import clean_up, disk_bytes
from training.serve import serve
from training.trainjob import train

Command = Callable[[Loop, argparse.Namespace], Awaitable[int]]
STAGES = {
    "reading": "读训练数据",
    "items": "学事项",
    "emergencies": "学险情",
    "facets": "学方面",
    "rules": "学对话规则",
    "trained": "练好了，在考核",
    "evaluated": "考核完了",
}
SHOWN = 20


async def _train(loop: Loop, arguments: argparse.Namespace) -> int:
    began = monotonic()

    async def tell(stage: str, share: float) -> None:
        sys.stderr.write(
            f"› {share:4.0%} {STAGES[stage]}（{monotonic() - began:.0f} 秒）\n"
        )

    model, _, failures = await train(loop, arguments.by, tell)
    say(f"候选模型 {model}，用时 {monotonic() - began:.0f} 秒")
    await _verdict(loop, model, failures)
    for gone in await clean_up(
        loop.registry, loop.models, loop.settings.learning.models_bytes, now()
    ):
        say(f"旧模型 {gone} 已清理")
    return 0


async def _evaluate(loop: Loop, arguments: argparse.Namespace) -> int:
    report, failures = await evaluate(loop, arguments.model, now())
    if arguments.json:
        say_json(report)
    else:
        await _verdict(loop, arguments.model, failures)
    return 0


async def _verdict(loop: Loop, model: str, failures: Sequence[Failure]) -> None:
    say(f"报告：{loop.registry.folder / model / PAGE}")
    for failure in failures:
        say(f"  没过 {failure.gate}：{failure.reason}")
    for why in await promote.unjudged(loop, model):
        say(f"  判断不了：{why}")
    if not failures:
        say(f"每一关都过了；要上线：python -m training promote {model}")


async def _replay(loop: Loop, arguments: argparse.Namespace) -> int:
    _show_replay(await promote.replay(loop, arguments.model, now()))
    return 0


def _show_replay(found: Mapping[str, object]) -> None:
    differences = found["differences"]
    assert isinstance(differences, list)
    say(f"重放 {found['messages']} 条近期消息，{found['n_different']} 条结果不一样")
    if found["left_out"]:
        say(f"  更早的 {found['left_out']} 条没有重放（promotion.replay_messages）")
    for one in differences[:SHOWN]:
        say(f"  {one['text']}：{one['before']} → {one['after']}")


async def _promote(loop: Loop, arguments: argparse.Namespace) -> int:
    await loop.promotion.recover(now())
    wanted = await promote.ask(
        loop, arguments.model, arguments.by, now(), override=arguments.override
    )
    _show_replay(await loop.models.replay(wanted.id) or {})
    limits = loop.gates.limits["promotion"]
    who = "另一个人" if limits["approvals"] == 2 else f"{limits['delay_s']:g} 秒后"
    say(f"申请号 {wanted.id}；{who}确认：python -m training approve {wanted.id}")
    return 0


async def _approve(loop: Loop, arguments: argparse.Namespace) -> int:
    await loop.promotion.recover(now())
    done = await loop.promotion.approve(arguments.number, arguments.by, now())
    say(f"{done.model} 上线了；后悔就 python -m training rollback")
    return 0


async def _rollback(loop: Loop, arguments: argparse.Namespace) -> int:
    serving = loop.registry.serving() or ""
    done = await loop.promotion.roll_back(serving, arguments.by, now())
    say(f"已换回 {done.model}")
    return 0


async def _refuse(loop: Loop, arguments: argparse.Namespace) -> int:
    done = await loop.promotion.refuse(arguments.number, arguments.by, now())
    say(f"{done.model} 不上线了")
    return 0


async def _models(loop: Loop, arguments: argparse.Namespace) -> int:
    registry = loop.registry
    await loop.promotion.recover(now())
    serving, pointer = registry.serving(), registry.pointer()
    for model in registry.ids():
        marks = []
        if model == serving:
            marks.append("在用")
        if pointer is not None and model == pointer.previous:
            marks.append("上一个")
        try:
            manifest = registry.manifest(model)
            first = manifest.metrics.get("first")
            text = f"{manifest.created_at:%Y-%m-%d %H:%M} {manifest.created_by}"
            score = "" if first is None else f"  答对 {first:.1%}"
        except ModelRefusedError as err:
            text, score = f"不可信：{err}", ""
        size = f"{disk_bytes(registry, model) / 1e6:.0f} MB"
        say(f"{model}  {text}  {size}{score}  {' '.join(marks)}")
    for job in await loop.jobs.newest(now(), limit=5):
        say(f"训练 {job.id}：{job.state} {job.stage} {job.progress:.0%} {job.error}")
    for one in await loop.models.promotions(limit=5):
        say(f"申请 {one.id}：{one.kind} {one.model} {one.state}（{one.asked_by}）")
    return 0


async def _adopt(loop: Loop, arguments: argparse.Namespace) -> int:
    file = arguments.file
    name = file.name.removesuffix(".tar.gz")
    path = adopt(
        file, loop.registry, loop.signer(), name=name, by=arguments.by, now=now()
    )
    await loop.models.add_model(loop.registry.manifest(path.name))
    say(f"已签名：{path}")
    return 0


async def _clean_up(loop: Loop, arguments: argparse.Namespace) -> int:
    limit = loop.settings.learning.models_bytes
    for gone in await clean_up(loop.registry, loop.models, limit, now()):
        say(f"已清理 {gone}")
    return 0


async def _audit(loop: Loop, arguments: argparse.Namespace) -> int:
    for line in await loop.models.audit():
        say(
            f"{line['at']:%Y-%m-%d %H:%M:%S} {line['who']} {line['what']}"
            f" {line['subject']} {line['detail']}"
        )
    return 0


async def _serve(loop: Loop, arguments: argparse.Namespace) -> int:
    await serve(loop)
    return 0


COMMANDS: Mapping[str, Command] = {
    "serve": _serve,
    "train": _train,
    "evaluate": _evaluate,
    "replay": _replay,
    "promote": _promote,
    "approve": _approve,
    "refuse": _refuse,
    "rollback": _rollback,
    "models": _models,
    "adopt": _adopt,
    "clean-up": _clean_up,
    "audit": _audit,
}
