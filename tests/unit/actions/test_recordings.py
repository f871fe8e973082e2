"""What the slot of recordings holds, in dialogues of today and of before."""

from types import SimpleNamespace
from typing import Any

import pytest

from actions.recordings import Recordings


@pytest.mark.parametrize(
    ("kept", "waiting", "attached"),
    [
        (None, {}, {}),
        ("blob-1", {"blob-1": ""}, {}),
        ({"waiting": {"b": "t"}, "attached": {"a": ""}}, {"b": "t"}, {"a": ""}),
        ({"waiting": None, "attached": []}, {}, {}),
    ],
)
def test_every_shape_of_the_slot_is_read(
    kept: Any, waiting: dict[str, str], attached: dict[str, str]
) -> None:
    found = Recordings.of(SimpleNamespace(get_slot=lambda _: kept))
    assert (dict(found.waiting), dict(found.attached)) == (waiting, attached)
