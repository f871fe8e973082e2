"""Each patch of training is needed by this Rasa and keeps its behaviour."""

import copy
import inspect
from collections.abc import Iterator

import pytest
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.exceptions import YamlException
from rasa.shared.nlu.training_data import training_data
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import rasa_training_patches

HASH, VALIDATE = Message.__hash__, RasaYAMLReader.validate
BEFORE, AFTER = TrainingHook.on_before_node, TrainingHook.on_after_node
GOOD = 'version: "3.1"\nnlu:\n  - intent: a\n    examples: |\n      - x\n'


@pytest.fixture(autouse=True)
def patched() -> Iterator[None]:
    rasa_training_patches.apply()
    yield
    Message.__hash__, RasaYAMLReader.validate = HASH, VALIDATE
    TrainingHook.on_before_node, TrainingHook.on_after_node = BEFORE, AFTER
    del Message.__deepcopy__
    training_data.copy = copy


def example(text: str, intent: str, **marks: str) -> Message:
    return Message({"text": text, "intent": intent, "metadata": marks})


def test_rasa_still_digests_whole_messages_to_hash_them():
    assert "int(self.fingerprint(), 16)" in inspect.getsource(HASH)


def test_messages_are_told_apart_as_before():
    one, same = example("a", "x", voice="elder"), example("a", "x", voice="elder")
    other_marks, other_text = example("a", "x", voice="shop"), example("b", "x")
    data = TrainingData([one, same, other_marks, other_text])
    assert data.training_examples == [one, other_marks, other_text]


def test_a_copied_message_is_equal_and_independent():
    one = example("a", "x", voice="elder")
    two = copy.deepcopy(one)
    assert one == two
    two.set("text", "b")
    two.data["metadata"]["voice"] = "shop"
    assert (one.get("text"), one.data["metadata"]["voice"]) == ("a", "elder")


def test_rasa_still_copies_all_messages_at_each_merge():
    source = inspect.getsource(TrainingData.merge)
    assert "training_examples.extend(copy.deepcopy(o.training_examples))" in source


def test_merged_data_are_those_of_before():
    one, other = example("a", "x"), example("b", "y")
    merged = TrainingData([one]).merge(TrainingData([other, one]))
    assert merged.training_examples == [one, other]
    assert merged.training_examples is not merged.merge().training_examples


def test_rasa_still_checks_files_in_pure_python():
    assert "validate_yaml_schema" in inspect.getsource(VALIDATE)


def test_good_files_are_read_and_bad_ones_refused():
    assert len(RasaYAMLReader().reads(GOOD).training_examples) == 1
    for bad in (GOOD.replace("intent: a", "intent: 5"), GOOD + "  - nonsense: [\n"):
        with pytest.raises(YamlException):
            RasaYAMLReader().reads(bad)


def test_rasa_still_keeps_a_cache_of_each_component():
    assert "self._cache.cache_output(" in inspect.getsource(AFTER)
