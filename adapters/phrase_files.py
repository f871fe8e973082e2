"""Set phrases of grid workers from the content folder, by matter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.document_files import DocumentReader, Watched
from community.errors import CatalogError

PHRASES = "phrases.yml"


@dataclass(frozen=True, slots=True)
class MatterPhrases:
    """What is often said about one matter; residents read it."""

    results: tuple[str, ...] = ()
    """That it is done."""
    news: tuple[str, ...] = ()
    """How it stands."""


def load_phrases(content_dir: Path) -> Mapping[str, MatterPhrases]:
    """Reads `phrases.yml` by the matters' ids; without the file there are none.

    Raises:
        CatalogError: Every problem, each `path: message`.
    """
    if not (content_dir / PHRASES).is_file():
        return {}
    reader = DocumentReader(content_dir)
    document = reader.read(PHRASES, "phrases")
    reader.raise_problems()
    return {
        matter: MatterPhrases(tuple(said["results"]), tuple(said["news"]))
        for matter, said in document["matters"].items()
    }


def check_phrases(content_dir: Path, matters: Collection[str]) -> list[str]:
    """Returns every problem: of the file, of matters without phrases or unknown."""
    try:
        phrases = load_phrases(content_dir)
    except CatalogError as err:
        return list(err.problems)
    if not phrases:
        return []
    missing = [f"{PHRASES}: {m}: no phrases" for m in sorted(set(matters) - {*phrases})]
    unknown = [f"{PHRASES}: {m}: no such matter" for m in phrases if m not in matters]
    return [*missing, *unknown]


class PhraseFiles:
    """The phrases of a content folder; they follow edits."""

    def __init__(self, content_dir: Path, *, check_every_s: float = 1.0) -> None:
        """Nothing is read yet.

        Args:
            content_dir: The content folder.
            check_every_s: How often the file's time is looked at.
        """
        path = content_dir / PHRASES
        self._watched: Watched[Mapping[str, MatterPhrases]] = Watched(
            lambda: load_phrases(content_dir),
            lambda: [path] if path.is_file() else [],
            name="phrases",
            check_every_s=check_every_s,
        )

    def of(self, matter: str) -> MatterPhrases:
        """Returns the phrases of a matter; a broken edit changes nothing.

        Raises:
            CatalogError: The first load failed.
        """
        return self._watched.current().get(matter, MatterPhrases())
