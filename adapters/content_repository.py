"""The content's own git repository: edits with author and reason, releases merged in.

The work tree is what the processes read; nothing half merged ever stands in it. Two
branches: `release` is what the releases brought, `main` is that with the edits.
"""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.git_command import NOBODY, Author, Git, has_git
from adapters.kept_files import replace_text
from adapters.validate import problems_of
from community.errors import ConfigurationError, ContentRefusedError

MARK = "yunxiaolu-content"
"""File in `.git` that tells this repository from any other."""
CONFLICTS = "yunxiaolu-conflicts.json"
LOCK = "yunxiaolu.lock"
RELEASE, MAIN = "release", "main"
CATALOG, DATA = "catalog", "data"
FOLDER = "content"
"""Name of the repository below the installation's state."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One change of the content."""

    id: str
    at: datetime
    author: str
    """Staff id."""
    author_name: str
    reason: str
    note: str
    """What follows the reason in the message, for programs."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that a release and an operator have changed in the same place."""

    path: str
    ours: str
    theirs: str


class ContentRepository:
    """One repository; one writer at a time, across processes."""

    def __init__(self, root: Path) -> None:
        """Binds the work tree; it must exist."""
        self.root = root
        self._git = Git(root)

    @property
    def catalog(self) -> Path:
        """Folder of the catalogue, for `CONTENT_DIR`."""
        return self.root / CATALOG

    @property
    def data(self) -> Path:
        """Folder of the training data, for `TRAINING_DATA_DIR`."""
        return self.root / DATA

    @classmethod
    def around(cls, content_dir: Path) -> "ContentRepository | None":
        """Returns the repository that a catalogue lies in; `None` for any other."""
        root = content_dir.absolute().parent
        is_ours = content_dir.name == CATALOG and (root / ".git" / MARK).is_file()
        return cls(root) if is_ours and has_git() else None

    @classmethod
    def seed(cls, root: Path, release: Path) -> "ContentRepository":
        """Makes the repository from a release's folders, once.

        Args:
            root: Where it is to be.
            release: Folder with `catalog/` and `data/`.

        Raises:
            ConfigurationError: git is missing or fails.
        """
        if (root / ".git" / MARK).is_file():
            return cls(root)
        partial = root.with_name(f".{root.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        made = cls(partial)
        for name in (CATALOG, DATA):
            shutil.copytree(release / name, partial / name)
        made._git("init", "-q", "-b", MAIN)
        made._git("add", "-A", "-f", CATALOG, DATA)
        made._commit("第一次装好时的内容", NOBODY)
        made._git("branch", RELEASE)
        (partial / ".git" / MARK).write_text("1\n", encoding="utf-8")
        partial.rename(root)
        return cls(root)

    # Reading

    def history(self, path: str, *, limit: int = 50) -> list[Commit]:
        """Returns the changes of a file, newest first."""
        text = self._git(
            "log",
            f"-{limit}",
            "--no-merges",
            "--format=%H%x1f%cI%x1f%ae%x1f%an%x1f%s%x1f%b%x1e",
            MAIN,
            "--",
            f"{CATALOG}/{path}",
        )
        found = []
        for line in filter(str.strip, text.split("\x1e")):
            number, at, mail, name, *words = line.strip("\n").split("\x1f")
            when, author = datetime.fromisoformat(at), mail.split("@")[0]
            found.append(Commit(number, when, author, name, *words))
        return found

    def difference(self, commit: str, path: str) -> str:
        """Returns what a change did to a file, as a unified diff without its head."""
        text = self._git("show", "--format=", "-U2", commit, "--", f"{CATALOG}/{path}")
        start = text.find("@@")
        return text[start:] if start >= 0 else ""

    def conflicts(self) -> list[Conflict]:
        """Returns what the last release and the edits disagree about."""
        note = self._conflict_note()
        return [
            Conflict(
                path,
                self._text_at(MAIN, path),
                self._text_at(str(note["release"]), path),
            )
            for path in note.get("paths", [])
        ]

    def refusal(self) -> list[str]:
        """Returns why a merged release was not taken in although files agree."""
        return [str(one) for one in self._conflict_note().get("problems", [])]

    def _conflict_note(self) -> dict[str, Any]:
        path = self.root / ".git" / CONFLICTS
        if not path.is_file():
            return {}
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def _text_at(self, revision: str, path: str) -> str:
        try:
            return self._git("show", f"{revision}:{path}")
        except ConfigurationError:
            return ""

    # Writing

    def write(self, path: str, text: str, *, author: Author, reason: str) -> str:
        """Puts a file in place and commits it; returns the commit.

        Readers see the old file or the new one. What somebody left uncommitted in
        the file before is committed first, so that nothing is lost.

        Args:
            path: File below the catalogue.
            text: All of it.
            author: Who wants it.
            reason: Why; the commit's message.

        Raises:
            ContentRefusedError: The content would not be valid.
            ConfigurationError: git fails.
        """
        with self._alone():
            self._check(path, text)
            self.keep_edits()
            target = self.catalog / path
            target.parent.mkdir(parents=True, exist_ok=True)
            replace_text(target, text)
            self._git("add", "--", f"{CATALOG}/{path}")
            if self._git("diff", "--cached", "--name-only").strip():
                self._commit(reason, author)
            return self._git("rev-parse", "HEAD").strip()

    def keep_edits(self, reason: str = "直接改了文件") -> None:
        """Commits what was changed in the work tree without the desk."""
        if self._git("status", "--porcelain").strip():
            self._git("add", "-A")
            self._commit(reason, Author("本机", "hand"))

    def keep_training_data(self, by: str) -> None:
        """Commits examples that a training has written."""
        with self._alone():
            self._git("add", "-A", DATA)
            if self._git("diff", "--cached", "--name-only").strip():
                self._commit("复核通过的说法", Author(by, by))

    def problems(self, path: str, text: str) -> list[str]:
        """Returns what `make validate` would say if a file had this text."""
        with tempfile.TemporaryDirectory(prefix="yxl-content-") as name:
            draft = Path(name) / CATALOG
            _linked(self.catalog, draft, path)
            (draft / path).write_text(text, encoding="utf-8")
            return [
                problem.replace(f"{draft}/", "") for problem in problems_of(draft)[0]
            ]

    def _check(self, path: str, text: str) -> None:
        found = self.problems(path, text)
        if found:
            raise ContentRefusedError(found)

    # Releases

    def take_release(self, release: Path) -> bool:
        """Merges a release's folders; returns whether the work tree has all of it.

        Where both sides changed the same lines, the work tree stays as it is and
        `conflicts` says where.
        """
        with self._alone():
            self.keep_edits()
            changed = self._commit_release(release)
            if not changed and self._is_merged():
                return True
            return self._merge({})

    def resolve(self, choices: Mapping[str, str]) -> bool:
        """Merges the release with a choice for each conflicting file.

        Args:
            choices: Path → `ours` or `theirs`.
        """
        with self._alone():
            self.keep_edits()
            return self._merge(choices)

    def _commit_release(self, release: Path) -> bool:
        with tempfile.TemporaryDirectory(prefix="yxl-index-") as name:
            env = {
                "GIT_INDEX_FILE": f"{name}/index",
                "GIT_DIR": str(self.root.absolute() / ".git"),
                "GIT_WORK_TREE": str(release.absolute()),
            }
            self._git("add", "-A", "-f", CATALOG, DATA, env=env, cwd=release)
            tree = self._git("write-tree", env=env, cwd=release).strip()
        if tree == self._git("rev-parse", f"{RELEASE}^{{tree}}").strip():
            return False
        commit = self._git(
            "commit-tree", tree, "-p", RELEASE, "-m", "新版本的内容", author=NOBODY
        ).strip()
        self._git("update-ref", f"refs/heads/{RELEASE}", commit)
        return True

    def _is_merged(self) -> bool:
        base = self._git("merge-base", MAIN, RELEASE).strip()
        return base == self._git("rev-parse", RELEASE).strip()

    def _merge(self, choices: Mapping[str, str]) -> bool:
        """Merges beside the work tree; moves it only if all is well."""
        note = self.root / ".git" / CONFLICTS
        with tempfile.TemporaryDirectory(prefix="yxl-merge-") as name:
            tree = Path(name) / "tree"
            self._git("worktree", "add", "-q", "--detach", str(tree), MAIN)
            try:
                paths = self._merge_in(tree, choices)
                problems = [] if paths else problems_of(tree / CATALOG)[0]
                if paths or problems:
                    release = self._git("rev-parse", RELEASE).strip()
                    doc = {"release": release, "paths": paths, "problems": problems}
                    replace_text(note, json.dumps(doc, ensure_ascii=False))
                    return False
                merged = self._git("rev-parse", "HEAD", cwd=tree).strip()
            finally:
                self._git("worktree", "remove", "--force", str(tree))
        self._git("merge", "-q", "--ff-only", merged)
        note.unlink(missing_ok=True)
        return True

    def _merge_in(self, tree: Path, choices: Mapping[str, str]) -> list[str]:
        try:
            self._git("merge", "-q", "--no-edit", RELEASE, cwd=tree, author=NOBODY)
        except ConfigurationError:
            paths = self._unmerged(tree)
            if not paths:
                raise
            for path in paths:
                if choices.get(path) in ("ours", "theirs"):
                    self._take_side(tree, path, choices[path])
            left = self._unmerged(tree)
            if left:
                return left
            self._git("commit", "-q", "--no-edit", cwd=tree, author=NOBODY)
        return []

    def _unmerged(self, tree: Path) -> list[str]:
        text = self._git("diff", "--name-only", "--diff-filter=U", cwd=tree)
        return sorted(set(text.splitlines()))

    def _take_side(self, tree: Path, path: str, side: str) -> None:
        """Takes one side's file; a side that deleted it has none."""
        try:
            self._git("checkout", "-q", f"--{side}", "--", path, cwd=tree)
            self._git("add", "--", path, cwd=tree)
        except ConfigurationError:
            self._git("rm", "-q", "--cached", "--", path, cwd=tree)

    # git

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.root / ".git" / LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _commit(self, message: str, author: Author) -> None:
        self._git("commit", "-q", "-m", message, author=author)


def with_own_content(env: Mapping[str, str], state: Path) -> dict[str, str]:
    """Returns an environment in which everybody reads the community's own content.

    Args:
        env: Where `CONTENT_DIR` is set, it stays, and the training data with it.
        state: Folder of the installation's state.
    """
    found = dict(env)
    own = ContentRepository.around((state / FOLDER / CATALOG).absolute())
    if own is not None and not env.get("CONTENT_DIR"):
        found["CONTENT_DIR"] = str(own.catalog)
        if not env.get("TRAINING_DATA_DIR"):
            found["TRAINING_DATA_DIR"] = str(own.data)
    return found


def _linked(source: Path, target: Path, path: str) -> None:
    """Builds a copy of links in which one file can be written."""
    target.mkdir()
    for found in source.iterdir():
        if found.is_dir() and Path(path).parts[0] == found.name:
            _linked(found, target / found.name, str(Path(*Path(path).parts[1:])))
        elif found.name != path:
            (target / found.name).symlink_to(found.absolute())
