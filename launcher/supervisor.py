"""Keeps child processes alive: restarts what dies, ends all on a signal."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from adapters.parent_process import end_with

RESTART_AFTER_S = (0.2, 1.0, 3.0, 10.0)
STABLE_AFTER_S = 60.0
STOP_TIMEOUT_S = 20.0


@dataclass(slots=True)
class Child:
    """One supervised process."""

    name: str
    command: list[str]
    ready: Callable[[], None] | None = None
    """Called after each start; blocks until the process is of use."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of this process alone."""
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    n_quick_deaths: int = 0
    retry_at: float = field(default=0.0)


class Supervisor:
    """Starts children in order and stops them in reverse order."""

    def __init__(
        self,
        children: list[Child],
        env: Mapping[str, str],
        say: Callable[[str], None] = print,
    ) -> None:
        """Starts nothing yet."""
        self._children = children
        self._env = dict(env)
        self._say = say
        self._stopping = False

    def start(self) -> None:
        """Starts every child, each after the one before is of use."""
        for child in self._children:
            self._launch(child)

    def is_alive(self, name: str) -> bool:
        """Tells whether a child that was started has not ended."""
        return any(
            child.name == name
            and child.process is not None
            and child.process.poll() is None
            for child in self._children
        )

    def run(self) -> None:
        """Restarts what dies until SIGINT or SIGTERM; then stops everything."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        try:
            while not self._stopping:
                for child in self._children:
                    self._look_after(child)
                time.sleep(0.2)
        finally:
            self.stop()

    def _on_signal(self, _signal: int, _frame: object) -> None:
        self._stopping = True

    def _launch(self, child: Child) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - commands of this program
            child.command,
            stdin=subprocess.DEVNULL,
            env={**self._env, **child.env},
            preexec_fn=partial(become_child, os.getpid()),
        )
        child.started_at = time.monotonic()
        if child.ready is not None:
            child.ready()

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        now = time.monotonic()
        if child.retry_at == 0.0:
            if now - child.started_at > STABLE_AFTER_S:
                child.n_quick_deaths = 0
            delay = RESTART_AFTER_S[min(child.n_quick_deaths, len(RESTART_AFTER_S) - 1)]
            child.n_quick_deaths += 1
            child.retry_at = now + delay
            self._say(
                f"{child.name} 退出了（{child.process.returncode}），{delay:g} 秒后重启"
            )
        elif now >= child.retry_at:
            child.retry_at = 0.0
            self._launch(child)

    def stop(self) -> None:
        """Ends all children, last started first; kills what does not end."""
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()


def become_child(launcher: int) -> None:
    """Leaves the launcher's group, so that Ctrl-C is the launcher's; ends with it.

    Otherwise a killed launcher would leave a Redis behind, and the next start would
    run a second one on the same files. The session stays the launcher's: Linux weighs
    niceness and the idle class within a session only (autogroups), and training gives
    way to the workers by them.
    """
    os.setpgid(0, 0)
    end_with(launcher)


def python(*arguments: str) -> list[str]:
    """Returns the command that runs a module with this interpreter."""
    return [sys.executable, "-m", *arguments]
