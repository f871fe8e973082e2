import os
import subprocess
import sys

import pytest

PROGRAM = """
import os
from adapters.background import give_way
give_way(entirely={entirely})
child = os.fork()
if not child:
    print(os.sched_getscheduler(0), os.nice(0), flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""


def seen_by_a_child(*, entirely: bool) -> tuple[int, int]:
    """Returns scheduling class and niceness that a child of the process inherits."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(entirely=entirely)],
        capture_output=True,
        text=True,
        check=True,
    )
    policy, niceness = done.stdout.split()
    return int(policy), int(niceness)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="Linux schedules so only")
def test_entirely_in_the_background_means_idle_time_only() -> None:
    assert seen_by_a_child(entirely=True)[0] == os.SCHED_IDLE


def test_otherwise_a_smaller_share_is_taken() -> None:
    policy, niceness = seen_by_a_child(entirely=False)
    assert policy == os.SCHED_OTHER
    assert niceness == min(19, os.nice(0) + 10)
