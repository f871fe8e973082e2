"""Gives a community content of its own, and brings a release's changes into it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.content_repository import FOLDER, ContentRepository
from adapters.git_command import has_git
from community.errors import ConfigurationError


def prepare_content(
    env: Mapping[str, str], state: Path, release: Path, say: Callable[[str], None]
) -> None:
    """Makes the repository at the first start; merges the release at every other.

    Nothing here keeps the system from starting: without git, or if git fails, the
    content of the release or the content as it was is served.

    Args:
        env: Where `CONTENT_DIR` is set, the content is somebody else's business.
        state: Folder of the installation's state.
        release: Folder with the release's `catalog/` and `data/`.
        say: Prints a line.
    """
    if env.get("CONTENT_DIR"):
        return
    if not has_git():
        say("没有装 git：工作台里答案只能看；要改答案，先装 git 再启动")
        return
    try:
        repository = ContentRepository.seed(state / FOLDER, release)
        if not repository.take_release(release):
            n_conflicts = len(repository.conflicts())
            say(f"新版本的内容有 {n_conflicts} 处要人定，在工作台“答案”里；先用原来的")
    except (ConfigurationError, OSError) as err:
        say(f"内容仓库没有准备好，先用原来的内容：{err}")
