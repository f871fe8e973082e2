"""How a candidate does in written conversations, compared with the serving model."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from community.learning.evaluation import Figures, share


@dataclass(frozen=True, slots=True)
class Trial:
    """One conversation that a model was played through."""

    name: str
    """Kind and sentence, `emergency/a_fall_at_night`."""
    problems: tuple[str, ...]
    """What was wrong with the first bad turn; empty: it went well."""

    @property
    def kind(self) -> str:
        """What the conversation is about, an emergency for example."""
        return self.name.partition("/")[0]


EMERGENCY = "emergency"


def not_played(why: str) -> Figures:
    """Returns what a report says where no conversation could be played."""
    return {"available": False, "why": why}


def compare_trials(before: Sequence[Trial] | None, after: Sequence[Trial]) -> Figures:
    """Returns everything about the conversations.

    Args:
        before: Of the model that serves, the same conversations; `None` without one.
        after: Of the candidate.
    """
    well_before = {t.name for t in before or () if not t.problems}
    failed_before = {t.name for t in before or () if t.problems}
    return {
        "available": True,
        "candidate": _figures(after),
        "current": None if before is None else _figures(before),
        "broken": [t.name for t in after if t.problems and t.name in well_before],
        "fixed": [t.name for t in after if not t.problems and t.name in failed_before],
        "failed": [
            {"name": t.name, "problem": "\n".join(t.problems)}
            for t in after
            if t.problems
        ],
    }


def _figures(trials: Sequence[Trial]) -> Figures:
    played = Counter(trial.kind for trial in trials)
    failed = Counter(trial.kind for trial in trials if trial.problems)
    return {
        "played": len(trials),
        "failed": sum(failed.values()),
        "passed": share(len(trials) - sum(failed.values()), len(trials)),
        "kinds": {
            kind: {"played": played[kind], "failed": failed[kind]}
            for kind in sorted(played)
        },
    }
