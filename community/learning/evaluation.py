"""Compares a candidate with the model that serves, message by message.

Pure figures: the opinions of both models on the same kept-out messages come in, a
report as a plain document comes out.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from community.learning.signals import OUTSIDE

N_BINS = 10
CURVE_POINTS = 20
CONFUSIONS = 40
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exam:
    """One kept-out message with what is right."""

    text: str
    label: str
    alternatives: tuple[str, ...] = ()
    """Other labels that a reasonable judge would accept."""
    emergency: str | None = None
    voice: str = ""

    @property
    def accepted(self) -> tuple[str, ...]:
        """All labels that are right."""
        return (self.label, *self.alternatives)

    @property
    def is_outside(self) -> bool:
        """The topic is not in the catalogue."""
        return self.label in OUTSIDE


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model makes of a message."""

    ranking: tuple[tuple[str, float], ...]
    decision: str
    emergency: str | None = None
    facets: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    ms: float = 0.0

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> "Opinion":
        """Reads a line of `python -m bot judge`."""
        return cls(
            ranking=tuple((str(n), float(c)) for n, c in doc["ranking"]),
            decision=str(doc["decision"]),
            emergency=doc.get("emergency"),
            facets=tuple(doc.get("facets") or ()),
            candidates=tuple(doc.get("candidates") or ()),
            ms=float(doc.get("ms", 0.0)),
        )

    @property
    def label(self) -> str:
        """Best label."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Confidence of the best label."""
        return self.ranking[0][1]

    @property
    def answers_item(self) -> bool:
        """It would answer outright with a service or matter."""
        return self.decision == "answer" and "/" in self.label

    @property
    def outcome(self) -> str:
        """What the resident would get, in a word."""
        if self.emergency:
            return f"emergency {self.emergency}"
        if self.decision == "answer":
            return self.label
        if self.decision == "clarify":
            return "clarify " + ", ".join(sorted(self.candidates))
        return "abstain"


def share(part: float, whole: float) -> float | None:
    """Returns a share rounded to four places; `None` of nothing."""
    return None if whole == 0 else round(part / whole, 4)


def is_right(exam: Exam, opinion: Opinion) -> bool:
    """Tells whether the best label is accepted."""
    return opinion.label in exam.accepted


