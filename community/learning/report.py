"""Writes an evaluation as Markdown, for people without the desk."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from community.learning.gates import Failure

NAMES = {"frozen": "固定考核集", "recent": "近期复核消息（从不训练）"}
FIGURES = {
    "messages": "条数",
    "first": "答对（第一个）",
    "among_three": "前三个里有",
    "answered_inside": "目录内直接回答",
    "wrong_of_answered": "直接回答里答错",
    "rejected_inside": "目录内被拒",
    "abstained_outside": "目录外不答",
    "answered_outside": "目录外乱答",
}
KINDS = {"broken": "变坏", "fixed": "变好", "other": "变了"}
SHOWN = 200
Document = Mapping[str, Any]


def as_markdown(report: Document, failures: Sequence[Failure]) -> str:
    """Renders the report of `training.evaluate`."""
    lines = [
        f"# 模型 {report['candidate']}",
        "",
        f"和 {report['current'] or '（无）'} 比较，{report['at']}。"
        f"大小 {report['bytes'] / 1e6:.1f} MB。",
        "",
        *_gates(failures),
        *(
            f"\n**判断不了：**`{gate}`：{why}"
            for gate, why in report.get("unjudged", ())
        ),
    ]
    lines += ["", "## 对话演练", "", *_conversations(report.get("conversations") or {})]
    for name, doc in report["sets"].items():
        lines += ["", f"## {NAMES.get(name, name)}", "", *_set(doc)]
    return "\n".join(lines) + "\n"


def _gates(failures: Sequence[Failure]) -> Iterator[str]:
    if not failures:
        yield "**可以上线：**每一关都过了。"
        return
    yield "**不能上线：**"
    yield ""
    for failure in failures:
        yield f"- `{failure.gate}`：{failure.reason}"


def _conversations(doc: Document) -> Iterator[str]:
    if not doc.get("available"):
        yield f"没有演练：{doc.get('why') or '没有记录'}"
        return
    now, before = doc["candidate"], doc["current"]
    yield "| | 新模型 | 现在 |"
    yield "|---|---|---|"
    for key, name in (("played", "段数"), ("failed", "没通过"), ("passed", "通过")):
        yield f"| {name} | {_text(now[key])} | {_text(before[key] if before else None)} |"
    yield ""
    yield "变坏：" + ("，".join(doc["broken"]) or "无")
    yield ""
    yield "变好：" + ("，".join(doc["fixed"]) or "无")
    for row in doc["failed"][:SHOWN]:
        yield ""
        yield f"- `{row['name']}`：{' '.join(row['problem'].split())}"


def _set(doc: Document) -> Iterator[str]:
    now, before = doc["candidate"], doc["current"]
    yield "| | 新模型 | 现在 |"
    yield "|---|---|---|"
    for key, name in FIGURES.items():
        old = before["overall"][key] if before else None
        yield f"| {name} | {_text(now['overall'][key])} | {_text(old)} |"
    for key, name in (("found", "险情识别"), ("false_alarms", "误报险情")):
        old = before["emergencies"][key] if before else None
        yield f"| {name} | {_text(now['emergencies'][key])} | {_text(old)} |"
    old = before["calibration"]["error"] if before else None
    yield f"| 把握与实际的差 | {_text(now['calibration']['error'])} | {_text(old)} |"
    yield from _reliability(now)
    yield from _labels(now, before)
    yield from _confusions(doc)
    yield from _changes(doc["changes"])


def _reliability(now: Document) -> Iterator[str]:
    yield from (
        "",
        "### 把握",
        "",
        "| 把握 | 条数 | 说有 | 实际 |",
        "|---|---|---|---|",
    )
    for row in now["calibration"]["bins"]:
        span = f"{row['low']:.1f}–{row['high']:.1f}"
        yield f"| {span} | {row['n']} | {row['confidence']:.2f} | {row['accuracy']:.2f} |"
    yield from ("", "### 只答最有把握的一部分", "", "| 答多少 | 答对 |", "|---|---|")
    for point in now["curve"][1::2]:
        yield f"| {point['coverage']:.0%} | {_text(point['accuracy'])} |"


def _labels(now: Document, before: Document | None) -> Iterator[str]:
    yield from ("", "### 每一项", "")
    yield "| 项 | 条数 | 准确 | 召回 | 原准确 | 原召回 |"
    yield "|---|---|---|---|---|---|"
    for label, row in now["labels"].items():
        old = (before["labels"].get(label) if before else None) or {}
        yield (
            f"| {label} | {row['support']} | {_text(row['precision'])} |"
            f" {_text(row['recall'])} | {_text(old.get('precision'))} |"
            f" {_text(old.get('recall'))} |"
        )


def _confusions(doc: Document) -> Iterator[str]:
    if doc["confusion"]:
        yield from ("", "### 容易混的", "", "| 该是 → 说成 | 次数 | 原来 |")
        yield "|---|---|---|"
        for row in doc["confusion"]:
            yield f"| {row['pair']} | {row['n']} | {row['before']} |"


def _changes(found: Sequence[Document]) -> Iterator[str]:
    yield from ("", f"### 结果不一样的 {len(found)} 条", "")
    if not found:
        return
    yield from ("| | 消息 | 该是 | 原来 | 现在 |", "|---|---|---|---|---|")
    for row in found[:SHOWN]:
        text = row["text"].replace("|", "｜")
        yield (
            f"| {KINDS[row['kind']]} | {text} | {row['label']} |"
            f" {row['before']} | {row['after']} |"
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.1%}" if isinstance(value, float) else str(value)
