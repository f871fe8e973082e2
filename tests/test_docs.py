"""The documents say what is there: targets, settings, actions, keys, links, tests."""

import inspect
import re
from pathlib import Path

import pytest
import yaml

from adapters import redis_keys
from adapters.redis_keys import RedisKeys
from adapters.settings import ROOT, Settings

README = ROOT / "README.md"
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
INVARIANTS = ROOT / "docs" / "invariants.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "web" / "README.md"]
)
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
IMAGES = ROOT / "docs" / "images"
FORBIDDEN = ("/work/", "/tmp/lab", "TODO")  # paths of one machine, and promises
WRITTEN_BY_A_COMMUNITY = {"catalog/local/junan.yml"}
PLACEHOLDERS = {
    "message_id": "<message id>",
    "conversation": "<c>",
    "bucket": "<bucket>",
    "account": "<account>",
    "instance": "<instance>",
    "name": "<name>",
    "blob_id": "<blob id>",
    "outbox_key": "<outbox key>",
    "model": "<model>",
    "digest": "<hash>",
    "staff": "<staff>",
    "number": "<ticket>",
    "timestamp": "<timestamp>",
    "nonce": "<nonce>",
    "mark": "<mark>",
    "ticket": "<ticket>",
}
LINK = re.compile(r"(?:\[[^\]]*\]\(|src=\")([^)\s\"]+)")
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """A document without its fenced blocks."""
    return FENCED.sub("", read(path))


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {slug(h) for h in re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)}


def links() -> list[tuple[Path, str]]:
    return [
        (path, target)
        for path in DOCUMENTS
        for target in LINK.findall(prose(path))
        if "://" not in target
    ]


def make_targets() -> list[str]:
    return re.findall(r"^([a-z][a-z-]*):", read(ROOT / "Makefile"), re.MULTILINE)


def setting_names() -> set[str]:
    files = sorted((ROOT / "adapters").rglob("*settings.py"))
    files += [ROOT / "simulator" / name for name in ("options.py", "__main__.py")]
    source = "".join(read(path) for path in files)
    return set(re.findall(r'(?:get\(|source,)\s*"([A-Z][A-Z_]+)"', source))


def example_settings() -> dict[str, str]:
    lines = re.findall(
        r"^# ([A-Z][A-Z_]+)=(.*)$", read(ROOT / ".env.example"), re.MULTILINE
    )
    return dict(lines)


def key_patterns() -> list[str]:
    """Every key and channel, as the tables write it."""
    keys = RedisKeys("p")
    patterns = []
    for name, member in inspect.getmembers(RedisKeys):
        if isinstance(member, property):
            patterns.append(getattr(keys, name))
        elif inspect.isfunction(member) and not name.startswith("_"):
            arguments = list(inspect.signature(member).parameters)[1:]
            patterns.append(getattr(keys, name)(*(PLACEHOLDERS[a] for a in arguments)))
    text = "\n".join(patterns)
    for placeholder in PLACEHOLDERS.values():
        text = text.replace(redis_keys.message_mark(placeholder), "<mark>")
    return sorted({pattern.removeprefix("p:") for pattern in text.split("\n")})


def named_paths() -> list[tuple[Path, str]]:
    """Repository paths in code marks; placeholders and other text are left out."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    found = []
    for path in DOCUMENTS:
        for code in CODE.findall(prose(path)):
            is_path = re.fullmatch(r"[a-z]+(?:/[\w.-]+)+/?|[a-z]+/", code)
            if is_path and code.split("/")[0] in folders:
                found.append((path, code))
    return found


def glossary_terms() -> list[str]:
    """Identifiers of the glossary's third column."""
    rows = [line.split("|") for line in read(GLOSSARY).splitlines() if "|" in line]
    codes = [code for row in rows for code in CODE.findall(row[3])]
    return [code for code in codes if re.fullmatch(r"[A-Za-z_.]+", code)]


@pytest.mark.parametrize("target", make_targets())
def test_every_make_target_is_documented(target):
    text = read(README) + read(ARCHITECTURE)
    assert re.search(rf"`make {target}\b|`{target}`|^make {target}\b", text, re.M)


def test_every_setting_is_in_the_example_and_nothing_else():
    assert set(example_settings()) == setting_names()


def test_the_example_settings_are_well_formed():
    settings = Settings.from_env(example_settings())
    assert settings.gateway_port == Settings.from_env({}).gateway_port


def test_the_table_of_actions_is_that_of_the_domain():
    domain = yaml.safe_load(read(ROOT / "domain.yml"))
    named = set(re.findall(r"`((?:action|validate)_\w+)`", read(ARCHITECTURE)))
    assert named == set(domain["actions"])


@pytest.mark.parametrize("pattern", key_patterns())
def test_every_redis_key_is_in_the_table(pattern):
    assert f"`{pattern}`" in (redis_keys.__doc__ or "")


def test_every_test_that_guards_an_invariant_exists():
    named = set(re.findall(r"`(test_\w+)`", read(INVARIANTS)))
    tests = "\n".join(read(path) for path in (ROOT / "tests").rglob("*.py"))
    assert named
    assert {name for name in named if f"def {name}(" not in tests} == set()


@pytest.mark.parametrize(
    ("path", "target"), links(), ids=lambda v: name_of(v) if isinstance(v, Path) else v
)
def test_an_internal_link_resolves(path, target):
    file_part, _, anchor = target.partition("#")
    linked = (path.parent / file_part).resolve() if file_part else path
    if IMAGES in linked.parents and not IMAGES.is_dir():
        pytest.skip("this checkout has no pictures")
    assert linked.exists()
    assert ROOT in (linked, *linked.parents)
    if anchor:
        assert anchor in anchors(linked)


def test_every_named_path_exists():
    absent = {
        (name_of(path), named)
        for path, named in named_paths()
        if named not in WRITTEN_BY_A_COMMUNITY
        and not any(ROOT.glob(named.rstrip("/")))
        and not named.startswith("web/dist")
    }
    assert absent == set()


@pytest.mark.parametrize(("path", "limit"), [(README, 120), (ARCHITECTURE, 200)])
def test_a_long_document_stays_readable(path, limit):
    assert len(read(path).splitlines()) <= limit


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_complete(path):
    text = read(path)
    assert len(text.splitlines()) <= 60
    assert re.match(rf"# {int(path.stem[:4])}\. ", text)
    assert re.search(r"^Date: \d{4}-\d{2}-\d{2}\. Status: \w+", text, re.MULTILINE)
    assert {"context", "decision", "consequences"} <= anchors(path)


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_a_document_has_no_forbidden_words(path):
    assert [word for word in FORBIDDEN if word in read(path)] == []


def test_glossary_names_what_the_code_names():
    folders = ("community", "adapters", "actions", "bot", "gateway")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    files += [ROOT / "domain.yml", *(ROOT / "data" / "rules").glob("*.yml")]
    words = set(re.findall(r"\w+", "\n".join(read(path) for path in files)))
    assert {t for t in glossary_terms() if t.split(".")[-1] not in words} == set()


def test_the_lists_are_said_to_be_composed():
    assert "no county has published" in read(README)
    assert "The lists are composed." in read(ROOT / "docs" / "catalogue.md")
