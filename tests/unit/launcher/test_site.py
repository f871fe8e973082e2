"""The environment that the launcher makes for its processes."""

import stat
from pathlib import Path

import pytest

from adapters.roster_files import RosterFiles
from adapters.settings import ROOT, Settings
from launcher import site as sites
from launcher.site import Site, write_names
from simulator.options import Options


@pytest.fixture
def every_process(monkeypatch):
    monkeypatch.setattr(sites, "has_process", lambda _: True)


def names(site: Site) -> list[str]:
    settings = Settings.from_env(site.env)
    return [c.name for c in site.children(settings, lambda *_: None)]


def test_without_an_account_the_simulator_stands_in_its_place(every_process, tmp_path):
    site = Site.from_env({}, tmp_path)
    settings = Settings.from_env(site.env)
    assert settings.wechat.is_on
    assert settings.wecom.is_on
    assert settings.wechat.api_url == "http://127.0.0.1:8802"
    assert settings.quiet_hours is None
    assert names(site) == [
        "simulator",
        "worker",
        "gateway",
        "dispatcher",
        "desk",
        "training",
    ]


def test_with_an_account_there_is_no_simulator(every_process, tmp_path):
    site = Site.from_env(
        {
            "WECHAT_APPID": "wxreal",
            "WECHAT_SECRET": "s",
            "WECHAT_TOKEN": "token",
            "WECHAT_ACCOUNT": "gh_1",
        },
        tmp_path,
    )
    settings = Settings.from_env(site.env)
    assert settings.wechat.api_url == "https://api.weixin.qq.com"
    assert not settings.wecom.is_on
    assert "simulator" not in names(site)


def test_secrets_are_made_once_and_are_nobody_elses(every_process, tmp_path):
    first, second = Site.from_env({}, tmp_path), Site.from_env({}, tmp_path)
    assert first.env == second.env
    assert len(first.env["FIELD_KEY"]) >= 32
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_set_stays(every_process, tmp_path):
    site = Site.from_env(
        {"FIELD_KEY": "k" * 40, "QUIET_HOURS": "22:00-06:00"}, tmp_path
    )
    assert site.env["FIELD_KEY"] == "k" * 40
    assert Settings.from_env(site.env).quiet_hours is not None


def test_addresses_follow_the_ports(every_process, tmp_path):
    site = Site.from_env(
        {"GATEWAY_PORT": "9000", "DESK_PORT": "9001", "SIMULATOR_PORT": "9002"},
        tmp_path,
    )
    assert site.env["DESK_URL"] == "http://127.0.0.1:9001"
    assert site.env["WECHAT_API_URL"] == "http://127.0.0.1:9002"
    text = "\n".join(site.addresses(Settings.from_env(site.env)))
    assert all(f":{port}" in text for port in (9000, 9001, 9002))


def test_a_process_that_cannot_be_started_is_left_out(monkeypatch, tmp_path):
    monkeypatch.setattr(sites, "has_process", lambda package: package != "desk")
    assert "desk" not in names(Site.from_env({}, tmp_path))


def test_each_process_has_a_port_of_its_own_for_figures(every_process, tmp_path):
    site = Site.from_env({"METRICS_PORT": "9100"}, tmp_path)
    children = site.children(Settings.from_env(site.env), lambda *_: None)
    ports = {c.name: c.env["METRICS_PORT"] for c in children if c.env}
    assert ports == {
        "gateway": "9100",
        "dispatcher": "9101",
        "desk": "9102",
        "training": "9103",
        "worker": "9104",  # last: its children take those that follow
    }


def test_libraries_do_not_warn_newcomers(every_process, tmp_path):
    assert Site.from_env({}, tmp_path).env["PYTHONWARNINGS"] == "ignore"
    site = Site.from_env({"PYTHONWARNINGS": "default"}, tmp_path)
    assert site.env["PYTHONWARNINGS"] == "default"


def test_the_simulator_is_told_what_staff_are_called(every_process, tmp_path):
    site = Site.from_env({}, tmp_path)
    roster = RosterFiles(ROOT / "catalog").roster()
    write_names(Path(site.env["SIMULATOR_NAMES"]), roster)
    member = next(m for m in roster.staff.values() if m.wecom_userid)
    assert Options.from_env(site.env).names[member.wecom_userid] == member.name
