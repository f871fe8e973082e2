"""The simulator's clock: windows of hours and days pass when a test says so."""

from datetime import datetime, timedelta, timezone


class Clock:
    """Real time plus what was advanced, or a time that stands still until advanced.

    Only the five seconds for an answer are always real: they measure the other side.
    """

    def __init__(self, frozen_at: datetime | None = None) -> None:
        """Starts in step with real time, or frozen at an aware instant."""
        self._frozen_at = frozen_at
        self._advanced = timedelta()

    def now(self) -> datetime:
        """Returns the simulated instant, aware UTC."""
        base = self._frozen_at or datetime.now(timezone.utc)
        return base + self._advanced

    def advance(self, seconds: float) -> None:
        """Lets time pass at once; it never goes back.

        Raises:
            ValueError: The number is negative.
        """
        if seconds < 0:
            raise ValueError(f"time cannot go back by {-seconds} s")
        self._advanced += timedelta(seconds=seconds)
