"""`python -m bot worker`, `python -m bot parse`, `python -m bot train`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from adapters.settings import Settings
from community.errors import CommunityError


def main() -> int:
    """Runs the chosen command; errors of ours end with one clear line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("worker", help="answer residents' messages")
    parse = commands.add_parser("parse", help="understand lines of stdin as JSON")
    parse.add_argument("--model", type=Path, help="model archive or folder of models")
    train = commands.add_parser("train", help="train a model from data/ and catalog/")
    train.add_argument("--output", type=Path, default=Path("models"))
    evaluate = commands.add_parser("evaluate", help="figures on kept-out messages")
    evaluate.add_argument("--model", type=Path)
    evaluate.add_argument("--data", type=Path, default=Path("evaluation/validation"))
    evaluate.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env()
        if arguments.command == "train":
            from bot.train import main as train_main

            return train_main(arguments.output)
        if arguments.command == "evaluate":
            from bot.evaluation import main as evaluate_main

            return evaluate_main(
                arguments.model or settings.model_path,
                arguments.data,
                errors=arguments.errors,
            )
        if arguments.command == "parse":
            from bot.parse import parse_lines

            return parse_lines(arguments.model or settings.model_path)
        from bot.process import run_workers

        return run_workers(settings)
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
