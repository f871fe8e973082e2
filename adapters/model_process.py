"""Asks a model in a process of its own: `python -m bot judge`, `explain`, `converse`."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

from adapters.settings import ROOT
from community.errors import ModelRefusedError
from community.learning.evaluation import Opinion

LOAD_TIMEOUT_S = 600.0
ANSWER_TIMEOUT_S = 60.0
CLOSE_TIMEOUT_S = 5.0
LINE_BYTES = 1 << 22


class ModelProcess:
    """A model that answers JSON lines: `start`, `load`, ask, `close`.

    Rasa is not imported here: whoever asks stays small, and a model that crashes
    takes nobody with it.
    """

    def __init__(self, command: str) -> None:
        """Starts nothing yet.

        Args:
            command: `judge` (whole pipeline), `explain` (linear model only) or
                `converse` (whole conversations).
        """
        self._command = command
        self._path = Path()
        self._process: Process | None = None
        self._lock = asyncio.Lock()
        self.model = ""
        """Id of the loaded model."""

    @asynccontextmanager
    async def loaded(self, model: Path) -> "AsyncIterator[ModelProcess]":
        """Has a model loaded for the time of a block; see `load`."""
        try:
            await self.load(model)
            yield self
        finally:
            await self.close()

    async def start(self) -> None:
        """Starts the process, unless it runs: what it is made of takes seconds to load."""
        if self._process is not None:
            return
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "bot"),
            *("--end-with", str(os.getpid())),
            *(self._command, "--wait"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=ROOT,
            limit=LINE_BYTES,
        )
        self._errors = asyncio.create_task(self._drain())

    async def load(self, model: Path) -> None:
        """Starts the process if need be, and waits until it has loaded a model.

        Args:
            model: A model of the registry, or the registry itself.

        Raises:
            ModelRefusedError: It cannot be loaded; the message says why.
        """
        await self.start()
        self._path = model
        try:
            # It may have ended (uvloop: RuntimeError); what is read tells why.
            with suppress(ConnectionError, RuntimeError):
                await self._write([{"model": str(model.absolute())}])
            ready = await asyncio.wait_for(self._read(), LOAD_TIMEOUT_S)
        except asyncio.TimeoutError as err:
            await self.close()
            raise ModelRefusedError(
                f"{model}: not loaded after {LOAD_TIMEOUT_S:g} s"
            ) from err
        except BaseException:
            await self.close()
            raise
        self.model = str(ready["model"])

    async def close(self) -> None:
        """Ends the process, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.terminate()  # it may have children of its own to end
            try:
                await asyncio.wait_for(process.wait(), CLOSE_TIMEOUT_S)
            except asyncio.TimeoutError:
                process.kill()
        await process.wait()
        await self._errors

    async def _drain(self) -> list[str]:
        """Reads what the process logs, and keeps the last lines for errors."""
        assert self._process is not None
        assert self._process.stderr is not None
        last: list[str] = []
        async for line in self._process.stderr:
            last = [*last[-4:], line.decode(errors="replace").strip()]
        return last

    async def _read(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            last = await self._errors
            found = [text for text in last if text.startswith("[ERROR]")] or last[-1:]
            raise ModelRefusedError(f"{self._path}: {' '.join(found) or 'it ended'}")
        return cast("dict[str, Any]", json.loads(line))

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Asks one thing.

        Raises:
            ModelRefusedError: The process has ended.
        """
        return (await self.ask_all([question]))[0]

    async def ask_all(
        self, questions: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Asks many things; the answers come in their order."""
        async with self._lock:
            writing = asyncio.create_task(self._write(questions))
            try:
                return [
                    await asyncio.wait_for(self._read(), ANSWER_TIMEOUT_S)
                    for _ in questions
                ]
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    async def _write(self, questions: Sequence[dict[str, Any]]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        for question in questions:
            line = json.dumps(question, ensure_ascii=False) + "\n"
            self._process.stdin.write(line.encode())
            await self._process.stdin.drain()

    async def opinions(self, texts: Sequence[str]) -> list[Opinion]:
        """Returns what the model makes of some messages (`judge` only)."""
        answers = await self.ask_all([{"text": text} for text in texts])
        return [Opinion.from_doc(answer) for answer in answers]
