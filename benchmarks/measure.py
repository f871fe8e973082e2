"""Shared measuring code: percentiles, the machine, processes and their memory."""

from __future__ import annotations

import json
import math
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.settings import ROOT

WORK = ROOT / ".local" / "benchmarks"
"""Everything a benchmark leaves for its next run: logs, data, the peer's model."""
STOP_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one finished process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    """Largest resident memory of the process or one of its children."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of one process, in megabytes (10^6 bytes)."""

    rss_mb: float
    pss_mb: float
    """Shared pages count in parts."""
    private_mb: float


def percentile(values: Sequence[float], share: float) -> float:
    """Returns the nearest-rank percentile; `share` is between 0 and 1."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latency(times_s: Sequence[float]) -> dict[str, float]:
    """Returns p50, p95, p99 and the mean in milliseconds."""
    ms = [1_000 * t for t in times_s]
    return {
        "n": len(ms),
        "mean_ms": round(statistics.fmean(ms), 2),
        "p50_ms": round(percentile(ms, 0.50), 2),
        "p95_ms": round(percentile(ms, 0.95), 2),
        "p99_ms": round(percentile(ms, 0.99), 2),
    }


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Returns the median and, of several values, the lowest and highest."""
    middle = f"{statistics.median(values):,.{digits}f}"
    if len(values) < 2:
        return middle
    return f"{middle} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def machine() -> dict[str, Any]:
    """Describes this machine without naming it."""
    info = Path("/proc/meminfo").read_text(encoding="ascii").split()
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(int(info[1]) * 1_024 / 1e9, 1),
        "cpu": cpu,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
        "at": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
    }


def memory(pid: int | str = "self") -> Memory:
    """Reads a process's memory from the kernel's own sums."""
    fields: dict[str, float] = {}
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    for line in rollup.splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name.rstrip(":")] = int(value) * 1_024 / 1e6
    return Memory(
        rss_mb=round(fields["Rss"], 1),
        pss_mb=round(fields["Pss"], 1),
        private_mb=round(fields["Private_Clean"] + fields["Private_Dirty"], 1),
    )


def tree(pid: int) -> list[int]:
    """Returns a process and all its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            found += tree(int(child))
    return found


def tree_pss_mb(pid: int) -> float:
    """Returns the proportional memory of a process and its descendants."""
    return round(sum(memory(each).pss_mb for each in tree(pid)), 1)


def tree_cpu_s(pid: int) -> float:
    """Returns the CPU time that a process and its descendants have used."""
    ticks = 0
    for each in tree(pid):
        stat = Path(f"/proc/{each}/stat").read_text(encoding="utf-8")
        user, system = stat.rpartition(")")[2].split()[11:13]
        ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Returns a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """Returns the environment for child processes: quiet, this checkout's code."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "",
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        **more,
    }


def python(*arguments: str) -> list[str]:
    """Returns the command that runs a module with this interpreter."""
    return [sys.executable, "-W", "ignore", "-m", *arguments]


def run_measured(
    command: list[str], log: Path, *, cwd: Path = ROOT, env: dict[str, str]
) -> Cost:
    """Runs a command to its end; its output goes to a file.

    Raises:
        RuntimeError: It failed; the message names the log.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[:6]} failed ({process.returncode}), see {log}")
    return Cost(
        wall_s=round(wall_s, 1),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 1),
        peak_mb=round(usage.ru_maxrss * 1_024 / 1e6, 1),
    )


def probe(name: str, *arguments: str, log: str, **env: str) -> Any:
    """Runs `benchmarks.probes` in a fresh process and returns what it found.

    Raises:
        RuntimeError: It failed; the message names the log.
    """
    path = WORK / "logs" / f"{log}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        done = subprocess.run(
            python("benchmarks.probes", name, *arguments),
            cwd=ROOT,
            env=environment(**env),
            stdout=subprocess.PIPE,
            stderr=out,
            check=False,
        )
    if done.returncode != 0:
        raise RuntimeError(f"probe {name} failed ({done.returncode}), see {path}")
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def running(
    command: list[str], log: Path, *, cwd: Path = ROOT, env: dict[str, str]
) -> Iterator[int]:
    """Runs a server for the time of a block; yields its process id."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            # As the launcher does: Ctrl-C is ours, and training can give way.
            preexec_fn=os.setpgrp,
        )
        try:
            yield process.pid
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that was started here, and what it started."""
    if process.poll() is not None:
        return
    descendants = tree(process.pid)[1:]
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in descendants:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def as_doc(cost: Cost | Memory) -> dict[str, Any]:
    """Returns a measurement as JSON data."""
    return asdict(cost)


def note(text: str) -> None:
    """Tells on stderr what is going on."""
    print(f"› {text}", file=sys.stderr, flush=True)
