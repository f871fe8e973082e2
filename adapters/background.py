"""Lets residents' answers go first on a machine that also trains."""

import os

NICENESS = 10


def give_way(*, entirely: bool) -> None:
    """Makes this process, and what it starts, wait for others.

    Linux compares processes so within one session or control group only; between
    those the groups' own weights count, which `deploy/` sets.

    Args:
        entirely: It runs only while nothing else wants a processor, as the kernel's
            idle class does; otherwise it merely gets the smaller share. A machine
            that is never idle gets nothing done entirely in the background.
    """
    if entirely and hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(NICENESS)
