"""What the actions uttered, as the parts of one reply."""

from typing import Any, Dict, List

from community.errors import RecordError
from community.replies import Choices, Part, part_from_doc


def collected_parts(messages: List[Dict[str, Any]]) -> List[Part]:
    """Returns the reply parts that the actions uttered, in order.

    Raises:
        RecordError: An action said something that is not a list of parts.
    """
    parts: List[Part] = []
    for message in messages:
        custom = message.get("custom")
        if custom is None or "parts" not in custom:
            raise RecordError(f"an action uttered no parts: {sorted(message)}")
        parts += [part_from_doc(doc) for doc in custom["parts"]]
    if not parts:
        raise RecordError("the dialogue gave no reply")
    return with_one_question(parts)


def with_one_question(parts: List[Part]) -> List[Part]:
    """Keeps only the last choices: an answered digression ends in the form's question."""
    last = next((p for p in reversed(parts) if isinstance(p, Choices)), None)
    return [p for p in parts if not isinstance(p, Choices) or p is last]
