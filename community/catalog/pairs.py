"""Neighbouring characters, two by two: the smallest words that two texts may share."""


def pairs(text: str) -> frozenset[str]:
    """Returns the pairs of a text, across its marks too."""
    return frozenset(text[n : n + 2] for n in range(len(text) - 1))
