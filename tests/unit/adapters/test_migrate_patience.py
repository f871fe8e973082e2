"""A database server that is only starting is waited for, a silent one is told."""

import pytest

from adapters.sql import migrate


def test_a_server_that_is_starting_is_waited_for(monkeypatch):
    answers = [ConnectionRefusedError(), ConnectionRefusedError(), None]

    def upgrade(url: str) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    monkeypatch.setattr(migrate, "upgrade", upgrade)
    monkeypatch.setattr(migrate, "RETRY_S", 0.001)
    migrate.upgrade_patiently("sqlite://", wait_s=60)
    assert answers == []


def test_a_server_that_stays_silent_is_an_error(monkeypatch):
    def upgrade(url: str) -> None:
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(migrate, "upgrade", upgrade)
    with pytest.raises(ConnectionRefusedError, match="nobody listens"):
        migrate.upgrade_patiently("sqlite://", wait_s=0)
