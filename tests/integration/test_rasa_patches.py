"""Each patch is needed by this Rasa and keeps its behaviour."""

import dataclasses
import functools
import inspect
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rasa
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import UserMessage
from rasa.engine.storage import local_model_storage
from rasa.shared.core import trackers as rasa_trackers
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.message import Message

from bot import rasa_patches
from community.errors import ConfigurationError


@pytest.fixture(autouse=True)
def patched() -> None:
    rasa_patches.apply()


def source_of(module_file: str) -> str:
    return Path(module_file).read_text(encoding="utf-8")


def test_rasa_still_checks_its_own_schema_at_each_action():
    source = source_of(inspect.getfile(RemoteAction))
    assert "validate(result, self.action_response_format_spec())" in source


def test_the_patched_validation_accepts_and_refuses_as_rasa_does():
    action = RemoteAction("action_x", None)
    good = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": []}
    assert action._validate_action_result(good)
    for bad in (
        {"events": 5},
        {"responses": ["text"]},
        {"events": [{"name": "x"}]},
        {"events": ["x"]},
        {"events": [{"event": "nonsense"}]},
        {"events": [{"event": "slot", "name": "a"}]},
        {"events": [{"event": "slot", "name": 1, "value": 2}]},
        {"events": [{"event": "bot", "timestamp": "noon"}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            action._validate_action_result(bad)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, RemoteAction.action_response_format_spec())


def test_rasa_still_plans_its_graph_anew_for_each_message():
    source = inspect.getsource(rasa_patches._original_run)
    assert "self._build_dask_graph(minimal_schema)" in source


def test_the_graph_gives_what_dask_gives(agent):
    runner = agent.processor.graph_runner
    target = agent.processor.model_metadata.nlu_target

    def parsed(run: Any) -> Message:
        return run({"__message__": [UserMessage("低保怎么申请")]}, [target])[target][0]

    ours = parsed(runner.run)
    theirs = parsed(functools.partial(rasa_patches._original_run, runner))
    assert runner._plans[(target,)]
    assert ours.as_dict().keys() == theirs.as_dict().keys()
    for part in ("label_ranking", "intent", "facets", "decision", "emergency"):
        assert ours.get(part) == theirs.get(part)


def test_rasas_processor_still_copies_only_for_its_log():
    source = source_of(inspect.getfile(processor))
    assert source.count("copy.deepcopy(") == 6
    for line in source.splitlines():
        if "copy.deepcopy(" in line:
            assert "=copy.deepcopy(" in line, line


def test_rasa_still_writes_domains_to_see_that_one_is_not_empty():
    source = inspect.getsource(rasa_patches._original_is_empty)
    assert "self.as_dict() == Domain.empty().as_dict()" in source


def test_a_domain_is_empty_where_rasa_says_so():
    told: list[dict[str, Any]] = [
        {},
        {"actions": ["action_answer"]},
        {"intents": ["greet"]},
        {"slots": {"item": {"type": "any", "mappings": [{"type": "custom"}]}}},
    ]
    for document in told:
        domain = Domain.from_dict(document)
        assert domain.is_empty() is rasa_patches._original_is_empty(domain)
    assert Domain.empty().is_empty()


def test_rasa_still_packs_models_at_full_compression():
    assert 'TarSafe.open(model_archive_path, "w:gz")' in source_of(
        inspect.getfile(local_model_storage)
    )


def test_rasa_still_parses_training_files_without_memory():
    assert "lru_cache" not in source_of(inspect.getfile(loading))


def test_a_training_file_is_parsed_once_until_it_changes(tmp_path, monkeypatch):
    parsed = []
    original = rasa_patches._original_load
    monkeypatch.setattr(
        rasa_patches,
        "_original_load",
        lambda *told: parsed.append(told) or original(*told),
    )
    path = tmp_path / "nlu.yml"
    path.write_text('version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - 你好\n')
    first, second = (loading._load(str(path), "zh") for _ in range(2))
    assert first.training_examples == second.training_examples
    first.training_examples[0].set("tokens", ["你好"])
    assert second.training_examples[0].get("tokens") is None
    assert len(parsed) == 1
    path.write_text('version: "3.1"\nnlu:\n- intent: a\n  examples: |\n    - 你好啊\n')
    third = loading._load(str(path), "zh")
    assert [e.get("text") for e in third.training_examples] == ["你好啊"]
    assert len(parsed) == 2


def test_another_rasa_is_refused(monkeypatch):
    monkeypatch.setattr(rasa, "__version__", "3.7.0")
    with pytest.raises(ConfigurationError, match="review"):
        rasa_patches.apply()


def test_rasa_still_walks_all_event_classes_for_every_stored_event():
    source = source_of(inspect.getfile(Event))
    assert "for cls in rasa.shared.utils.common.all_subclasses(Event):" in source


def test_event_classes_are_found_as_rasa_finds_them():
    for event in (SlotSet, UserUttered, ActionExecuted):
        assert Event.resolve_by_type(event.type_name) is event
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("nobody", default=SlotSet) is SlotSet
    with pytest.raises(ValueError, match="nobody"):
        Event.resolve_by_type("nobody")


def test_rasa_still_shows_the_active_loop_as_a_deep_copy():
    source = source_of(inspect.getfile(DialogueStateTracker))
    assert source.count("dataclasses.") == 2
    assert "dataclasses.asdict(self.active_loop)" in source


def test_the_active_loop_is_shown_with_all_its_fields():
    loop = TrackerActiveLoop("report_form", False, False, {"text": "路灯坏了"})
    assert rasa_trackers.dataclasses.asdict(loop) == dataclasses.asdict(loop)
