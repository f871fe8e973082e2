"""The catalogue's files: every problem at once, edits live, errors harmless."""

import shutil
from pathlib import Path

import pytest
import yaml

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT, Settings
from adapters.validate import main as validate
from community.errors import CatalogError, ConfigurationError


class Clock:
    """A monotonic clock that is turned by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "catalog"
    shutil.copytree(ROOT / "catalog", target)
    return target


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        CatalogFiles(folder).load()
    return caught.value.problems


def test_the_catalogue_of_this_checkout_is_valid(capsys):
    assert validate([str(ROOT / "catalog")]) == 0
    assert "43 services, 42 matters" in capsys.readouterr().out


def test_an_edit_takes_effect_without_restart(folder):
    clock = Clock()
    files = CatalogFiles(folder, monotonic=clock)
    before = files.current()
    path = folder / "services" / "id_card.yml"
    edit(path, f'name: "{before.services["id_card"].name}"', 'name: "新名字"')
    clock.now += 5
    after = files.current()
    assert after.services["id_card"].name == "新名字"
    assert after.version != before.version


def test_files_are_not_read_again_while_nothing_changes(folder):
    clock = Clock()
    files = CatalogFiles(folder, monotonic=clock)
    first = files.current()
    clock.now += 5
    assert files.current() is first


def test_a_broken_edit_keeps_the_last_good_catalogue(folder):
    clock = Clock()
    files = CatalogFiles(folder, monotonic=clock)
    good = files.current()
    (folder / "hotlines.yml").write_text("hotlines: [", encoding="utf-8")
    clock.now += 5
    assert files.current() is good


def test_all_problems_of_all_files_are_reported_at_once(folder, capsys):
    edit(folder / "services" / "id_card.yml", 'id: "id_card"', 'id: "other"')
    edit(folder / "services" / "residence_permit.yml", "overview:", "overveiw:")
    edit(folder / "matters" / "noise.yml", "urgency:", "urgensy:")
    found = problems(folder)
    assert any(p.startswith("services/residence_permit.yml:") for p in found)
    assert any(p.startswith("matters/noise.yml:") for p in found)
    assert validate([str(folder)]) == 1
    assert "[ERROR] matters/noise.yml:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('confidence: "law"', 'confidence: "sure"', "not one of"),
        (
            'not_here:\n  - {to: "',
            'not_here:\n  - {to: "service/nowhere", rule: "x"}\n  - {to: "',
            "does not exist",
        ),
        ("sources:\n", 'sources:\n  spare: {title: "x", ref: ""}\n', None),
        ("{hotline.gov}", "{hotline.nobody}", "unknown hotline"),
        ('checked_on: "', 'checked_on: "not-a-', "does not match"),
    ],
)
def test_what_validation_refuses(folder, old, new, complaint):
    path = folder / "services" / "subsistence_allowance.yml"
    edit(path, old, new)
    if complaint is None:
        CatalogFiles(folder).load()
        return
    assert any(complaint in problem for problem in problems(folder)), problems(folder)


def test_digits_without_a_source_are_refused(folder):
    path = folder / "services" / "subsistence_allowance.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = lines.index("  contact:\n")
    lines[at + 1] = '    text: "打 8888888 就行。"\n'
    path.write_text("".join(lines), encoding="utf-8")
    assert any("digits in an unsourced" in problem for problem in problems(folder))


def test_checked_on_without_a_source_is_refused(folder):
    path = folder / "services" / "subsistence_allowance.yml"
    edit(path, "  contact:\n", '  contact:\n    checked_on: "2026-01-01"\n')
    assert any("checked_on without a source" in p for p in problems(folder))


def test_an_alias_has_one_owner(folder):
    edit(folder / "services" / "id_card.yml", 'aliases: ["', 'aliases: ["低保", "')
    assert any("belongs to" in problem for problem in problems(folder))


def test_a_local_fact_must_be_declared(folder):
    (folder / "local" / "somewhere.yml").write_text(
        'id: "somewhere"\nname: "某地"\nlevel: "county"\nparent: null\n'
        'facts:\n  nobody.knows: {value: "x", checked_on: "2026-01-01"}\n',
        encoding="utf-8",
    )
    assert any("is not declared" in problem for problem in problems(folder))


def test_examples_are_served_only_on_request(folder):
    assert CatalogFiles(folder).load().places == {}
    assert "junan" in CatalogFiles(folder, with_examples=True).load().places


def test_ids_are_those_of_the_shared_catalogue(catalog):
    shared = ROOT.parent / "shared" / "catalogue"
    if not shared.is_dir():
        pytest.skip("the shared catalogue is not here")
    services = yaml.safe_load((shared / "services.yml").read_text(encoding="utf-8"))
    matters = yaml.safe_load((shared / "matters.yml").read_text(encoding="utf-8"))
    assert set(catalog.services) == {s["id"] for s in services["services"]}
    assert set(catalog.matters) == {m["id"] for m in matters["matters"]}
    assert len(catalog.matter_categories) == 16


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_PORT", "http"),
        ("GATEWAY_PORT", "70000"),
        ("COOKIE_SECURE", "yes"),
        ("LEASE_S", "0"),
        ("RETENTION_DAYS", "-1"),
    ],
)
def test_a_malformed_setting_names_its_variable(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env({name: value})


def test_settings_have_defaults():
    settings = Settings.from_env({})
    assert settings.gateway_port == 8800
    assert settings.lease_s > 0


def test_content_older_than_the_situations_is_served_without_them(folder):
    (folder / "situations.yml").unlink()
    assert CatalogFiles(folder).load().situations == ()


def test_a_wording_of_a_situation_with_an_unknown_word_is_a_problem(folder):
    edit(folder / "situations.yml", "{elder}{when}走了", "{grandma}{when}走了")
    assert problems(folder) == ["situations.yml: bereavement: unknown word {grandma}"]


def test_a_situation_leads_to_items_that_exist(folder):
    edit(
        folder / "situations.yml",
        '"service/pension_claim", "service/funeral_benefit"',
        '"service/pension_claim", "service/condolence_money"',
    )
    assert problems(folder) == [
        "situations.yml: bereavement: item 'service/condolence_money' does not exist"
    ]
