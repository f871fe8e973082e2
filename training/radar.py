"""Reads unmet needs out of the dialogue log."""

from datetime import datetime, timedelta

from adapters.training_files import read_folder
from community.learning.radar import Asked, Topic, topics
from training.loop import Loop


async def unmet(
    loop: Loop, now: datetime, *, weeks: int = 8, min_persons: int = 2
) -> list[Topic]:
    """Returns topics that residents asked for in vain, most residents first."""
    since = now - timedelta(weeks=weeks)
    asked = [
        Asked(text, person, at) for text, person, at in await loop.log.outside(since)
    ]
    data = read_folder(loop.settings.learning.data_dir / "nlu")
    return topics(asked, [example.text for example in data], min_persons=min_persons)
