"""What tells where it is after an alarm, and what tells something else."""

import pytest

from community.emergencies.whereabouts import whereabouts_told


@pytest.mark.parametrize("text", ["王家洼村东头", "在供销社后面", "俺村大桥底下"])
def test_a_place_is_kept_whole(text):
    assert whereabouts_told(text, ()) == text


@pytest.mark.parametrize("text", ["躺在床上", "他把门锁了", "在厨房", "车把他撞到路边"])
def test_a_room_or_a_story_is_no_place(text):
    assert whereabouts_told(text, ()) == ""
