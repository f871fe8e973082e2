"""Every gate falls for its own reason, and a candidate as good as the old one passes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.learning_settings import LearningSettings
from adapters.model_promotion import read_gates
from community.errors import ConfigurationError
from community.learning.evaluation import Exam, Opinion, changes, compare
from community.learning.gates import FROZEN, RECENT, Gates
from community.learning.report import as_markdown
from community.learning.trials import Trial, compare_trials, not_played

GATES = read_gates()
LABELS = [f"service/s{n}" for n in range(5)]


def exams() -> list[Exam]:
    inside = [Exam(f"问{label}{n}", label) for label in LABELS for n in range(20)]
    outside = [Exam(f"外面的事{n}", "oos_other") for n in range(20)]
    urgent = [Exam(f"着火了{n}", LABELS[0], emergency="fire") for n in range(40)]
    return [*inside, *outside, *urgent]


def good(exam: Exam, ms: float = 3.0) -> Opinion:
    decision = "abstain" if exam.is_outside else "answer"
    return Opinion(
        ((exam.label, 0.97), ("talk_greet", 0.03)), decision, exam.emergency, ms=ms
    )


def wrong(exam: Exam) -> Opinion:
    other = LABELS[(LABELS.index(exam.label) + 1) % len(LABELS)]
    return Opinion(((other, 0.97), (exam.label, 0.03)), "answer", exam.emergency, ms=3)


def report(
    after: Callable[[int, Exam], Opinion],
    *,
    before: Callable[[int, Exam], Opinion] = lambda n, e: good(e),
    recent: Callable[[int, Exam], Opinion] | None = None,
    size: int = 42_000_000,
) -> dict[str, Any]:
    asked = exams()
    old = [before(n, e) for n, e in enumerate(asked)]
    sets = {FROZEN: compare(asked, old, [after(n, e) for n, e in enumerate(asked)])}
    if recent is not None:
        new = [recent(n, e) for n, e in enumerate(asked)]
        sets[RECENT] = compare(asked, old, new)
    return {
        "candidate": "new",
        "current": "old",
        "at": "2026-11-27",
        "bytes": size,
        "bytes_current": 42_000_000,
        "sets": sets,
        "conversations": compare_trials(trials(), trials()),
    }


def trials(*failed: str) -> list[Trial]:
    names = [f"emergency/e{n}" for n in range(100)] + [
        f"happy/h{n}" for n in range(300)
    ]
    return [Trial(name, ("wrong",) if name in failed else ()) for name in names]


def fallen(doc: dict[str, Any]) -> set[str]:
    return {failure.gate for failure in GATES.check(doc)}


def same(n: int, exam: Exam) -> Opinion:
    return good(exam)


def test_an_equal_candidate_passes():
    assert fallen(report(same)) == set()


def test_wrong_answers_fall_overall():
    found = fallen(report(lambda n, e: wrong(e) if n % 20 < 5 and n < 100 else good(e)))
    assert {
        "overall.max_wrong_of_answered",
        "overall.max_drop_first",
        "overall.max_rise_wrong_of_answered",
    } <= found


def test_far_too_few_right_falls_even_without_a_model_before():
    asked = exams()
    doc = report(same)
    bad = [wrong(e) if n < 100 else good(e) for n, e in enumerate(asked)]
    doc["sets"][FROZEN] = compare(asked, None, bad)
    assert "overall.min_first" in fallen(doc)


def test_one_label_that_gets_worse_is_named():
    def worse(n: int, exam: Exam) -> Opinion:
        return wrong(exam) if exam.label == LABELS[2] and n % 20 < 5 else good(exam)

    failures = GATES.check(report(worse))
    assert any(
        f.gate == "labels.max_drop_recall" and LABELS[2] in f.reason for f in failures
    )
    assert any(f.gate == "labels.max_drop_precision" for f in failures)


def test_recent_messages_that_get_worse_fall():
    found = fallen(report(same, recent=lambda n, e: wrong(e) if n < 10 else good(e)))
    assert found == {"recent.max_drop_first"}


def test_too_few_recent_messages_are_said_and_refuse_where_a_community_wants_it():
    limits = {name: dict(keys) for name, keys in GATES.limits.items()}
    limits["recent"]["required"] = 1
    few = compare(exams()[:29], None, [good(e) for e in exams()[:29]])
    for sets, count in (({}, 0), ({RECENT: few}, 29)):
        doc = report(same)
        doc["sets"] |= sets
        (said,) = GATES.unjudged(doc)
        assert (said.gate, f"只有 {count} 条" in said.reason) == (
            "recent.min_messages",
            True,
        )
        assert fallen(doc) == set()
        strict = Gates(limits)
        assert [one.gate for one in strict.check(doc)] == ["recent.min_messages"]
        assert strict.unjudged(doc) == []
        doc["unjudged"] = [[said.gate, said.reason]]
        assert "判断不了" in as_markdown(doc, [])
    assert GATES.unjudged(report(same, recent=same)) == []


def test_a_missed_emergency_falls():
    def misses(n: int, exam: Exam) -> Opinion:
        opinion = good(exam)
        if exam.emergency and n == 139:
            return Opinion(opinion.ranking, "answer", None, ms=3)
        return opinion

    assert fallen(report(misses)) == {"emergencies.max_drop_found"}


def test_many_missed_emergencies_and_false_alarms_fall():
    def deaf(n: int, exam: Exam) -> Opinion:
        return Opinion(good(exam).ranking, good(exam).decision, None, ms=3)

    def shrill(n: int, exam: Exam) -> Opinion:
        return Opinion(good(exam).ranking, good(exam).decision, "fire", ms=3)

    assert "emergencies.min_found" in fallen(report(deaf))
    assert "emergencies.max_false_alarms" in fallen(report(shrill))


def test_answers_to_what_is_outside_fall():
    def talkative(n: int, exam: Exam) -> Opinion:
        if exam.is_outside:
            return Opinion(((LABELS[0], 0.6), ("oos_other", 0.4)), "answer", ms=3)
        return good(exam)

    assert {
        "out_of_scope.min_abstained",
        "out_of_scope.max_answered",
        "out_of_scope.max_drop_abstained",
    } <= fallen(report(talkative))


def test_false_confidence_falls():
    def timid(n: int, exam: Exam) -> Opinion:
        opinion = good(exam)
        return Opinion(
            ((exam.label, 0.4), ("talk_greet", 0.3)),
            opinion.decision,
            exam.emergency,
            ms=3,
        )

    assert fallen(report(timid)) == {"calibration.max_error"}


def test_asking_back_and_turning_away_everything_falls():
    def shy(n: int, exam: Exam) -> Opinion:
        opinion = good(exam)
        if exam.is_outside or exam.emergency or n % 4:
            return opinion
        return Opinion(opinion.ranking, "abstain", ms=3)

    assert fallen(report(shy)) == {
        "overall.min_answered",
        "overall.max_drop_answered",
        "overall.max_rejected",
        "overall.max_rise_rejected",
    }


def test_some_more_false_alarms_than_before_fall():
    def nervous(n: int, exam: Exam) -> Opinion:
        opinion = good(exam)
        rule = "gas_leak" if n in (3, 40) else opinion.emergency
        return Opinion(opinion.ranking, opinion.decision, rule, ms=3)

    assert fallen(report(nervous)) == {"emergencies.max_rise_false_alarms"}


def test_the_wrong_kind_of_emergency_falls():
    def confused(n: int, exam: Exam) -> Opinion:
        opinion = good(exam)
        rule = "gas_leak" if exam.emergency and n % 4 == 0 else opinion.emergency
        return Opinion(opinion.ranking, opinion.decision, rule, ms=3)

    assert fallen(report(confused)) == {"emergencies.min_right_rule"}


@pytest.mark.parametrize(
    ("failed", "gates"),
    [
        (["happy/h1"], set()),
        (["emergency/e1"], {"conversations.max_failed_emergencies"}),
        ([f"happy/h{n}" for n in range(5)], {"conversations.max_broken"}),
        (
            [f"happy/h{n}" for n in range(9)],
            {"conversations.max_broken", "conversations.min_passed"},
        ),
    ],
)
def test_spoiled_conversations_fall(failed, gates):
    doc = report(same)
    doc["conversations"] = compare_trials(trials(), trials(*failed))
    assert fallen(doc) == gates


def test_what_the_serving_model_fails_too_is_not_broken():
    doc = compare_trials(trials("happy/h1"), trials("happy/h1", "happy/h2"))
    assert doc["broken"] == ["happy/h2"]
    assert compare_trials(trials("happy/h1"), trials())["fixed"] == ["happy/h1"]
    assert compare_trials(None, trials("happy/h1"))["broken"] == []


def test_conversations_that_were_not_played_fall_where_they_are_required():
    doc = report(same)
    doc["conversations"] = not_played("没有对话文件")
    assert fallen(doc) == {"conversations.required"}
    limits = {**GATES.limits, "conversations": {**GATES.limits["conversations"]}}
    limits["conversations"]["required"] = 0
    assert Gates(limits).check(doc) == []
    assert "没有演练：没有对话文件" in as_markdown(doc, [])


def test_the_serving_model_passes_with_little_room():
    """The limits lie close to the figures that stand beside them."""
    room = {
        ("overall", "min_first"): 0.955,
        ("overall", "max_wrong_of_answered"): 0.016,
        ("overall", "min_answered"): 0.897,
        ("overall", "max_rejected"): 0.030,
        ("emergencies", "min_found"): 1.0,
        ("emergencies", "min_right_rule"): 0.976,
        ("emergencies", "max_false_alarms"): 0.017,
        ("out_of_scope", "min_abstained"): 0.971,
        ("out_of_scope", "max_answered"): 0.005,
        ("calibration", "max_error"): 0.020,
    }
    for (section, key), figure in room.items():
        limit = GATES.limits[section][key]
        distance = figure - limit if key.startswith("min") else limit - figure
        assert 0 < distance <= 0.04, (section, key)


def test_a_slow_model_falls():
    assert fallen(report(lambda n, e: good(e, 100.0))) == {
        "latency.max_p95_ms",
        "latency.max_ratio",
    }


def test_a_large_model_falls():
    assert fallen(report(same, size=130_000_000)) == {"size.max_mb", "size.max_ratio"}


def test_every_gate_has_a_test_above():
    source = Path(__file__).read_text(encoding="utf-8")
    limits = {
        f"{section}.{key}"
        for section, keys in GATES.limits.items()
        if section != "promotion"
        for key in keys
    }
    settings = {"labels.min_support", "recent.required"}
    assert {gate for gate in limits - settings if gate not in source} == set()


@pytest.mark.parametrize(
    "doc", [{}, {"overall": {"min_first": "high"}}, {"nonsense": {}}, None]
)
def test_incomplete_gates_are_refused(doc):
    with pytest.raises(ConfigurationError, match="is missing"):
        Gates.from_doc(doc)


def test_changes_name_what_broke_first():
    asked = exams()[:2]
    old = [good(asked[0]), wrong(asked[1])]
    new = [wrong(asked[0]), good(asked[1])]
    assert [c["kind"] for c in changes(asked, old, new)] == ["broken", "fixed"]


def test_the_page_says_why_a_model_may_not_serve():
    doc = report(lambda n, e: wrong(e) if n < 60 else good(e))
    page = as_markdown(doc, GATES.check(doc))
    assert "不能上线" in page
    assert "overall.max_drop_first" in page
    assert "| 变坏 |" in page
    assert "每一关都过了" in as_markdown(report(same), [])


def test_a_community_sets_only_what_it_wants_otherwise(tmp_path: Path) -> None:
    own = tmp_path / "gates.yml"
    own.write_text("promotion: {approvals: 2}\noverall: {min_first: 0.97}\n")
    found = read_gates(own)
    assert found.limits["promotion"] == {**GATES.limits["promotion"], "approvals": 2}
    assert found.limits["overall"] == {**GATES.limits["overall"], "min_first": 0.97}
    assert found.limits["emergencies"] == GATES.limits["emergencies"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("promotion: {approvals: 3}", "expected 1 or 2"),
        ("promotion: {aprovals: 2}", "promotion.aprovals is unknown"),
        ("promoting: {approvals: 2}", "promoting is unknown"),
        ("promotion: 2", "expected sections"),
        ("[]", "expected sections"),
        ("", "expected sections"),
        ("{", "is not YAML"),
    ],
)
def test_a_mistyped_file_of_a_community_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    own = tmp_path / "own.yml"
    own.write_text(text)
    with pytest.raises(ConfigurationError, match=said) as refused:
        read_gates(own)
    assert "own.yml" in str(refused.value)


def test_a_missing_file_of_a_community_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_gates(tmp_path / "none.yml")


def test_the_setting_names_the_file(tmp_path: Path) -> None:
    def read(**given: str) -> Path | None:
        return LearningSettings.from_env(given, tmp_path, tmp_path).gates_file

    assert read() is read(GATES_FILE="") is None
    assert read(GATES_FILE="own.yml") == Path("own.yml")
