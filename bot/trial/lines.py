"""`python -m bot converse`: plays conversations as JSON lines, for programs.

Reads `{"file"}` a line on stdin and writes `{"problems"}` a line on stdout; the first
line written says that the model is loaded. Redis and database are its own, in a
temporary folder: nothing of the system that serves is touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

from adapters.logs import configure_logs
from adapters.redis_server import server_command, wait_for_redis
from adapters.settings import ROOT
from adapters.sql.migrate import upgrade
from bot.model import load_agent, model_archive
from bot.trial.play import Scenery, problems_of


def converse_lines(model: Path) -> int:
    """Plays the conversations that stdin names with the release's catalogue."""
    out = sys.stdout
    signal.signal(signal.SIGTERM, _end)
    with contextlib.redirect_stdout(sys.stderr), _scenery(model) as scenery:
        _write(out, {"ready": True, "model": model_archive(model).parent.name})
        loop = asyncio.new_event_loop()
        for line in sys.stdin:
            path = Path(json.loads(line)["file"])
            problems = loop.run_until_complete(problems_of(path, scenery))
            _write(out, {"problems": problems})
        loop.close()
    return 0


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


@contextlib.contextmanager
def _scenery(model: Path) -> Iterator[Scenery]:
    configure_logs("converse", "ERROR")
    agent = load_agent(model, with_actions=True)
    with tempfile.TemporaryDirectory(prefix="yxl-trial-", dir=_quick()) as name:
        folder = Path(name)
        command = server_command(folder / "redis", durable=False)
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
