"""What must be set before libraries are imported."""

import subprocess
import sys

CHECK = """
import os, sys
import bot
assert not {"numpy", "rasa", "tensorflow"} & set(sys.modules)
print(os.environ["OPENBLAS_NUM_THREADS"], os.environ["RASA_TELEMETRY_ENABLED"])
"""


def test_libraries_find_their_settings_whatever_is_imported_first():
    """Threads of the matrix library once doubled a worker's CPU time."""
    said = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["1", "false"]
