"""`python -m benchmarks [NAME …]`: measures, writes JSON and docs/benchmarks.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable

import bot.model  # noqa: F401 - sets Rasa's environment before it is imported
from benchmarks import (
    against_peer,
    deadlines,
    desk,
    length,
    memory,
    parse,
    wechat_load,
)
from benchmarks.measure import note
from benchmarks.results import ORDER, Result, save, write_page

QUESTIONS: dict[str, Callable[..., Result]] = {
    "peer": against_peer.run,
    "length": length.run,
    "parse": parse.run,
    "memory": memory.run,
    "deadlines": deadlines.run,
    "wechat": wechat_load.run,
    "desk": desk.run,
}


def main() -> int:
    """Runs the named benchmarks, or all; a failed one does not stop the others."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ORDER))
    parser.add_argument(
        "--reuse", action="store_true", help="take the peer's model of an earlier run"
    )
    parser.add_argument(
        "--page", action="store_true", help="only write the page from the JSON files"
    )
    arguments = parser.parse_args()
    # So that servers which were started here are ended, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    unknown = set(arguments.names) - set(ORDER)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {ORDER}")
    failed = []
    names = [] if arguments.page else arguments.names or list(ORDER)
    # The peer is trained once a run; the next question uses the same model.
    reuse = arguments.reuse
    for name in names:
        note(f"benchmark {name}")
        try:
            save(QUESTIONS[name](reuse=reuse))
        except Exception as err:  # noqa: BLE001 - the others must still run
            failed.append(name)
            note(f"[ERROR] {name}: {err!r}")
        reuse = reuse or name == "peer"
    write_page()
    note("docs/benchmarks.md is written")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
