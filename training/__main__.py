"""`python -m training …`: the whole learning loop without a browser."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from adapters.content_repository import with_own_content
from adapters.logs import configure_logs
from adapters.settings import Settings
from community.errors import (
    AnnotationRefusedError,
    CommunityError,
    ConflictError,
    PromotionRefusedError,
)
from community.learning.guards import Guard
from community.learning.review import Decision
from training import model_commands, queue_commands
from training.loop import open_loop

COMMANDS = {**queue_commands.COMMANDS, **model_commands.COMMANDS}


def parser() -> argparse.ArgumentParser:
    """Describes all commands."""
    top = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    top.add_argument(
        "--by", default=os.environ.get("USER", "operator"), help="who does it"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _queue(commands)
    _models(commands)
    return top


def _queue(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("harvest", help="look through new turns of the dialogue log")
    listing = commands.add_parser("list", help="what is worth a look, best first")
    listing.add_argument("--limit", type=int, default=20)
    listing.add_argument("--held", action="store_true", help="what was held")
    listing.add_argument("--json", action="store_true")
    label = commands.add_parser("label", help="decide one question or a cluster")
    label.add_argument("ids", nargs="+", type=int, metavar="ID")
    label.add_argument("--cluster", action="store_true", help="ids are of clusters")
    label.add_argument(
        "--decision",
        type=Decision,
        choices=list(Decision),
        default=Decision.ACCEPT,
        metavar="|".join(d.value for d in Decision),
    )
    label.add_argument("--label", default="")
    label.add_argument("--facets", nargs="*", default=None)
    label.add_argument("--despite", nargs="*", type=Guard, default=[], metavar="GUARD")
    label.add_argument("--note", default="")
    write = commands.add_parser("write", help="add sentences of your own to an item")
    write.add_argument("label", help="service/…, matter/… or another label")
    write.add_argument("texts", nargs="*", metavar="TEXT")
    write.add_argument("--file", type=Path, help="one sentence a line")
    write.add_argument("--despite", nargs="*", type=Guard, default=[], metavar="GUARD")
    undo = commands.add_parser("undo", help="take your last decision back")
    undo.add_argument("--batch")
    why = commands.add_parser("why", help="why the model thinks so")
    why.add_argument("text")
    why.add_argument("--labels", nargs="*", default=[])
    out = commands.add_parser("export", help="the list as .csv or .xlsx, to fill in")
    out.add_argument("file", type=Path)
    out.add_argument("--limit", type=int, default=300)
    take = commands.add_parser("import", help="take in a filled-in table")
    take.add_argument("file", type=Path)
    radar = commands.add_parser("radar", help="what is asked for in vain, by week")
    radar.add_argument("--weeks", type=int, default=8)
    radar.add_argument("--residents", type=int, default=2)
    radar.add_argument("--json", action="store_true")
    draft = commands.add_parser("draft", help="a catalogue draft from a radar topic")
    draft.add_argument("kind", choices=["service", "referral"])
    draft.add_argument("topic", help="name, as `radar` shows it")
    draft.add_argument("id", help="small letters, digits, underscores")
    draft.add_argument("--category", default="livelihood")
    draft.add_argument("--department", default="待核实")
    draft.add_argument("--hotline")


def _models(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("serve", help="harvest by itself, do what the desk asks for")
    commands.add_parser("train", help="train and evaluate a candidate")
    evaluate = commands.add_parser("evaluate", help="judge a model again")
    evaluate.add_argument("model")
    evaluate.add_argument("--json", action="store_true")
    replay = commands.add_parser("replay", help="let it answer logged messages")
    replay.add_argument("model")
    promote = commands.add_parser("promote", help="ask for a candidate to serve")
    promote.add_argument("model")
    promote.add_argument("--override", default="", metavar="REASON")
    approve = commands.add_parser("approve", help="approve a promotion: it serves")
    approve.add_argument("number", type=int)
    refuse = commands.add_parser("refuse", help="end a promotion that is not wanted")
    refuse.add_argument("number", type=int)
    commands.add_parser("rollback", help="back to the model before, at once")
    commands.add_parser("models", help="all models, trainings and promotions")
    adopt = commands.add_parser("adopt", help="sign an archive that you trust")
    adopt.add_argument("file", type=Path)
    commands.add_parser("clean-up", help="remove old models beyond the disk limit")
    commands.add_parser("audit", help="who did what")


async def _run(arguments: argparse.Namespace) -> int:
    env = with_own_content(os.environ, Settings.from_env().state_dir)
    async with open_loop(Settings.from_env(env)) as loop:
        return await COMMANDS[arguments.command](loop, arguments)


def main() -> int:
    """Runs the chosen command; errors of ours end with clear lines."""
    arguments = parser().parse_args()
    level = "INFO" if arguments.command == "serve" else "WARNING"
    configure_logs("training", level)
    try:
        return asyncio.run(_run(arguments))
    except (AnnotationRefusedError, PromotionRefusedError) as err:
        for reason in err.reasons:
            sys.stderr.write(f"[ERROR] {reason}\n")
    except ConflictError as err:
        sys.stderr.write(f"[ERROR] {err.owner} 已经先做了\n")
    except CommunityError as err:
        sys.stderr.write(f"[ERROR] {err}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
