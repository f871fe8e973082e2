"""The content's own repository: edits, releases, conflicts, and no half-way states."""

import shutil
from pathlib import Path

import pytest

from adapters.content_repository import (
    CATALOG,
    ContentRepository,
    with_own_content,
)
from adapters.git_command import Author, has_git
from adapters.settings import ROOT
from community.errors import ContentRefusedError
from launcher import content as launching

pytestmark = pytest.mark.skipif(not has_git(), reason="git is not installed")

ITEM = "services/id_card.yml"
OPERATOR = Author("李丁卯", "county-operator")
OURS, THEIRS = "我们的说法，", "新版本的说法，"
FEE, PROCESS = "第一次领一般不收工本费，", "本人到窗口填表、照相、按指纹，"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release and a repository made from it, to be copied."""
    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(ROOT / "catalog", folder / "release" / "catalog")
    shutil.copytree(ROOT / "data" / "rules", folder / "release" / "data" / "rules")
    ContentRepository.seed(folder / "content", folder / "release")
    return folder


@pytest.fixture
def folder(seeded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeded, tmp_path / "copy"))


@pytest.fixture
def repository(folder: Path) -> ContentRepository:
    return ContentRepository(folder / "content")


def change(path: Path, old: str, new: str) -> str:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def edit(repository: ContentRepository, old: str, new: str) -> str:
    text = (repository.catalog / ITEM).read_text(encoding="utf-8").replace(old, new, 1)
    return repository.write(ITEM, text, author=OPERATOR, reason="到窗口问过")


def live(repository: ContentRepository) -> str:
    return (repository.catalog / ITEM).read_text(encoding="utf-8")


def test_an_edit_is_a_commit_with_author_and_reason(
    repository: ContentRepository,
) -> None:
    commit = edit(repository, FEE, OURS)
    newest = repository.history(ITEM)[0]
    assert (newest.id, newest.author, newest.author_name, newest.reason) == (
        commit,
        "county-operator",
        "李丁卯",
        "到窗口问过",
    )
    assert f'+    text: "{OURS}' in repository.difference(commit, ITEM)


def test_what_is_not_valid_never_lands(repository: ContentRepository) -> None:
    before = live(repository)
    with pytest.raises(ContentRefusedError, match="digits in an unsourced"):
        edit(repository, "打派出所或户政窗口，", "打8301234，")
    assert live(repository) == before


def test_a_release_is_merged_with_the_edits(
    folder: Path, repository: ContentRepository
) -> None:
    edit(repository, FEE, OURS)
    change(folder / "release" / CATALOG / ITEM, PROCESS, THEIRS)
    assert repository.take_release(folder / "release")
    assert OURS in live(repository)
    assert THEIRS in live(repository)
    assert repository.take_release(folder / "release")


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_conflict_waits_for_a_person(
    folder: Path, repository: ContentRepository, side: str
) -> None:
    edit(repository, FEE, OURS)
    change(folder / "release" / CATALOG / ITEM, FEE, THEIRS)
    assert not repository.take_release(folder / "release")
    (conflict,) = repository.conflicts()
    assert (OURS in conflict.ours, THEIRS in conflict.theirs) == (True, True)
    assert OURS in live(repository)
    assert "<<<<" not in live(repository)
    edit(repository, PROCESS, "编辑照样能用，")
    assert repository.resolve({conflict.path: side})
    assert repository.conflicts() == []
    assert (OURS if side == "ours" else THEIRS) in live(repository)


def test_a_release_that_breaks_the_content_is_not_taken_in(
    folder: Path, repository: ContentRepository
) -> None:
    change(
        folder / "release" / CATALOG / ITEM,
        'short_name: "身份证"',
        'short_name: "低保"',
    )
    assert not repository.take_release(folder / "release")
    assert any("低保" in problem for problem in repository.refusal())
    assert 'short_name: "身份证"' in live(repository)


def test_edits_by_hand_are_kept(repository: ContentRepository) -> None:
    change(repository.catalog / ITEM, FEE, OURS)
    edit(repository, PROCESS, "后来改的，")
    assert [one.author for one in repository.history(ITEM)][:2] == [
        "county-operator",
        "hand",
    ]
    assert OURS in live(repository)


def test_only_its_own_repository_is_taken_for_one(
    repository: ContentRepository, tmp_path: Path
) -> None:
    assert ContentRepository.around(ROOT / "catalog") is None
    assert ContentRepository.around(repository.catalog) is not None
    state = repository.root.parent
    env = with_own_content({}, state)
    assert env["CONTENT_DIR"] == str(repository.catalog)
    assert env["TRAINING_DATA_DIR"] == str(repository.data)
    assert with_own_content({"CONTENT_DIR": "x"}, state) == {"CONTENT_DIR": "x"}
    assert with_own_content({}, tmp_path / "nowhere") == {}


def test_without_git_the_launcher_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(launching, "has_git", lambda: False)
    launching.prepare_content({}, tmp_path, ROOT, said.append)
    assert "git" in said[0]
    assert not (tmp_path / "content").exists()


def own(state: Path) -> dict[str, str]:
    """The environment of deploy/: everybody reads what the command prepares."""
    return {"CONTENT_DIR": str(state / "content" / CATALOG)}


def test_the_command_makes_the_content_that_the_processes_are_told_to_read(
    folder: Path, tmp_path: Path
) -> None:
    state, said = tmp_path / "state", []
    accepted = state / "data" / "nlu" / "service" / "id_card.yml"
    accepted.parent.mkdir(parents=True)
    accepted.write_text("# what operators accepted before\n", encoding="utf-8")
    for _ in range(2):
        code = launching.content_command(
            own(state), state, folder / "release", said.append
        )
        assert (code, said) == (0, [])
    repository = ContentRepository.around(Path(own(state)["CONTENT_DIR"]))
    assert repository is not None
    assert (repository.catalog / ITEM).is_file()
    kept = repository.data / "nlu" / "service" / "id_card.yml"
    assert kept.read_text("utf-8") == accepted.read_text("utf-8")


def test_content_elsewhere_is_left_alone_and_without_git_the_command_fails(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    elsewhere = {"CONTENT_DIR": str(ROOT / "catalog")}
    release = folder / "release"
    assert launching.content_command(elsewhere, tmp_path, release, said.append) == 0
    assert not (tmp_path / "content").exists()
    monkeypatch.setattr(launching, "has_git", lambda: False)
    assert launching.content_command({}, tmp_path, release, said.append) == 0
    assert launching.content_command(own(tmp_path), tmp_path, release, said.append) == 1
    assert "先装 git" in said[-1]
