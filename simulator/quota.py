"""How many customer-service messages an account may send to one resident.

Source: protocol page, §4.1. How grants combine is not published: each trigger has
its own bucket, and the one that ends first is spent first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from simulator.refusals import ApiRefusalError


class Trigger(Enum):
    """What a resident did to open a window."""

    MESSAGE = "message"
    CLICK = "click"
    FOLLOW = "follow"
    SCAN = "scan"


GRANTS: dict[Trigger, tuple[int, timedelta]] = {
    Trigger.MESSAGE: (5, timedelta(hours=48)),
    Trigger.CLICK: (3, timedelta(minutes=1)),
    Trigger.FOLLOW: (3, timedelta(minutes=1)),
    Trigger.SCAN: (3, timedelta(minutes=1)),
}


@dataclass(slots=True)
class Bucket:
    """What is left of one grant."""

    left: int
    ends_at: datetime


class Quota:
    """The open windows of one resident."""

    def __init__(self) -> None:
        """Starts closed."""
        self._buckets: dict[Trigger, Bucket] = {}

    def grant(self, trigger: Trigger, now: datetime) -> None:
        """Opens a window, or fills it again."""
        count, length = GRANTS[trigger]
        self._buckets[trigger] = Bucket(count, now + length)

    def close(self) -> None:
        """Ends all windows, as unfollowing does."""
        self._buckets.clear()

    def left(self, now: datetime) -> int:
        """Returns how many messages may be sent now."""
        return sum(bucket.left for bucket in self._open(now))

    def spend(self, now: datetime) -> None:
        """Takes one message from the window that ends first.

        Raises:
            ApiRefusalError: 45015 without an open window, 45047 if all are empty.
        """
        is_open = self._open(now)
        if not is_open:
            raise ApiRefusalError(45015)
        usable = [bucket for bucket in is_open if bucket.left]
        if not usable:
            raise ApiRefusalError(45047)
        min(usable, key=lambda bucket: bucket.ends_at).left -= 1

    def _open(self, now: datetime) -> list[Bucket]:
        return [bucket for bucket in self._buckets.values() if now < bucket.ends_at]
