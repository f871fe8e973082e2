"""Gates: what a candidate must reach before it may serve; each refusal has a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from community.errors import ConfigurationError
from community.learning.trials import EMERGENCY

FROZEN, RECENT = "frozen", "recent"
SECTIONS: Mapping[str, frozenset[str]] = {
    "overall": frozenset(
        {
            "min_first",
            "max_drop_first",
            "max_wrong_of_answered",
            "max_rise_wrong_of_answered",
            "min_answered",
            "max_drop_answered",
            "max_rejected",
            "max_rise_rejected",
        }
    ),
    "recent": frozenset({"required", "min_messages", "max_drop_first"}),
    "labels": frozenset({"min_support", "max_drop_recall", "max_drop_precision"}),
    "emergencies": frozenset(
        {
            "min_found",
            "max_drop_found",
            "min_right_rule",
            "max_false_alarms",
            "max_rise_false_alarms",
        }
    ),
    "out_of_scope": frozenset({"min_abstained", "max_drop_abstained", "max_answered"}),
    "calibration": frozenset({"max_error"}),
    "conversations": frozenset(
        {"required", "min_passed", "max_broken", "max_failed_emergencies"}
    ),
    "latency": frozenset({"max_p95_ms", "max_ratio"}),
    "size": frozenset({"max_mb", "max_ratio"}),
    "promotion": frozenset({"approvals", "delay_s", "replay_days", "replay_messages"}),
}
"""Every key of `training/gates.yml`."""
NAMED = 3
"""Broken conversations that a reason names."""
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A gate that fell."""

    gate: str
    """Section and key of `training/gates.yml`."""
    reason: str