def overall(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> Figures:
    """Returns the figures over all messages of a set."""
    pairs = list(zip(exams, opinions, strict=True))
    inside = [(e, o) for e, o in pairs if "/" in e.label]
    outside = [(e, o) for e, o in pairs if e.is_outside]
    answered = [(e, o) for e, o in pairs if o.answers_item]
    top3 = sum(any(n in e.accepted for n, _ in o.ranking[:3]) for e, o in pairs)
    return {
        "messages": len(pairs),
        "first": share(sum(is_right(e, o) for e, o in pairs), len(pairs)),
        "among_three": share(top3, len(pairs)),
        "answered_inside": share(sum(o.answers_item for _, o in inside), len(inside)),
        "wrong_of_answered": share(
            sum(not is_right(e, o) for e, o in answered), len(answered)
        ),
        "rejected_inside": share(
            sum(o.decision == "abstain" for _, o in inside), len(inside)
        ),
        "abstained_outside": share(
            sum(o.decision == "abstain" for _, o in outside), len(outside)
        ),
        "answered_outside": share(
            sum(o.answers_item for _, o in outside), len(outside)
        ),
    }


def per_label(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> dict[str, Figures]:
    """Returns precision, recall and support of each label.

    A label that is accepted as an alternative counts as the true one.
    """
    truth: Counter[str] = Counter()
    said: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for exam, opinion in zip(exams, opinions, strict=True):
        label = opinion.label if is_right(exam, opinion) else exam.label
        truth[label] += 1
        said[opinion.label] += 1
        hits[label] += label == opinion.label
    return {
        label: {
            "support": truth[label],
            "precision": share(hits[label], said[label]),
            "recall": share(hits[label], truth[label]),
        }
        for label in sorted({*truth, *said})
    }


def confusion(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> Counter[str]:
    """Counts wrong pairs, `true → said`."""
    return Counter(
        f"{exam.label} → {opinion.label}"
        for exam, opinion in zip(exams, opinions, strict=True)
        if not is_right(exam, opinion)
    )


def calibration(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> Figures:
    """Returns the reliability diagram and its expected error."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for exam, opinion in zip(exams, opinions, strict=True):
        place = min(N_BINS - 1, int(opinion.confidence * N_BINS))
        bins[place].append((opinion.confidence, is_right(exam, opinion)))
    rows = []
    error = 0.0
    for place, found in sorted(bins.items()):
        confidence = sum(c for c, _ in found) / len(found)
        accuracy = sum(right for _, right in found) / len(found)
        error += abs(confidence - accuracy) * len(found)
        rows.append(
            {
                "low": place / N_BINS,
                "high": (place + 1) / N_BINS,
                "n": len(found),
                "confidence": round(confidence, 4),
                "accuracy": round(accuracy, 4),
            }
        )
    return {"bins": rows, "error": share(error, len(exams))}


def abstention_curve(
    exams: Sequence[Exam], opinions: Sequence[Opinion]
) -> list[Figures]:
    """Returns how right the surest share of the messages is, for rising shares."""
    ordered = sorted(
        zip(exams, opinions, strict=True), key=lambda pair: -pair[1].confidence
    )
    right = [is_right(exam, opinion) for exam, opinion in ordered]
    points = []
    for point in range(1, CURVE_POINTS + 1):
        n_kept = len(right) * point // CURVE_POINTS
        if n_kept:
            points.append(
                {
                    "coverage": point / CURVE_POINTS,
                    "accuracy": share(sum(right[:n_kept]), n_kept),
                }
            )
    return points


def emergencies(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> Figures:
    """Returns recall, right rules and false alarms."""
    pairs = list(zip(exams, opinions, strict=True))
    true = [(e, o) for e, o in pairs if e.emergency]
    found = [(e, o) for e, o in true if o.emergency]
    others = [o for e, o in pairs if not e.emergency]
    return {
        "emergencies": len(true),
        "found": share(len(found), len(true)),
        "right_rule": share(
            sum(o.emergency == e.emergency for e, o in found), len(found)
        ),
        "false_alarms": share(sum(bool(o.emergency) for o in others), len(others)),
        "missed": [e.text for e, o in true if not o.emergency],
    }


def latency(opinions: Sequence[Opinion]) -> Figures:
    """Returns milliseconds a message."""
    times = sorted(opinion.ms for opinion in opinions)
    if not times:
        return {"p50_ms": None, "p95_ms": None}
    return {
        "p50_ms": round(times[len(times) // 2], 2),
        "p95_ms": round(times[min(len(times) - 1, int(len(times) * 0.95))], 2),
    }


def changes(
    exams: Sequence[Exam], before: Sequence[Opinion], after: Sequence[Opinion]
) -> list[Figures]:
    """Lists every message whose outcome differs; broken ones first."""
    found = []
    for exam, old, new in zip(exams, before, after, strict=True):
        if old.outcome == new.outcome:
            continue
        was, now = _is_well(exam, old), _is_well(exam, new)
        kind = "other" if was == now else ("fixed" if now else "broken")
        found.append(
            {
                "kind": kind,
                "text": exam.text,
                "label": exam.label,
                "before": old.outcome,
                "after": new.outcome,
            }
        )
    order = {"broken": 0, "fixed": 1, "other": 2}
    return sorted(found, key=lambda change: order[change["kind"]])


def _is_well(exam: Exam, opinion: Opinion) -> bool:
    """Tells whether the resident is served well by an outcome."""
    if exam.emergency or opinion.emergency:
        return bool(exam.emergency) == bool(opinion.emergency)
    if opinion.decision == "answer":
        return is_right(exam, opinion)
    if opinion.decision == "clarify":
        return any(name in exam.accepted for name in opinion.candidates)
    return exam.is_outside


def compare(
    exams: Sequence[Exam], before: Sequence[Opinion] | None, after: Sequence[Opinion]
) -> Figures:
    """Returns everything about one set of messages.

    Args:
        exams: The messages.
        before: Opinions of the model that serves; `None` where there is none.
        after: Opinions of the candidate.
    """
    wrong = confusion(exams, after)
    wrong_before = confusion(exams, before) if before is not None else Counter()
    doc: Figures = {
        "candidate": _of_model(exams, after),
        "current": _of_model(exams, before) if before is not None else None,
        "confusion": [
            {"pair": pair, "n": n, "before": wrong_before[pair]}
            for pair, n in wrong.most_common(CONFUSIONS)
        ],
        "changes": changes(exams, before, after) if before is not None else [],
    }
    return doc


def _of_model(exams: Sequence[Exam], opinions: Sequence[Opinion]) -> Figures:
    return {
        "overall": overall(exams, opinions),
        "labels": per_label(exams, opinions),
        "calibration": calibration(exams, opinions),
        "curve": abstention_curve(exams, opinions),
        "emergencies": emergencies(exams, opinions),
        "latency": latency(opinions),
    }
