"""`python -m bot converse`: plays conversations as JSON lines, for programs.

Reads `{"file"}` a line on stdin and writes `{"problems"}` a line on stdout; the first
line written says that the model is loaded. Redis and database are its own, in a
temporary folder: nothing of the system that serves is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from multiprocessing.pool import AsyncResult
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, Dict, Iterator, List, Optional, Tuple

from adapters.logs import configure_logs
from adapters.parent_process import end_with, ending_with
from adapters.redis_server import server_command, wait_for_redis
from adapters.settings import ROOT
from adapters.sql.migrate import upgrade
from bot.model import load_agent, model_archive
from bot.trial.play import Scenery, problems_of

FOLDER = "yxl-trial-"
"""How folders of runs are called; then come who asked for it, who runs it, and chance."""
N_PLAYERS = 2
"""Processes that play at once; they share the loaded model."""
Playing = SimpleQueue[Optional["AsyncResult[List[str]]"]]
_player: Optional[Tuple[asyncio.AbstractEventLoop, Scenery]] = None


def converse_lines(model: Path) -> int:
    """Plays the conversations that stdin names with the release's catalogue."""
    out = sys.stdout
    signal.signal(signal.SIGTERM, _end)
    with contextlib.redirect_stdout(sys.stderr), _scenery(model) as scenery:
        _write(out, {"ready": True, "model": model_archive(model).parent.name})
        gc.freeze()
        forking = multiprocessing.get_context("fork")
        with forking.Pool(N_PLAYERS, _become_player, (os.getpid(), scenery)) as pool:
            playing: Playing = SimpleQueue()
            answering = Thread(target=_answer, args=(playing, out), daemon=True)
            answering.start()
            for line in sys.stdin:
                playing.put(pool.apply_async(_play, (line,)))
            playing.put(None)
            answering.join()
    return 0


def _answer(playing: Playing, out: Any) -> None:
    """Writes what was found, in the order of the questions."""
    try:
        for found in iter(playing.get, None):
            _write(out, {"problems": found.get()})
    except Exception:
        traceback.print_exc()
        os.kill(os.getpid(), signal.SIGTERM)


def _become_player(parent: int, scenery: Scenery) -> None:
    global _player
    end_with(parent)
    _player = asyncio.new_event_loop(), scenery


def _play(line: str) -> List[str]:
    assert _player is not None
    loop, scenery = _player
    return loop.run_until_complete(problems_of(Path(json.loads(line)["file"]), scenery))


def _end(number: int, frame: object) -> None:
    """Leaves through every `finally`, so that Redis ends, too."""
    sys.exit(128 + number)


def _write(out: Any, doc: Dict[str, Any]) -> None:
    out.write(json.dumps(doc, ensure_ascii=False) + "\n")
    out.flush()


def _quick() -> Optional[str]:
    """Returns a folder in memory, where there is one: nothing here outlives the run.

    Its path is short, as that of a socket must be.
    """
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made below it
    return str(memory) if os.access(memory, os.W_OK) else None


def _sweep() -> None:
    """Removes what killed processes left: nobody else would before the next start."""
    for folder in Path(_quick() or tempfile.gettempdir()).glob(f"{FOLDER}*-*-*"):
        with contextlib.suppress(ValueError, PermissionError):
            try:
                os.kill(int(folder.name.split("-")[3]), 0)
            except ProcessLookupError:
                shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _scenery(model: Path) -> Iterator[Scenery]:
    configure_logs("converse", "ERROR")
    agent = load_agent(model, with_actions=True)
    _sweep()
    owner = f"{FOLDER}{os.getppid()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=owner, dir=_quick()) as name:
        folder = Path(name)
        command = ending_with(
            os.getpid(), server_command(folder / "redis", durable=False)
        )
        server = subprocess.Popen(command)  # noqa: S603 - our own binary
        try:
            url = f"unix://{folder}/redis/redis.sock"
            wait_for_redis(url)
            database = folder / "migrated.db"
            upgrade(f"sqlite:///{database}")
            yield Scenery.of(agent, ROOT / "catalog", url, database, folder)
        finally:
            server.terminate()
            server.wait(10)
