"""Ends a child process with the one that started it, however that one ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def end_with(parent: int) -> None:
    """Asks the kernel to end this process as soon as its parent is gone.

    Args:
        parent: Process id that the parent gave as its own. If another one is the
            parent by now, it died before this was asked for, and this process ends.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(f"the process {parent} that wanted this has ended")


def ending_with(parent: int, command: Sequence[str]) -> list[str]:
    """Returns a command that runs another one, whose process ends with the parent."""
    return [sys.executable, "-m", __name__, str(parent), *command]


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the parent's own command