@dataclass(frozen=True, slots=True)
class Gates:
    """Limits by section and key."""

    limits: Mapping[str, Mapping[str, float]]

    @classmethod
    def from_doc(cls, doc: Any) -> "Gates":
        """Reads the gates; every key must be there, none other.

        Raises:
            ConfigurationError: A key is missing, unknown or no number.
        """
        problems = []
        for section, keys in SECTIONS.items():
            found = doc.get(section) if isinstance(doc, dict) else None
            found = found if isinstance(found, dict) else {}
            problems += [f"{section}.{key} is missing" for key in keys - set(found)]
            problems += [f"{section}.{key} is unknown" for key in set(found) - keys]
            problems += [
                f"{section}.{key}: expected a number, found {value!r}"
                for key, value in found.items()
                if isinstance(value, bool) or not isinstance(value, (int, float))
            ]
        extra = set(doc) - set(SECTIONS) if isinstance(doc, dict) else set()
        problems += [f"{section} is unknown" for section in extra]
        if not problems and doc["promotion"]["approvals"] not in (1, 2):
            problems.append("promotion.approvals: expected 1 or 2")
        if problems:
            raise ConfigurationError("gates: " + "; ".join(sorted(problems)))
        return cls({name: dict(doc[name]) for name in SECTIONS})

    def check(self, report: Document) -> list[Failure]:
        """Returns every gate that a report fails."""
        frozen = report["sets"][FROZEN]
        return [
            *self._overall(frozen),
            *self._recent(report["sets"].get(RECENT)),
            *self._labels(frozen),
            *self._emergencies(frozen),
            *self._outside(frozen),
            *self._calibration(frozen),
            *self._conversations(report.get("conversations") or {}),
            *self._latency(frozen),
            *self._size(report),
        ]

    def unjudged(self, report: Document) -> list[Failure]:
        """Returns limits that could not be tried, with the reason; none refuses."""
        if self.limits["recent"]["required"]:
            return []
        return list(self._too_few(report["sets"].get(RECENT)))

    def _too_few(self, doc: Document | None) -> Iterator[Failure]:
        """Fewer messages than asked for say nothing, neither good nor bad."""
        least = self.limits["recent"]["min_messages"]
        found = doc["candidate"]["overall"]["messages"] if doc else 0
        if found < least:
            text = f"近期复核过、从不训练的消息只有 {found} 条，不到 {least:g} 条，不足以判断"
            yield Failure("recent.min_messages", text)

    def _overall(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["overall"]
        now, before = _pair(doc, "overall")
        first, wrong = now["first"] or 0.0, now["wrong_of_answered"] or 0.0
        if first < limits["min_first"]:
            yield _below("overall.min_first", "答对", first, limits["min_first"])
        if wrong > limits["max_wrong_of_answered"]:
            limit = limits["max_wrong_of_answered"]
            yield _above("overall.max_wrong_of_answered", "直接答错", wrong, limit)
        yield from self._answered(now, before)
        if before is None:
            return
        drop = (before["first"] or 0.0) - first
        if drop > limits["max_drop_first"] + 1e-9:
            yield _dropped("overall.max_drop_first", "答对", before["first"], first)
        rise = wrong - (before["wrong_of_answered"] or 0.0)
        if rise > limits["max_rise_wrong_of_answered"] + 1e-9:
            yield _dropped(
                "overall.max_rise_wrong_of_answered",
                "直接答错",
                before["wrong_of_answered"],
                wrong,
            )

    def _answered(self, now: Document, before: Document | None) -> Iterator[Failure]:
        """Who asks back or turns away everything is never wrong, and no help."""
        limits = self.limits["overall"]
        answered, rejected = now["answered_inside"], now["rejected_inside"] or 0.0
        if answered is None:
            return
        if answered < limits["min_answered"]:
            limit = limits["min_answered"]
            yield _below("overall.min_answered", "直接回答", answered, limit)
        if rejected > limits["max_rejected"]:
            limit = limits["max_rejected"]
            yield _above("overall.max_rejected", "目录内被拒", rejected, limit)
        if before is None:
            return
        was_rejected = before["rejected_inside"] or 0.0
        if rejected - was_rejected > limits["max_rise_rejected"] + 1e-9:
            gate = "overall.max_rise_rejected"
            yield _dropped(gate, "目录内被拒", was_rejected, rejected)
        old = before["answered_inside"] or 0.0
        if old - answered > limits["max_drop_answered"] + 1e-9:
            yield _dropped("overall.max_drop_answered", "直接回答", old, answered)

    def _recent(self, doc: Document | None) -> Iterator[Failure]:
        limits = self.limits["recent"]
        too_few = list(self._too_few(doc))
        if too_few or doc is None:
            yield from too_few if limits["required"] else ()
            return
        now, before = _pair(doc, "overall")
        if before is None:
            return
        if before["first"] - now["first"] > limits["max_drop_first"] + 1e-9:
            yield _dropped(
                "recent.max_drop_first", "近期消息答对", before["first"], now["first"]
            )

    def _labels(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["labels"]
        now, before = _pair(doc, "labels")
        if before is None:
            return
        for label, old in before.items():
            if old["support"] < limits["min_support"]:
                continue
            new = now.get(label, {"precision": None, "recall": None})
            for what, word in (("recall", "召回"), ("precision", "准确")):
                drop = (old[what] or 0.0) - (new[what] or 0.0)
                if drop > limits[f"max_drop_{what}"] + 1e-9:
                    yield _dropped(
                        f"labels.max_drop_{what}",
                        f"{label} 的{word}",
                        old[what],
                        new[what] or 0.0,
                    )

    def _emergencies(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["emergencies"]
        now, before = _pair(doc, "emergencies")
        if now["found"] is None:
            yield Failure("emergencies.min_found", "考核集里没有险情，无法判断")
            return
        if now["found"] < limits["min_found"]:
            limit = limits["min_found"]
            yield _below("emergencies.min_found", "险情识别", now["found"], limit)
        if now["false_alarms"] > limits["max_false_alarms"]:
            yield _above(
                "emergencies.max_false_alarms",
                "误报险情",
                now["false_alarms"],
                limits["max_false_alarms"],
            )
        rule = now["right_rule"]
        if rule is not None and rule < limits["min_right_rule"]:
            limit = limits["min_right_rule"]
            yield _below("emergencies.min_right_rule", "险情种类", rule, limit)
        if before is None:
            return
        alarms, before_alarms = now["false_alarms"], before["false_alarms"] or 0.0
        if alarms - before_alarms > limits["max_rise_false_alarms"] + 1e-9:
            gate = "emergencies.max_rise_false_alarms"
            yield _dropped(gate, "误报险情", before_alarms, alarms)
        if (before["found"] or 0.0) - now["found"] > limits["max_drop_found"] + 1e-9:
            yield _dropped(
                "emergencies.max_drop_found", "险情识别", before["found"], now["found"]
            )

    def _outside(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["out_of_scope"]
        now, before = _pair(doc, "overall")
        if now["abstained_outside"] is None:
            return
        abstained, answered = now["abstained_outside"], now["answered_outside"] or 0.0
        if abstained < limits["min_abstained"]:
            limit = limits["min_abstained"]
            yield _below("out_of_scope.min_abstained", "目录外不答", abstained, limit)
        if answered > limits["max_answered"]:
            limit = limits["max_answered"]
            yield _above("out_of_scope.max_answered", "目录外乱答", answered, limit)
        if before is None:
            return
        drop = (before["abstained_outside"] or 0.0) - abstained
        if drop > limits["max_drop_abstained"] + 1e-9:
            yield _dropped(
                "out_of_scope.max_drop_abstained",
                "目录外不答",
                before["abstained_outside"],
                abstained,
            )

    def _calibration(self, doc: Document) -> Iterator[Failure]:
        limit = self.limits["calibration"]["max_error"]
        error = _pair(doc, "calibration")[0]["error"] or 0.0
        if error > limit:
            yield _above("calibration.max_error", "把握与实际的差", error, limit)

    def _conversations(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["conversations"]
        if not doc.get("available"):
            if limits["required"]:
                why = doc.get("why") or "没有记录"
                yield Failure("conversations.required", f"对话没有演练：{why}")
            return
        now = doc["candidate"]
        passed, broken = now["passed"] or 0.0, doc["broken"]
        if passed < limits["min_passed"]:
            limit = limits["min_passed"]
            yield _below("conversations.min_passed", "对话演练通过", passed, limit)
        if len(broken) > limits["max_broken"] * now["played"]:
            text = f"{len(broken)} 段对话变坏：{'，'.join(broken[:NAMED])}"
            yield Failure("conversations.max_broken", text)
        urgent = now["kinds"].get(EMERGENCY, {"failed": 0})["failed"]
        if urgent > limits["max_failed_emergencies"]:
            text = f"险情对话有 {urgent} 段没通过"
            yield Failure("conversations.max_failed_emergencies", text)

    def _latency(self, doc: Document) -> Iterator[Failure]:
        limits = self.limits["latency"]
        now, before = _pair(doc, "latency")
        p95 = now["p95_ms"]
        if p95 is None:
            return
        if p95 > limits["max_p95_ms"]:
            text = f"每条 {p95:.1f} 毫秒（第 95 百分位），最多 {limits['max_p95_ms']:g}"
            yield Failure("latency.max_p95_ms", text)
        if before is not None and before["p95_ms"]:
            ratio = p95 / before["p95_ms"]
            if ratio > limits["max_ratio"]:
                text = f"比现在慢 {ratio:.2f} 倍，最多 {limits['max_ratio']:g} 倍"
                yield Failure("latency.max_ratio", text)

    def _size(self, report: Document) -> Iterator[Failure]:
        limits = self.limits["size"]
        size, before = report["bytes"], report.get("bytes_current")
        if size > limits["max_mb"] * 1e6:
            text = f"模型 {size / 1e6:.0f} MB，最多 {limits['max_mb']:g} MB"
            yield Failure("size.max_mb", text)
        if before and size / before > limits["max_ratio"]:
            text = f"比现在大 {size / before:.2f} 倍，最多 {limits['max_ratio']:g} 倍"
            yield Failure("size.max_ratio", text)


def _pair(doc: Document, part: str) -> tuple[Any, Any]:
    before = doc["current"]
    return doc["candidate"][part], None if before is None else before[part]


def _below(gate: str, what: str, value: float, limit: float) -> Failure:
    return Failure(gate, f"{what} {value:.1%}，至少要 {limit:.1%}")


def _above(gate: str, what: str, value: float, limit: float) -> Failure:
    return Failure(gate, f"{what} {value:.1%}，最多 {limit:.1%}")


def _dropped(gate: str, what: str, before: float | None, now: float) -> Failure:
    return Failure(gate, f"{what}从 {before or 0.0:.1%} 变到 {now:.1%}，变差太多")
