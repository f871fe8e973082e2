"""Every class path in Rasa's files resolves to ours, never to a silent fall-back."""

import importlib

import pytest
import yaml

from adapters.settings import ROOT
from bot.model import check_endpoints
from community.errors import ConfigurationError


def paths_in(name: str) -> list[str]:
    document = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    if name == "config.yml":
        return [c["name"] for c in document["pipeline"] if "." in c["name"]]
    return [document[key]["type"] for key in ("tracker_store", "lock_store")]


@pytest.mark.parametrize("path", paths_in("config.yml") + paths_in("endpoints.yml"))
def test_a_configured_class_exists(path):
    module, _, name = path.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


def test_the_configured_stores_pass_the_start_up_check(monkeypatch):
    monkeypatch.chdir(ROOT)
    check_endpoints()


@pytest.mark.parametrize("key", ["tracker_store", "lock_store"])
def test_a_mistyped_store_is_refused_at_start_up(tmp_path, key):
    document = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    document[key]["type"] = "bot.nowhere.Store"
    path = tmp_path / "endpoints.yml"
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(ConfigurationError, match=key):
        check_endpoints(str(path))


def test_every_custom_action_of_the_domain_has_a_class_and_none_is_left_over():
    from bot.action_endpoint import InProcessActionEndpoint

    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    known = set(InProcessActionEndpoint()._executor.actions)
    assert set(domain["actions"]) == known
