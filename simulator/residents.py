"""What the account's platform knows of each resident."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.quota import Quota, Trigger
from simulator.refusals import ApiRefusalError

TYPING_WINDOW = timedelta(seconds=30)
TYPING_LIFE = timedelta(seconds=15)


@dataclass(slots=True)
class ResidentState:
    """A resident as WeChat sees them."""

    openid: str
    name: str = ""
    is_follower: bool = True
    was_follower: bool = True
    is_blacklisted: bool = False
    blocks_templates: bool = False
    """Has turned template messages off; the account learns it afterwards."""
    is_snapshot: bool = False
    """Web sign-in gives a virtual account, as in WeChat's snapshot pages."""
    subscribed_at: datetime | None = None
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    scene: str = ""
    quota: Quota = field(default_factory=Quota)
    last_interaction_at: datetime | None = None
    typing_until: datetime | None = None
    grants: Counter[str] = field(default_factory=Counter)
    """One-time permissions by subscription template."""

    def interact(self, trigger: Trigger | None, now: datetime) -> None:
        """Notes that the resident did something; some of it opens a window."""
        self.last_interaction_at = now
        if trigger is not None:
            self.quota.grant(trigger, now)

    def follow(self, now: datetime, *, scene: str = "", how: str = "") -> None:
        """Makes a follower of them."""
        self.is_follower = self.was_follower = True
        self.subscribed_at = now
        self.scene = scene
        self.subscribe_scene = how or "ADD_SCENE_SEARCH"

    def unfollow(self) -> None:
        """Ends following, and with it every window."""
        self.is_follower = False
        self.typing_until = None
        self.quota.close()

    def check_reachable(self, *, unfollowed: int = 43004) -> None:
        """Checks that the account may write at all.

        Raises:
            ApiRefusalError: 43019 blacklisted, 43004 never a follower, `unfollowed`
                after unfollowing.
        """
        if self.is_blacklisted:
            raise ApiRefusalError(43019)
        if not self.is_follower:
            raise ApiRefusalError(unfollowed if self.was_follower else 43004)

    def is_typing_shown(self, now: datetime) -> bool:
        """Tells whether the phone shows that the other side types."""
        return self.typing_until is not None and now < self.typing_until

    def show_typing(self, now: datetime) -> None:
        """Shows that the other side types, for 15 seconds.

        Raises:
            ApiRefusalError: 45080 too long since the resident did something, 45081
                shown already.
        """
        last = self.last_interaction_at
        if last is None or now - last > TYPING_WINDOW:
            raise ApiRefusalError(45080)
        if self.is_typing_shown(now):
            raise ApiRefusalError(45081)
        self.typing_until = now + TYPING_LIFE
