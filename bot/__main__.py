"""`python -m bot worker`, `python -m bot parse`, `python -m bot train`."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import warnings
from pathlib import Path

from adapters.background import give_way
from adapters.parent_process import end_with
from adapters.settings import Settings
from community.errors import CommunityError


def main() -> int:
    """Runs the chosen command; errors of ours end with one clear line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument(
        "--end-with",
        type=int,
        metavar="PID",
        help="work in the background of this parent, and end when it has ended",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("worker", help="answer residents' messages")
    parse = commands.add_parser("parse", help="understand lines of stdin as JSON")
    parse.add_argument("--model", type=Path, help="model archive or folder of models")
    train = commands.add_parser("train", help="train a model from data/ and catalog/")
    train.add_argument("--output", type=Path, default=Path("models"))
    train.add_argument("--name", help="id of the model; the time by default")
    train.add_argument("--data", default="data", help="folder of the training data")
    train.add_argument("--content", default="catalog", help="folder of the catalogue")
    train.add_argument("--by", default="make train", help="who wants it")
    train.add_argument(
        "--candidate", action="store_true", help="it serves only after a promotion"
    )
    train.add_argument(
        "--progress", action="store_true", help="stages as JSON lines on stdout"
    )
    for name, text in (
        ("judge", "opinions on messages as JSON lines"),
        ("explain", "n-grams that counted, as JSON lines"),
        ("converse", "written conversations played, as JSON lines"),
    ):
        lines = commands.add_parser(name, help=text)
        lines.add_argument("--model", type=Path)
        lines.add_argument(
            "--wait",
            action="store_true",
            help="the first line of stdin names the model",
        )
    evaluate = commands.add_parser("evaluate", help="figures on kept-out messages")
    evaluate.add_argument("--model", type=Path)
    evaluate.add_argument("--data", type=Path, default=Path("evaluation/validation"))
    evaluate.add_argument("--errors", action="store_true")
    arguments = parser.parse_args()
    try:
        settings = Settings.from_env()
        if arguments.end_with is not None:
            end_with(arguments.end_with)
            is_awaited = arguments.command == "explain"
            give_way(entirely=settings.learning.gives_way and not is_awaited)
        return _run(arguments, settings)
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
        return 1


def _keep_ignoring_warnings() -> None:
    """Sanic, which Rasa imports, turns all libraries' deprecations on again."""
    if "ignore" in sys.warnoptions:
        import sanic.app  # noqa: F401 - so that it has done so before

        warnings.filterwarnings("ignore", category=DeprecationWarning)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Imports only what the command needs: Rasa alone takes three seconds."""
    _keep_ignoring_warnings()
    command = arguments.command
    if command == "worker":
        from bot.process import run_workers

        return run_workers(settings)
    if command == "train":
        from bot.train import main as train_main

        return train_main(
            arguments.output,
            name=arguments.name,
            data=arguments.data,
            content=arguments.content,
            by=arguments.by,
            candidate=arguments.candidate,
            progress=arguments.progress,
        )
    model = arguments.model or settings.model_path
    if getattr(arguments, "wait", False):
        model = _told_model(command)
    if command == "evaluate":
        from bot.evaluation import main as evaluate_main

        return evaluate_main(model, arguments.data, errors=arguments.errors)
    if command == "parse":
        from bot.parse import parse_lines

        return parse_lines(model)
    if command == "converse":
        from bot.trial.lines import converse_lines

        return converse_lines(model)
    from bot import judging

    return (
        judging.judge_lines(model)
        if command == "judge"
        else judging.explain_lines(model)
    )


def _told_model(command: str) -> Path:
    """Loads what the command is made of, then waits for `{"model"}` on stdin.

    Raises:
        CommunityError: Another line came; or none, since the parent has ended.
    """
    if command != "explain":
        with contextlib.redirect_stdout(sys.stderr):
            import bot.model  # noqa: F401 - Rasa and all components
    line = sys.stdin.readline()
    try:
        return Path(json.loads(line)["model"])
    except (KeyError, TypeError, ValueError) as err:
        raise CommunityError(f"no model was named: {line[:80]!r}") from err


if __name__ == "__main__":
    sys.exit(main())
