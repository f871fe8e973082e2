"""Reads unmet needs and new words out of the dialogue log."""

from datetime import datetime, timedelta

from adapters.content_files import CatalogFiles
from adapters.roster_files import load_gazetteer
from adapters.training_files import read_folder
from community.learning.new_words import MIN_PERSONS, new_words
from community.learning.radar import Asked, Topic, topics
from training.loop import Loop

WEEKS = 8


async def unmet(
    loop: Loop, now: datetime, *, weeks: int = WEEKS, min_persons: int = 2
) -> list[Topic]:
    """Returns topics that residents asked for in vain, most residents first."""
    found = await loop.log.outside(now - timedelta(weeks=weeks))
    asked = [Asked(text, person, at) for text, person, at in found]
    return topics(asked, _examples(loop), min_persons=min_persons)


async def unheard(
    loop: Loop, now: datetime, *, weeks: int = WEEKS, min_persons: int = MIN_PERSONS
) -> list[Topic]:
    """Returns words of questions that no example knows, most residents first."""
    found = await loop.log.questions(now - timedelta(weeks=weeks))
    asked = [Asked(text, person, at) for text, person, at in found]
    content = loop.settings.content_dir
    names = (
        *load_gazetteer(content).book.names(),
        *CatalogFiles(content).load().words,
    )
    return new_words(asked, _examples(loop), names, min_persons=min_persons)


def _examples(loop: Loop) -> list[str]:
    folder = loop.settings.learning.data_dir / "nlu"
    return [example.text for example in read_folder(folder)]
