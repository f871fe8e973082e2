"""The compose file as Compose itself reads it, and the settings that come of it."""

import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
PROCESSES = ("gateway", "worker", "dispatcher", "desk", "training")


def compose() -> list[str] | None:
    """Returns the command of Compose, version 2 or 1; `None` without it."""
    docker, old = shutil.which("docker"), shutil.which("docker-compose")
    if docker and not run([docker, "compose", "version"]).returncode:
        return [docker, "compose"]
    return [old] if old else None


def run(command: list[str], folder: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def config(folder: Path, environment: str) -> "subprocess.CompletedProcess[str]":
    """Lets Compose read a copy of `deploy/` with an environment file."""
    command = compose()
    if command is None:
        pytest.skip("Compose is not installed")
    site = folder / "deploy"
    shutil.copytree(DEPLOY, site)
    (site / "compose.env").write_text(environment, "utf-8")
    file = site / "compose.yml"
    if command[0].endswith("docker-compose"):  # version 1 knows no project names
        text = file.read_text("utf-8").replace("name: yunxiaolu\n", "", 1)
        file.write_text(text, "utf-8")
    files = ["-f", "compose.yml", "--env-file", "compose.env"]
    return run([*command, *files, "config"], site)


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole file with every variable and default in place."""
    example = (DEPLOY / "compose.env.example").read_text("utf-8")
    secret = re.compile(r"^(POSTGRES_PASSWORD|COOKIE_SECRET|FIELD_KEY)=$", re.MULTILINE)
    filled = secret.sub(lambda m: f"{m[1]}={secrets.token_hex(32)}", example)
    done = config(tmp_path_factory.mktemp("site"), filled)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def test_compose_accepts_the_file(resolved):
    names = {"redis", "postgres", "migrate", "content", "proxy"}
    assert set(resolved["services"]) == {*PROCESSES, *names}


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_starts_with_the_settings_of_the_example(resolved, name):
    environment = resolved["services"][name]["environment"]
    given = {key: str(value) for key, value in environment.items() if value is not None}
    settings = Settings.from_env(given)
    assert settings.redis_url == "redis://redis:6379/0"
    assert settings.database_url.startswith("postgresql://yunxiaolu:")
    assert settings.cookie_secure
    assert not settings.wechat.is_on  # empty values count as unset


def test_only_the_proxy_can_be_reached_from_outside(resolved):
    open_ones = {n for n, s in resolved["services"].items() if s.get("ports")}
    assert open_ones == {"proxy"}


def test_a_missing_secret_stops_everything(tmp_path: Path):
    done = config(tmp_path, "SITE_HOST=a\nDESK_HOST_NAME=b\n")
    assert done.returncode != 0
    assert "set it in compose.env" in done.stderr
