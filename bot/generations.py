"""Keeps workers alive and follows promotions: one parent loads, its children serve.

The parent holds the model that serves and the one before it. A child is forked from
a loaded model, so that all share its memory, and works with that model to its end.
To change models the parent loads the new one, forks a child from it, waits until
that one works, asks the old ones to stop after their messages and forks the other
new ones. A model that is refused or does not come up changes nothing.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

import structlog

from adapters.model_registry import ModelRegistry
from adapters.settings import Settings
from bot.model import LoadedModel, load_model, served
from community.errors import CommunityError

logger = structlog.get_logger()
POLL_S = 0.1
RESTART_DELAY_S = 0.5
READY_TIMEOUT_S = 15.0
RETRY_S = 30.0
"""A refused model is looked at again: its files may have been completed."""
PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""
KEEP_PREVIOUS_FREE_BYTES = 300_000_000
"""The model before is kept in memory only if so much is free."""

Serve = Callable[[LoadedModel, Callable[[], None]], None]
"""Serves with a model until SIGTERM; calls its second argument once it works."""


class Models:
    """The model that serves and the one before it, in the parent's memory."""

    def __init__(
        self,
        registry: ModelRegistry,
        model: str,
        *,
        follows: bool,
        load: Callable[[ModelRegistry, str], LoadedModel] = load_model,
        refused: Callable[[str, str], None] = lambda model, reason: None,
    ) -> None:
        """Loads the first model.

        Args:
            registry: Where models are.
            model: The first to serve.
            follows: Whether promotions are followed; no where one was named.
            load: Checks and loads a model.
            refused: Told which model was refused and why.
        """
        self._registry = registry
        self._follows = follows
        self._load = load
        self._refused = refused
        self._version = registry.version()
        self._retry_at = float("inf")
        self.current = self._first(model)
        self._previous: Optional[LoadedModel] = None
        self._settle()

    def _first(self, model: str) -> LoadedModel:
        """Loads what should serve, or what served before if that is refused."""
        try:
            return self._load(self._registry, model)
        except Exception as err:
            pointer = self._registry.pointer() if self._follows else None
            if pointer is None or pointer.previous in ("", model):
                raise
            self.refuse(model, err)
            return self._load(self._registry, pointer.previous)

    def next(self) -> Optional[LoadedModel]:
        """Returns another model that should serve now, loaded; else `None`."""
        if not self._follows:
            return None
        version = self._registry.version()
        if version == self._version and time.monotonic() < self._retry_at:
            return None
        self._version, self._retry_at = version, float("inf")
        wanted = ""
        try:
            wanted = self._registry.serving() or ""
            if wanted in ("", self.current.id):
                return None
            if self._previous is not None and self._previous.id == wanted:
                return self._previous
            logger.info("worker.model.loading", model=wanted)
            loaded = self._load(self._registry, wanted)
            self._settle()
            return loaded  # noqa: TRY300 - all of it may fail
        except Exception as err:  # whatever is wrong with it, the old one stays
            self.refuse(wanted, err)
            return None

    def adopt(self, loaded: LoadedModel) -> None:
        """Makes a loaded model the serving one and keeps the one before."""
        if loaded is self.current:
            return
        before = self._previous
        self._previous, self.current = self.current, loaded
        if free_bytes() < KEEP_PREVIOUS_FREE_BYTES:
            self._previous = None
        if before not in (None, loaded) or self._previous is None:
            del before
            gc.unfreeze()  # what is frozen is never freed
            self._settle()

    def refuse(self, model: str, reason: object) -> None:
        """Notes that a model cannot serve; the current one stays."""
        is_ours = isinstance(reason, CommunityError)
        text = str(reason) if is_ours else repr(reason)
        logger.error("worker.model.refused", model=model, reason=text)
        self._retry_at = time.monotonic() + RETRY_S
        self._refused(model, text)

    def _settle(self) -> None:
        gc.collect()
        gc.freeze()  # keeps the models' pages shared with the children


@dataclass
class _Child:
    model: LoadedModel
    started_at: float
    is_leaving: bool = False


