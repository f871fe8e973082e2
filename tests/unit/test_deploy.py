"""What deploy/ starts exists, and is set up by settings that exist."""

import fnmatch
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from adapters.settings import ROOT
from training.conversations import conversation_files

DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yml"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ONLY_COMPOSE = {"SITE_HOST", "DESK_HOST_NAME", "POSTGRES_PASSWORD"}
PROCESSES = {"gateway", "worker", "dispatcher", "desk", "training"}


def settings() -> set[str]:
    text = (ROOT / ".env.example").read_text()
    return set(re.findall(r"^# ([A-Z][A-Z_]+)=", text, re.MULTILINE))


def services() -> dict[str, dict]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def module_of(command: str) -> str:
    return command.split(" -m ", 1)[1].split()[0]


def can_start(module: str) -> bool:
    names = (module, f"{module}.__main__")
    return any(importlib.util.find_spec(name) is not None for name in names)


def test_compose_starts_every_process_once():
    commands = {n: s["command"] for n, s in services().items() if "build" in s}
    assert set(commands) == {*PROCESSES, "migrate", "content"}
    assert all(can_start(module_of(command)) for command in commands.values())


def test_compose_knows_no_setting_that_does_not_exist():
    named = set()
    for name in {*PROCESSES, "migrate"}:
        named |= set(services()[name]["environment"])
    assert named <= settings()


def test_every_variable_of_compose_is_in_its_example():
    used = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE.read_text()))
    example = (DEPLOY / "compose.env.example").read_text()
    given = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert used <= given
    assert given - ONLY_COMPOSE <= settings()


def test_everybody_reads_the_content_that_is_prepared_first():
    folder = "/app/.local/content"
    for name in PROCESSES:
        service = services()[name]
        environment, waits = service["environment"], service["depends_on"]
        assert environment["CONTENT_DIR"] == f"{folder}/catalog"
        assert environment["TRAINING_DATA_DIR"] == f"{folder}/data"
        assert waits["content"] == {"condition": "service_completed_successfully"}
        assert "state:/app/.local" in service["volumes"]
    assert "install -y --no-install-recommends git" in (
        DEPLOY / "Dockerfile"
    ).read_text("utf-8")
    own = "/opt/yunxiaolu/.local/content"
    for path in UNITS:
        text = path.read_text("utf-8")
        if path.stem != "yunxiaolu-migrate":
            assert f"CONTENT_DIR={own}/catalog TRAINING_DATA_DIR={own}/data" in text
            assert text.index("Environment=") < text.index("EnvironmentFile=")
        if path.stem.removeprefix("yunxiaolu-") in PROCESSES:
            assert "yunxiaolu-content.service" in text
            assert "ReadWritePaths=/opt/yunxiaolu/.local" in text


def test_conversations_that_judge_candidates_are_in_the_image():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert not any(line.startswith("tests") for line in ignored)
    assert conversation_files(ROOT / "tests" / "conversations")


def test_secrets_stay_out_of_the_image():
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    patterns = [re.compile(fnmatch.translate(p.removeprefix("**/"))) for p in ignored]

    def is_left_out(path: str) -> bool:
        deep = [p for p, line in zip(patterns, ignored, strict=True) if "**/" in line]
        flat = any(p.fullmatch(path) for p in patterns)
        return flat or any(p.fullmatch(Path(path).name) for p in deep)

    for secret in (".env", "deploy/compose.env", "deploy/.env", "deploy/other.env"):
        assert is_left_out(secret), secret
    for example in (".env.example", "deploy/compose.env.example"):
        assert not is_left_out(example), example


def test_redis_is_always_synced():
    command = services()["redis"]["command"]
    assert "--appendfsync always" in command
    assert "noeviction" in command


def test_a_failed_migration_or_content_starts_nothing():
    first = {"yunxiaolu-migrate.service", "yunxiaolu-content.service"}
    processes = {f"yunxiaolu-{name}.service" for name in PROCESSES}
    for path in UNITS:
        lines = path.read_text("utf-8").splitlines()
        named = {
            key: set(line.partition("=")[2].split())
            for line in lines
            for key in ("Before", "After", "Requires")
            if line.startswith(f"{key}=")
        }
        if path.name in processes:
            assert first <= named["Requires"], path.name
            assert first <= named["After"], path.name
        if path.name in first:
            assert named["Before"] == processes, path.name


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_every_unit_starts_something(path):
    command = re.search(r"^ExecStart=(.*)$", path.read_text(), re.MULTILINE)
    assert command is not None
    assert can_start(module_of(command[1]))


def test_the_target_wants_every_unit():
    target = (DEPLOY / "systemd" / "yunxiaolu.target").read_text()
    assert set(re.findall(r"yunxiaolu-\w+\.service", target)) == {p.name for p in UNITS}


def test_systemd_accepts_the_units(tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text().replace("/opt/yunxiaolu/.venv/bin/python", "/bin/true")
        (tmp_path / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "./yunxiaolu.target"],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    complaints = [
        line for line in done.stderr.splitlines() if "yunxiaolu" in line.split(":")[0]
    ]
    assert complaints == []
