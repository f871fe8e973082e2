"""Runs git on one repository, untouched by whatever is configured around it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from community.errors import ConfigurationError

TIMEOUT_S = 60
_ENV = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
_OPTIONS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.quotePath=false"),
    *("-c", "core.autocrlf=false"),
    *("-c", "safe.directory=*"),
)


def has_git() -> bool:
    """Tells whether git is installed."""
    return shutil.which("git") is not None


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit is by."""

    name: str
    account: str


NOBODY = Author("云小路", "release")


@dataclass(frozen=True, slots=True)
class Git:
    """The command, for one work tree."""

    root: Path

    def __call__(
        self,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        author: Author = NOBODY,
    ) -> str:
        """Runs a command and returns what it prints.

        Raises:
            ConfigurationError: It failed, or git is missing.
        """
        where = cwd or self.root
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments, no shell
                ("git", *_OPTIONS, *arguments),
                cwd=where,
                env={**_inherited(), **_ENV, **_identity(author), **(env or {})},
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as err:
            raise ConfigurationError(f"git in {where}: {err}") from err
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()[-500:]
            raise ConfigurationError(f"git {arguments[0]} in {where}: {said}")
        return done.stdout.decode(errors="replace")


def _inherited() -> dict[str, str]:
    """Returns the environment without what points git elsewhere."""
    return {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}


def _identity(author: Author) -> dict[str, str]:
    return {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (
            ("NAME", author.name or author.account),
            ("EMAIL", f"{author.account}@yunxiaolu.invalid"),
        )
    }
