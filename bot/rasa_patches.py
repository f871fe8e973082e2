"""All changes to Rasa itself, in one place, for the one version they were made for.

Each patch has a test that fails when Rasa no longer needs it
(`tests/integration/test_rasa_patches.py`).
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import tarfile
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Optional, Tuple

import rasa
from jsonschema import ValidationError
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.engine.graph import GraphNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage import local_model_storage
from rasa.shared.core import trackers
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import rasa_policy_patches, rasa_tracker_patches
from bot.rasa_policy_patches import NoCopies
from community.errors import ConfigurationError

RASA_VERSION = "3.6.21"
COMPRESS_LEVEL = 1


def apply() -> None:
    """Applies all patches once.

    Raises:
        ConfigurationError: Another Rasa is installed; the patches must be reviewed.
    """
    if rasa.__version__ != RASA_VERSION:
        raise ConfigurationError(
            f"Rasa {rasa.__version__} is installed; bot/rasa_patches.py was written"
            f" for {RASA_VERSION}: review it"
        )
    RemoteAction._validate_action_result = _validate_action_result
    DaskGraphRunner.run = _run_graph
    processor.copy = NoCopies
    Event.resolve_by_type = staticmethod(_event_class)
    trackers.dataclasses = _FlatDataclasses
    Domain.is_empty = _is_empty
    loading._load = _load_once
    local_model_storage.TarSafe = _FastTar
    rasa_policy_patches.apply()
    rasa_tracker_patches.apply()


_JSON_TYPES: Dict[str, Tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


@dataclasses.dataclass(frozen=True)
class _EventSchema:
    """What Rasa's schema says of one kind of event, without nested values."""

    required: FrozenSet[str]
    types: Dict[str, Tuple[type, ...]]

    def fault(self, event: Dict[str, Any]) -> str:
        """Returns what is wrong with an event, or nothing."""
        if missing := self.required - event.keys():
            return f"without {', '.join(sorted(missing))}"
        for key, types in self.types.items():
            if key in event and not isinstance(event[key], types):
                return f"{key} must not be {event[key]!r}"
        return ""


@functools.lru_cache(maxsize=1)
def _event_schemas() -> Dict[str, _EventSchema]:
    """Returns the schema of each kind of event, by the kind's name."""
    every = RemoteAction.action_response_format_spec()["properties"]["events"]["items"]
    schemas = {}
    for kind in every["oneOf"]:
        properties = {**every.get("properties", {}), **kind["properties"]}
        types = {
            key: tuple(t for name in _listed(spec["type"]) for t in _JSON_TYPES[name])
            for key, spec in properties.items()
            if "type" in spec
        }
        schemas[properties["event"]["const"]] = _EventSchema(
            frozenset(kind.get("required", ())), types
        )
    return schemas


def _listed(value: Any) -> List[str]:
    return value if isinstance(value, list) else [value]


def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Checks each event against the keys and types of its own kind.

    Rasa calls `jsonschema.validate`, which checks its own schema every time and tries
    all kinds for every event: most of a server's time.
    """
    events, responses = result.get("events", []), result.get("responses", [])
    if not isinstance(events, list) or not isinstance(responses, list):
        raise ValidationError("action result: events and responses must be lists")
    if not all(isinstance(response, dict) for response in responses):
        raise ValidationError("action result: a response is not an object")
    for event in events:
        kind = event.get("event") if isinstance(event, dict) else None
        schema = _event_schemas().get(str(kind))
        if schema is None:
            raise ValidationError(f"action result: {kind!r} is no event")
        if fault := schema.fault(event):
            raise ValidationError(f"action result: {kind}: {fault}")
    return True


_original_run = DaskGraphRunner.run
_Plan = List[Tuple[str, GraphNode, Tuple[str, ...]]]


def _run_graph(
    self: DaskGraphRunner,
    inputs: Optional[Dict[str, Any]] = None,
    targets: Optional[List[str]] = None,
) -> Dict[str, Any]:
    """Runs a loaded model's graph in a fixed order, node after node.

    Dask plans anew for each message and keeps books that nobody reads. Graphs of
    training, whose nodes are loaded late, still run with it.
    """
    wanted = tuple(targets or self._graph_schema.target_names)
    plans: Dict[Tuple[str, ...], Optional[_Plan]] = self.__dict__.setdefault(
        "_plans", {}
    )
    if wanted not in plans:
        plans[wanted] = _plan(self, wanted)
    plan = plans[wanted]
    if plan is None:
        return _original_run(self, inputs, targets)
    results: Dict[str, Any] = {
        name: (name, value) for name, value in (inputs or {}).items()
    }
    for name, node, needs in plan:
        results[name] = node(*[results.get(need, need) for need in needs])
    return {name: results[name][1] for name in wanted}


def _plan(runner: DaskGraphRunner, wanted: Tuple[str, ...]) -> Optional[_Plan]:
    """Returns the nodes in an order that respects their needs; None for training."""
    schema = runner._graph_schema.minimal_graph_schema(list(wanted))
    if not all(node.eager for node in schema.nodes.values()):
        return None
    plan: _Plan = []
    done: set[str] = set()

    def visit(name: str) -> None:
        if name in done or name not in schema.nodes:
            return
        done.add(name)
        needs = tuple(schema.nodes[name].needs.values())
        for need in needs:
            visit(need)
        plan.append((name, runner._instantiated_nodes[name], needs))

    for name in wanted:
        visit(name)
    return plan


_original_resolve = Event.resolve_by_type


@functools.lru_cache(maxsize=256)
def _event_class(type_name: str, default: Any = None) -> Any:
    """Finds an event class once; Rasa walks all subclasses for every stored event."""
    return _original_resolve(type_name, default)


class _FlatDataclasses:
    """Stands for the module `dataclasses` in Rasa's trackers.

    There it is used once more than to define a class: to show an action the active
    loop, with a deep copy of the whole parse of the message that opened it.
    """

    dataclass = dataclasses.dataclass

    @staticmethod
    def asdict(value: Any) -> Dict[str, Any]:
        """Returns the fields themselves: actions read them and change nothing."""
        return dict(vars(value))


_original_is_empty = Domain.is_empty


def _is_empty(self: Domain) -> bool:
    """Tells it from the actions; Rasa builds and writes two domains for each message."""
    return not self.user_actions and bool(_original_is_empty(self))


_original_load = loading._load
_loaded: Dict[Tuple[str, int, int], TrainingData] = {}


def _load_once(filename: str, language: str = "en") -> Any:
    """Parses a training file once; Rasa parses each of them three times.

    The language does not matter: all files are in Rasa's YAML format.
    """
    stat = Path(filename).stat()
    key = (filename, stat.st_mtime_ns, stat.st_size)
    if key not in _loaded:
        _loaded[key] = _original_load(filename, language)
    return copy.deepcopy(_loaded[key])  # components write into messages


class _FastTar(local_model_storage.TarSafe):
    """Packs models with light compression; Rasa's level 9 takes ten seconds."""

    @classmethod
    def gzopen(
        cls, name: Any, mode: str = "r", fileobj: Any = None, **kwargs: Any
    ) -> tarfile.TarFile:
        """Opens as the parent class does, at a lower level."""
        kwargs["compresslevel"] = COMPRESS_LEVEL
        return super().gzopen(name, mode, fileobj, **kwargs)


PATCHES: List[str] = [
    "_validate_action_result",
    "_run_graph",
    "copy",
    "resolve_by_type",
    "dataclasses",
    "is_empty",
    "_load",
    "TarSafe",
]
