"""Models are loaded only if they are what somebody trusted has signed."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.learning_settings import LearningSettings
from adapters.model_archives import adopt, find_model
from adapters.model_registry import Manifest, ModelRegistry, Pointer, file_hash
from adapters.model_signing import Signer
from community.errors import ConfigurationError, ModelRefusedError
from tests.conftest import NOW


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.from_file(tmp_path / "keys" / "signing.key")


@pytest.fixture
def registry(tmp_path: Path, signer: Signer) -> ModelRegistry:
    (tmp_path / "models").mkdir()
    return ModelRegistry(tmp_path / "models", frozenset([signer.public]))


def add(
    registry: ModelRegistry,
    signer: Signer,
    name: str,
    days: int = 0,
    *,
    candidate: bool = False,
) -> Path:
    archive = registry.folder / f"{name}.incoming"
    archive.write_bytes(name.encode() * 1_000)
    manifest = Manifest(
        name,
        NOW + timedelta(days=days),
        "anna",
        file_hash(archive),
        archive.stat().st_size,
        candidate=candidate,
    )
    return registry.add(archive, manifest, signer)


def test_a_signed_model_is_found_and_verified(registry, signer):
    add(registry, signer, "one")
    assert registry.verified_archive("one").read_bytes().startswith(b"one")
    assert registry.manifest("one").created_by == "anna"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("model.tar.gz", "archive was altered"),
        ("manifest.json", "manifest was altered"),
        ("manifest.sig", "signature is"),
    ],
)
def test_tampering_is_refused(registry, signer, file, reason):
    path = add(registry, signer, "one") / file
    data = bytearray(path.read_bytes())
    place = data.find(b"anna") if file == "manifest.json" else len(data) // 2
    data[place] = data[place] ^ 1
    path.write_bytes(data)
    with pytest.raises(ModelRefusedError, match=reason):
        registry.verified_archive("one")


def test_a_truncated_archive_is_refused(registry, signer):
    path = add(registry, signer, "one") / "model.tar.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelRefusedError, match="incomplete"):
        registry.verified_archive("one")


def test_an_unsigned_model_is_refused(registry, signer):
    (add(registry, signer, "one") / "manifest.sig").unlink()
    with pytest.raises(ModelRefusedError, match="not signed"):
        registry.verified_archive("one")


def test_a_stranger_signature_is_refused(registry, signer, tmp_path):
    add(registry, Signer.from_file(tmp_path / "other.key"), "one")
    with pytest.raises(ModelRefusedError, match="not trusted"):
        registry.verified_archive("one")


def test_a_manifest_cannot_stand_for_another_model(registry, signer):
    add(registry, signer, "one").rename(registry.folder / "two")
    with pytest.raises(ModelRefusedError, match="belongs to one"):
        registry.verified_archive("two")


def test_before_a_promotion_the_newest_that_is_no_candidate_serves(registry, signer):
    assert registry.serving() is None
    add(registry, signer, "b", 0)
    add(registry, signer, "a", 1)
    add(registry, signer, "c", 2, candidate=True)
    assert registry.serving() == "a"
    registry.point(Pointer("c", "a"))
    assert registry.serving() == "c"


def test_an_untrusted_model_never_serves_by_being_new(registry, signer, tmp_path):
    add(registry, signer, "a")
    add(registry, Signer.from_file(tmp_path / "other.key"), "b", 1)
    assert registry.serving() == "a"


def test_what_serves_or_a_rollback_needs_is_never_removed(registry, signer):
    for name in ("a", "b", "c"):
        add(registry, signer, name)
    registry.point(Pointer("a", "b"))
    for name in ("a", "b"):
        with pytest.raises(ModelRefusedError, match="rollback needs it"):
            registry.remove(name)
    registry.remove("c")
    assert registry.ids() == ["a", "b"]


def test_what_interrupted_work_left_is_swept(registry, signer):
    add(registry, signer, "a")
    (registry.folder / ".b.1234.partial").mkdir()
    (registry.folder / ".c.1234.removed").mkdir()
    assert registry.ids() == ["a"]
    assert registry.sweep() == 2
    assert registry.ids() == ["a"]


def test_metrics_are_added_and_signed_again(registry, signer):
    add(registry, signer, "a")
    registry.rewrite(registry.manifest("a"), signer, metrics={"first": 0.9})
    assert registry.manifest("a").metrics == {"first": 0.9}
    registry.verified_archive("a")


@pytest.mark.parametrize("n_written", [0, 1, 2])
def test_a_crash_while_metrics_are_added_leaves_a_model_that_loads(
    registry, signer, monkeypatch, n_written
):
    add(registry, signer, "a")
    replace_file, written = Path.replace, []

    def crashes(path: Path, target: Path) -> Path:
        if len(written) == n_written:
            raise KeyboardInterrupt
        written.append(target.name)
        return replace_file(path, target)

    for first in (0.8, 0.9):  # the second time after a crash
        written.clear()
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(Path, "replace", crashes)
            registry.rewrite(registry.manifest("a"), signer, metrics={"first": first})
        expected = {"first": first} if n_written == 2 else {}
        assert registry.manifest("a").metrics == expected
        registry.verified_archive("a")
    registry.rewrite(registry.manifest("a"), signer, metrics={"first": 1.0})
    assert registry.manifest("a").metrics == {"first": 1.0}


def test_an_altered_manifest_is_not_signed_by_adding_metrics(registry, signer):
    folder = add(registry, signer, "a")
    manifest = registry.manifest("a")
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("anna", "evil"))
    with pytest.raises(ModelRefusedError, match="altered"):
        registry.rewrite(manifest, signer, metrics={})
    stranger = Signer.from_file(folder / "stranger.key")
    signature = folder / "manifest.sig"
    signature.write_bytes(stranger.sign(b"x", before=path.read_bytes()))
    with pytest.raises(ModelRefusedError, match="not trusted"):
        registry.manifest("a")


def test_a_damaged_pointer_is_an_error_not_a_guess(registry, signer):
    add(registry, signer, "a")
    (registry.folder / "current.json").write_text("{")
    with pytest.raises(ModelRefusedError, match="current"):
        registry.serving()


def test_the_version_changes_with_each_change(registry, signer):
    seen = {registry.version()}
    add(registry, signer, "a")
    seen.add(registry.version())
    registry.point(Pointer("a"))
    seen.add(registry.version())
    assert len(seen) == 3


def test_keys_are_made_once_and_the_public_one_lies_beside(tmp_path):
    path = tmp_path / "signing.key"
    first, second = Signer.from_file(path), Signer.from_file(path)
    assert first.public == second.public == (tmp_path / "signing.pub").read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_key_is_an_error(tmp_path):
    path = tmp_path / "signing.key"
    path.write_text("nonsense")
    with pytest.raises(ConfigurationError, match="not a private key"):
        Signer.from_file(path)


@pytest.fixture
def settings(tmp_path: Path, signer: Signer) -> LearningSettings:
    found = LearningSettings.from_env({}, tmp_path, tmp_path / "state")
    return replace(found, signing_key=tmp_path / "keys" / "signing.key")


def test_a_path_means_the_registry_a_model_or_its_archive(registry, signer, settings):
    folder = add(registry, signer, "a")
    for path in (registry.folder, folder, folder / "model.tar.gz"):
        found, model = find_model(path, settings)
        assert (found.folder, model) == (registry.folder.resolve(), "a")


def test_a_bare_archive_is_refused_with_a_way_out(registry, signer, settings):
    bare = registry.folder / "old.tar.gz"
    bare.write_bytes(b"model")
    with pytest.raises(ModelRefusedError, match="python -m training adopt"):
        find_model(bare, settings)
    with pytest.raises(ConfigurationError, match="python -m training adopt"):
        find_model(registry.folder, settings)
    adopt(bare, registry, signer, name="old", by="anna", now=NOW)
    assert find_model(registry.folder, settings)[1] == "old"
    assert bare.is_file()


def test_a_model_copied_without_its_state_is_not_trusted(registry, signer, tmp_path):
    add(registry, signer, "host")
    learning = LearningSettings.from_env({}, tmp_path, tmp_path / "new state")
    copied = ModelRegistry.of(registry.folder, learning)
    with pytest.raises(ModelRefusedError, match="not trusted"):
        copied.verified_archive("host")
    # As `docs/operations.md` has it: trained where it serves, with the key there.
    own = Signer.from_file(learning.signing_key)
    here = ModelRegistry.of(registry.folder, learning)
    add(here, own, "here")
    assert here.verified_archive("here").is_file()
    both = {"MODEL_TRUSTED_KEYS": f"{own.public},{signer.public}"}
    trusting = LearningSettings.from_env(both, tmp_path, tmp_path / "new state")
    assert ModelRegistry.of(registry.folder, trusting).verified_archive("host")


def test_no_model_at_all_says_how_to_train_one(tmp_path, settings):
    with pytest.raises(ConfigurationError, match="make train"):
        find_model(tmp_path / "none", settings)


def test_a_manifest_of_another_version_is_refused(registry, signer):
    folder = add(registry, signer, "a")
    doc = json.loads((folder / "manifest.json").read_text())
    data = json.dumps({**doc, "v": 9}).encode()
    (folder / "manifest.json").write_bytes(data)
    (folder / "manifest.sig").write_bytes(signer.sign(data))
    with pytest.raises(ModelRefusedError, match="version"):
        registry.manifest("a")
