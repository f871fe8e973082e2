"""How long a delivery waits for its answer: less while answers come too late anyway.

Whoever waits in vain for 4.5 seconds keeps a connection open, and a gateway that is
short of time then answers just after WeChat's five seconds: WeChat delivers again, and
there is even more to do. So under overload most deliveries are acknowledged early.
"""

SHORT_S = 0.8
"""An answer that is nearly there is still waited for."""
TOO_MANY_LATE = 0.8
WEIGHT = 0.05
"""Of the newest outcome in the share of late ones."""
PROBE_EVERY = 8
"""Under overload one in so many waits its whole time, to see whether it is over."""


class WaitingTime:
    """Follows the share of answers that came too late."""

    def __init__(self) -> None:
        """Nothing was late yet."""
        self._late = 0.0
        self._n_short = 0

    @property
    def is_overloaded(self) -> bool:
        """Whether nearly all answers come too late."""
        return self._late > TOO_MANY_LATE

    def limit_s(self) -> float | None:
        """Returns after how long the next delivery gives up; `None` for its own time."""
        if not self.is_overloaded:
            return None
        self._n_short += 1
        return None if self._n_short % PROBE_EVERY == 0 else SHORT_S

    def note(self, *, is_late: bool, was_short: bool) -> None:
        """Takes an outcome in; that a short wait was in vain says nothing."""
        if not (is_late and was_short):
            self._late += WEIGHT * (float(is_late) - self._late)
