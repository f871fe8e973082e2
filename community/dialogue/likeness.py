"""Which of several matters the words of a story speak for: 大坑 is a word of one of them."""

from collections import Counter
from collections.abc import Sequence

from community.catalog.derived import of_catalog
from community.catalog.model import Catalog
from community.catalog.pairs import pairs

MIN_WEIGHT = 0.2
"""Words that more than five matters share speak for none: 没人, 坏了, 小区."""
_Words = dict[str, frozenset[str]]


def likeliest(story: str, keys: Sequence[str], catalog: Catalog) -> str | None:
    """Returns the matter of which a story holds most words; the first of equals.

    A word that the names of many matters share says little: each counts the less, the
    more of them have it.

    Returns:
        `None` where the story holds no word of any of them: what a model is unsure of,
        and no word speaks for, is not even a guess.
    """
    words, n_matters = _words_of(catalog)
    told = pairs(story)
    weights = {
        key: sum(1 / n_matters[pair] for pair in told & words.get(key, frozenset()))
        for key in keys
    }
    best = max(keys, key=lambda key: weights[key], default=None)
    return best if best is not None and weights[best] >= MIN_WEIGHT else None


@of_catalog
def _words_of(catalog: Catalog) -> tuple[_Words, Counter[str]]:
    """Returns the pairs in the names of every matter, and in how many each is."""
    words = {
        matter.key: frozenset().union(
            *map(pairs, (matter.short_name, matter.name, *matter.aliases))
        )
        for matter in catalog.matters.values()
    }
    return words, Counter(pair for of_one in words.values() for pair in of_one)
