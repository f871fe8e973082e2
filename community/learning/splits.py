"""Who trains and who judges: decided by person before anybody sees a label."""

EVALUATED_OF = 5
"""Of so many residents, the questions of one only judge models."""
TRAIN, RECENT = "train", "recent"


def split_of(person: str) -> str:
    """Returns which use the questions of a person have.

    The pseudonym is a keyed hash, so the choice is fixed and nobody can aim at it.
    """
    return RECENT if int(person[:8], 16) % EVALUATED_OF == 0 else TRAIN
