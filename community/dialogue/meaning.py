"""What was said, what the conversation knows, and what the message then means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from community.errors import RecordError
from community.payloads import ChosenMeaning, read_payload
from community.tickets import Ticket

UNCERTAIN = 0.6
"""A label that is less sure than this is only a guess."""
UNCERTAIN_TALK = 0.4
"""Small talk that is less sure than this is not understood."""
CERTAIN_OUTSIDE = 0.9
"""A message that names a service is outside only if it is as sure as this."""
ELLIPSIS_MAX_CHARS = 12
"""Of a message that leaves out what it is about."""
AT = "at:"
"""Before the place, in the value of a meaning that is a place and nothing else."""
OF_VIOLENCE = (
    *("matter/domestic_violence", "matter/family_dispute"),
    *("matter/minor_protection", "matter/neighbor_dispute"),
)
"""Matters in which 打我闺女的 is no wish for a call."""
NOUN_MAX_CHARS = 6
"""Of a message that is a name and nothing else."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation knows before a message."""

    item: str | None = None
    """Key of the item talked of."""
    facets: tuple[str, ...] = ()
    offered: tuple[tuple[str, str], ...] = ()
    """Title and payload of the choices on the table."""
    requested_slot: str | None = None
    """Slot that a form is asking for."""
    report_item: str | None = None
    """Key of the matter that the open form reports."""
    previous_item: str | None = None
    """Key of the item talked of before the present one."""
    service: str | None = None
    """Key of the service talked of last."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """Unclear wordings of this resident → the item that was then chosen."""
    open_ticket: str | None = None
    """Number of the ticket filed last in this conversation."""
    filed: tuple[Ticket, ...] = ()
    """The resident's tickets that are not over, where the message may mean them."""
    open_ticket_is_urgent: bool = False
    open_alarm: str | None = None
    """Rule of the alarm that the ticket was filed for."""
    open_alarm_is_settled: bool = False
    """It was called off, or help is there."""
    open_ticket_wants_place: bool = False
    """Nobody knows yet where it is about."""
    open_ticket_wants_number: bool = False
    """The message before filed it, and was answered with a wish for a number."""
    asked_tickets: tuple[tuple[str, str | None], ...] = ()
    """Number and item of tickets of which it was asked whether they are solved."""
    question: Mapping[str, Any] | None = None
    """The question that is open outside the form (`community.dialogue.questions`)."""
    has_left_report: bool = False
    """A report was left unfinished and waits for a word."""
    has_dropped_report: bool = False
    """A report was called off, and nothing else was reported since."""
    compared: tuple[str, ...] = ()
    """Keys of the services that the last answer told apart."""
    is_unclear: bool = False
    """The message before was not understood."""
    n_unclear: int = 0
    """How many messages in a row were not understood."""
    unclear_text: str = ""
    """The message before, where that was not understood."""
    before: str = ""
    """The message before."""
    account: str = ""
    """What the open report tells so far."""
    worry: str | None = None
    """What the message before was afraid of, if it told a worry."""
    outside: str | None = None
    """What the message before asked, if that was a topic of another office."""

    @property
    def talked_of(self) -> str | None:
        """Key of the service that the talk is about; `None` in one about a problem."""
        return self.service if self.item == self.service else None

    @property
    def awaits_contact(self) -> bool:
        """The resident may say now who is to be called back."""
        if self.requested_slot is not None:
            return self.report_item not in OF_VIOLENCE
        return self.open_ticket is not None and not self.open_ticket_is_urgent

    @property
    def offered_items(self) -> tuple[str, ...]:
        """Keys of the items among the offered choices, in order."""
        keys: dict[str, None] = {}
        for _, payload in self.offered:
            try:
                item = read_payload(payload).item
            except RecordError:
                continue
            if item is not None:
                keys.setdefault(item)
        return tuple(keys)

    @property
    def offered_services(self) -> tuple[str, ...]:
        """Keys of the services among the offered choices, in order."""
        return tuple(k for k in self.offered_items if k.startswith("service/"))


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the classifier understood it."""

    text: str
    label: str
    confidence: float
    facets: tuple[str, ...]
    decision: str
    candidates: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    emergency: str | None
    danger: float = 0.0
    """How strongly the emergency model holds it for urgent."""

    @classmethod
    def of(cls, parse: Mapping[str, Any]) -> "Said":
        """Reads the parse record (see `docs/contracts.md`)."""
        ranking = parse.get("label_ranking") or []
        best = ranking[0] if ranking else {"label": "oos_other", "confidence": 0.0}
        return cls(
            text=parse["text"],
            label=best["label"],
            confidence=float(best["confidence"]),
            facets=tuple(parse.get("facets") or ()),
            decision=parse.get("decision", "answer"),
            candidates=tuple(parse.get("candidates") or ()),
            entities=tuple(
                (entity["entity"], str(entity.get("value")))
                for entity in parse.get("entities") or ()
            ),
            emergency=parse.get("emergency"),
            danger=float(parse.get("danger") or 0.0),
        )

    @property
    def item(self) -> str | None:
        """Key of the item that is most likely meant."""
        return self.label if "/" in self.label else None

    @property
    def is_uncertain(self) -> bool:
        """The classifier has no strong opinion."""
        return not self.is_clear_item and self.confidence < UNCERTAIN

    @property
    def is_clear_item(self) -> bool:
        """An item is meant, and the classifier is sure enough to answer."""
        return self.item is not None and self.decision == "answer"

    @property
    def is_clear_service(self) -> bool:
        """As `is_clear_item`, for services."""
        return self.is_clear_item and self.label.startswith("service/")

    @property
    def is_clear_matter(self) -> bool:
        """As `is_clear_item`, for matters."""
        return self.is_clear_item and self.label.startswith("matter/")


@dataclass(frozen=True, slots=True)
class Ask:
    """One more thing that the same message asks."""

    item: str
    facets: tuple[str, ...] = ()
    clause: str = ""
    """The part of the message that asks it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the dialogue is told."""

    intent: str
    item: str | None = None
    facets: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    value: str | None = None
    chosen: bool = False
    """The resident chose among offered choices."""
    also: tuple[Ask, ...] = ()
    clause: str = ""
    """The part of the message that means this, where it says something else too."""

    @classmethod
    def of_choice(cls, choice: ChosenMeaning) -> "Meaning":
        """Returns what a taken choice means."""
        return cls(
            choice.intent,
            item=choice.item,
            facets=tuple(facet.value for facet in choice.facets),
            value=choice.value,
            chosen=True,
        )

    def to_doc(self) -> dict[str, Any]:
        """Returns the `reading` that is stored with the message."""
        return {
            "item": self.item,
            "facets": list(self.facets),
            "candidates": list(self.candidates),
            "value": self.value,
            "chosen": self.chosen,
            "also": [
                {"item": ask.item, "facets": list(ask.facets), "clause": ask.clause}
                for ask in self.also
            ],
            "clause": self.clause,
        }
