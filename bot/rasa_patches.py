"""All changes to Rasa itself, in one place, for the one version they were made for.

Each patch has a test that fails when Rasa no longer needs it
(`tests/integration/test_rasa_patches.py`).
"""

from __future__ import annotations

import functools
import tarfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

import rasa
from jsonschema import Draft7Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.engine.storage import local_model_storage
from rasa.shared.core.events import Event
from rasa.shared.nlu.training_data import loading
from rasa.shared.nlu.training_data.training_data import TrainingData

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
    Event.resolve_by_type = staticmethod(_event_class)
    loading._load = _load_once
    local_model_storage.TarSafe = _FastTar


@functools.lru_cache(maxsize=1)
def _action_result_validator() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())


def _validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Validates without re-checking the schema itself at each action.

    Rasa calls `jsonschema.validate`, which validates its own schema every time: 60 %
    of a server's time.
    """
    errors = list(_action_result_validator().iter_errors(result))
    if errors:
        raise ValidationError(f"action result is malformed: {errors[0].message}")
    return True


_original_resolve = Event.resolve_by_type


@functools.lru_cache(maxsize=256)
def _event_class(type_name: str, default: Any = None) -> Any:
    """Finds an event class once; Rasa walks all subclasses for every stored event."""
    return _original_resolve(type_name, default)


_original_load = loading._load
_loaded: Dict[Tuple[str, str, int, int], TrainingData] = {}


def _load_once(filename: str, language: str = "en") -> Any:
    """Parses a training file once; Rasa parses each of them three times."""
    stat = Path(filename).stat()
    key = (filename, language, stat.st_mtime_ns, stat.st_size)
    if key not in _loaded:
        _loaded[key] = _original_load(filename, language)
    return _loaded[key]


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
    "resolve_by_type",
    "_load",
    "TarSafe",
]