class Supervisor:
    """Keeps a number of children alive, all with the model that should serve."""

    def __init__(
        self,
        models: Models,
        n_children: int,
        serve: Serve,
        *,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """Starts nothing yet.

        Args:
            models: What to serve with.
            n_children: How many children serve at a time.
            serve: What a child does.
            prepare: Called before forks: what it loads is inherited, so that a
                new child's first message is not slower than the others.
        """
        self._models = models
        self._prepare = prepare
        self._n_children = n_children
        self._serve = serve
        self._children: Dict[int, _Child] = {}
        self._is_stopping = False

    def run(self) -> int:
        """Supervises until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while True:
            self._reap()
            if self._is_stopping and not self._children:
                return 0
            if not self._is_stopping:
                self._fill()
                loaded = self._models.next()
                if loaded is not None:
                    self._change_to(loaded)
            time.sleep(POLL_S)

    def _stop(self, _signal: int, _frame: object) -> None:
        self._is_stopping = True
        for pid in self._children:
            _tell(pid, signal.SIGTERM)

    def _serving(self) -> List[int]:
        return [pid for pid, c in self._children.items() if not c.is_leaving]

    def _fill(self) -> None:
        while not self._is_stopping and len(self._serving()) < self._n_children:
            self._prepared()
            self._fork(self._models.current)

    def _prepared(self) -> None:
        try:
            self._prepare()
        except CommunityError as err:  # a child can load it later
            logger.warning("worker.prepare.failed", error=str(err))

    def _change_to(self, loaded: LoadedModel) -> None:
        """Replaces the children once the first new one works; else nothing changes."""
        began = time.monotonic()
        self._prepared()
        old = [p for p in self._serving() if self._children[p].model is not loaded]
        for position in range(len(old)):
            if self._is_stopping:
                return
            new, is_ready = self._fork(loaded)
            if not is_ready:
                _tell(new, signal.SIGKILL)
                if position == 0:
                    self._models.refuse(loaded.id, "it does not start to work")
                    return
            if position == 0:
                # One that works serves all; the others may leave and be replaced.
                for leaving in old:
                    self._children[leaving].is_leaving = True
                    _tell(leaving, signal.SIGTERM)
        seconds = round(time.monotonic() - began, 2)
        self._models.adopt(loaded)
        logger.info("worker.model.changed", model=loaded.id, seconds=seconds)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None or child.is_leaving or self._is_stopping:
                continue
            logger.error("worker.child.ended", pid=pid, status=status)
            if time.monotonic() - child.started_at < RESTART_DELAY_S:
                time.sleep(RESTART_DELAY_S)

    def _fork(self, model: LoadedModel) -> Tuple[int, bool]:
        """Forks a child and waits until it works; returns whether it does."""
        parent, (reading, writing) = os.getpid(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._be_child(model, parent, writing)
        os.close(writing)
        self._children[pid] = _Child(model, time.monotonic())
        if self._is_stopping:  # the signal came before the child was known
            _tell(pid, signal.SIGTERM)
        try:
            readable, _, _ = select.select([reading], [], [], READY_TIMEOUT_S)
            return pid, bool(readable) and os.read(reading, 1) == b"1"
        finally:
            os.close(reading)

    def _be_child(self, model: LoadedModel, parent: int, writing: int) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent passes it on
        code = 1
        try:
            # Children of a killed parent must not go on with an old model.
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == parent:
                self._serve(model, lambda: _say_ready(writing))
            code = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _say_ready(writing: int) -> None:
    with suppress(OSError):
        os.write(writing, b"1")
        os.close(writing)


def _tell(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def free_bytes() -> int:
    """Returns the memory that is free for use; much where that is unknown."""
    with suppress(OSError, ValueError), Path("/proc/meminfo").open() as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1_024
    return KEEP_PREVIOUS_FREE_BYTES


def models_of(settings: Settings, refused: Callable[[str, str], None]) -> Models:
    """Loads the model that the settings name."""
    registry, model, follows = served(settings)
    return Models(registry, model, follows=follows, refused=refused)
