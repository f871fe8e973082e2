"""`python -m desk staff …`, `demo`, `rotate-key`."""

import argparse
import asyncio
import secrets
from pathlib import Path

import pyotp
import pytest

from adapters.sealing import Sealer
from adapters.settings import Settings
from adapters.sql.accounts import SqlAccounts
from adapters.sql.engine import create_engine
from adapters.sql.integrations import SqlWebhooks
from community.errors import ConfigurationError, RecordError
from desk.demo import seed
from desk.purposes import TOTP_PURPOSE, WEBHOOK_PURPOSE
from desk.staff_commands import StaffCommands, add_commands
from desk.verify import rotate_key
from tests.integration.desk.conftest import NOW, desk_settings


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    (tmp_path / "desk.db").write_bytes(migrated.read_bytes())
    return desk_settings(tmp_path, "redis://127.0.0.1:1/0")


def run(settings: Settings, *words: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser)
    return asyncio.run(StaffCommands(settings).run(parser.parse_args(words)))


def test_the_first_administrator(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run(settings, "add", "it-1", "--name", "信息中心", "--role", "admin")
    assert "it-1 的密码：" in capsys.readouterr().out
    run(settings, "totp", "it-1")
    assert "otpauth://totp/" in capsys.readouterr().out
    run(settings, "disable", "it-1")
    run(settings, "list")
    line = next(
        one for one in capsys.readouterr().out.splitlines() if one.startswith("it-1")
    )
    assert line == "it-1\t信息中心\tadmin\t停用 密码 动态口令"


@pytest.mark.parametrize("words", [("password", "nobody"), ("totp", "nobody")])
def test_nobody_gets_no_account(settings: Settings, words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="nobody"):
        run(settings, *words)


def test_staff_of_the_files_are_not_added_twice(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        run(settings, "add", "bugu-w1", "--name", "x", "--role", "admin")


def test_no_demonstration_beside_real_accounts(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="simulator"):
        asyncio.run(seed(settings))


def test_rotation_seals_everything_with_the_new_key(
    tmp_path: Path, migrated: Path
) -> None:
    (tmp_path / "desk.db").write_bytes(migrated.read_bytes())
    old, new = secrets.token_hex(32), secrets.token_hex(32)
    before = desk_settings(tmp_path, "redis://127.0.0.1:1/0", FIELD_KEY=old)

    async def fill() -> tuple[str, str]:
        engine = create_engine(before.database_url)
        secret = pyotp.random_base32()
        sealed = Sealer(old, purpose=TOTP_PURPOSE).seal(secret)
        await SqlAccounts(engine).change("bugu-w1", now=NOW, totp_secret=sealed)
        hooks = SqlWebhooks(engine, Sealer(old, purpose=WEBHOOK_PURPOSE))
        hook, _ = await hooks.create("https://example.com", {"*"}, "x", now=NOW)
        await engine.dispose()
        return secret, hook

    secret, hook = asyncio.run(fill())
    during = desk_settings(tmp_path, "redis://127.0.0.1:1/0", FIELD_KEY=f"{new},{old}")
    assert rotate_key(during) == 0

    async def check() -> None:
        engine = create_engine(before.database_url)
        account = await SqlAccounts(engine).get("bugu-w1")
        assert account is not None
        opened = Sealer(new, purpose=TOTP_PURPOSE).open(account.totp_secret)
        assert opened == secret
        hooks = SqlWebhooks(engine, Sealer(new, purpose=WEBHOOK_PURPOSE))
        assert await hooks.target(hook) is not None
        with pytest.raises(RecordError):
            await SqlWebhooks(engine, Sealer(old, purpose=WEBHOOK_PURPOSE)).target(hook)
        await engine.dispose()

    asyncio.run(check())
