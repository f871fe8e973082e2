"""Ends a child process with the one that started it, however that one ends."""

import ctypes
import os
import signal
import sys

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
