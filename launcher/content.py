"""Gives a community content of its own, and brings a release's changes into it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.content_repository import CATALOG, DATA, FOLDER, ContentRepository
from adapters.git_command import has_git
from community.errors import ConfigurationError


def prepare_content(
    env: Mapping[str, str], state: Path, release: Path, say: Callable[[str], None]
) -> None:
    """Makes the repository at the first start; merges the release at every other.

    Nothing here keeps the system from starting: without git, or if git fails, the
    content of the release or the content as it was is served.

    Args:
        env: Where `CONTENT_DIR` is set to another place, the content is somebody
            else's business.
        state: Folder of the installation's state.
        release: Folder with the release's `catalog/` and `data/`.
        say: Prints a line.
    """
    if not is_ours(env, state):
        return
    if not has_git():
        say("没有装 git：工作台里答案只能看；要改答案，先装 git 再启动")
        return
    try:
        is_new = not (state / FOLDER).exists()
        repository = ContentRepository.seed(state / FOLDER, release)
        if is_new:
            _take_over(state / DATA, repository)
        if not repository.take_release(release):
            n_conflicts = len(repository.conflicts())
            say(f"新版本的内容有 {n_conflicts} 处要人定，在工作台“答案”里；先用原来的")
    except (ConfigurationError, OSError) as err:
        say(f"内容仓库没有准备好，先用原来的内容：{err}")


def _take_over(data: Path, repository: ContentRepository) -> None:
    """Brings in the training data of an installation that had no repository yet."""
    if data.is_dir():
        shutil.copytree(data, repository.data, dirs_exist_ok=True)
        repository.keep_edits("以前收下的说法")


def is_ours(env: Mapping[str, str], state: Path) -> bool:
    """Tells whether the content is to be served from the installation's state."""
    given = env.get("CONTENT_DIR")
    return not given or Path(given).absolute() == (state / FOLDER / CATALOG).absolute()


def content_command(
    env: Mapping[str, str], state: Path, release: Path, say: Callable[[str], None]
) -> int:
    """Prepares the content once, before processes that are told to read it start.

    Returns:
        Exit code: 1 where `CONTENT_DIR` would be empty.
    """
    if not is_ours(env, state):
        say(f"CONTENT_DIR 指向别处（{env['CONTENT_DIR']}），内容仓库不用准备")
        return 0
    prepare_content(env, state, release, say)
    if not env.get("CONTENT_DIR") or (state / FOLDER / CATALOG).is_dir():
        return 0
    say("内容仓库没有准备好：先装 git，或把 CONTENT_DIR 指到 catalog")
    return 1
