"""Immutable catalogue objects, as parsed from the YAML files.

Keys of items: a service is `service/<id>`, a matter is `matter/<id>`; the same
strings are Rasa's full retrieval intents.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from community.catalog.facets import Facet
from community.catalog.situations import Situation


class Confidence(str, Enum):
    """How sure a statement is, strongest first."""

    LAW = "law"
    """The text of a law or regulation was read."""
    PAGE = "page"
    """A public page was read."""
    RECALL = "recall"
    """Common knowledge, not read anywhere; the answer says so."""
    UNKNOWN = "unknown"
    """Nobody knows; the answer says what is certain and what to ask."""


class Mode(str, Enum):
    """How the community helps with a service."""

    CONSULT = "consult"
    GUIDE = "guide"
    PROXY = "proxy"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Source:
    """A law or a page that a statement rests on."""

    title: str
    ref: str
    """Document number or article; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer text with its evidence."""

    text: str
    items: tuple[str, ...] = ()
    confidence: Confidence = Confidence.UNKNOWN
    source: Source | None = None
    checked_on: date | None = None
    expires_on: date | None = None
    local: tuple[str, ...] = ()
    """Keys of local facts that belong to the answer, in order."""

    def is_expired(self, today: date) -> bool:
        """Tells whether the statement may no longer be served."""
        return self.expires_on is not None and today > self.expires_on


@dataclass(frozen=True, slots=True)
class BoundaryRule:
    """Says when a message belongs to another item."""

    to: str
    """Key of the other item, or `outside`."""
    rule: str


@dataclass(frozen=True, slots=True)
class Service:
    """One of the services that residents may ask about."""

    id: str
    name: str
    short_name: str
    category: str
    department: str
    modes: tuple[Mode, ...]
    aliases: tuple[str, ...]
    scope: str
    sub_items: tuple[str, ...]
    not_here: tuple[BoundaryRule, ...]
    local_variables: dict[str, str]
    """Local facts of this service: key without the service's id → label."""
    overview: Statement
    facets: dict[Facet, Statement]

    @property
    def key(self) -> str:
        """The full retrieval intent."""
        return f"service/{self.id}"


@dataclass(frozen=True, slots=True)
class EmergencyNote:
    """When a matter is an emergency, whom to call and what to say first."""

    when: str
    call: tuple[str, ...]
    """Hotline ids, see `Catalog.hotlines`."""
    say: str
    meanwhile: str
    """What to do until help comes, whenever that is asked."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """Time limit for a matter."""

    n: int
    unit: str
    """`hour` (natural hours) or `workday`."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One of the problems that residents may report."""

    id: str
    name: str
    short_name: str
    category: str
    level: str
    """First tier: `grid`, `street` or `county`."""
    lead: str
    support: tuple[str, ...]
    urgency: str
    """`critical`, `urgent` or `normal`."""
    respond_hours: float
    resolve: Resolve
    interim: str
    emergency: EmergencyNote | None
    raise_if: tuple[str, ...]
    aliases: tuple[str, ...]
    scope: str
    not_here: tuple[BoundaryRule, ...]
    advice: Statement
    """What the resident can do until somebody comes."""
    ask_place: str
    """How the report form asks for the place."""
    ask_details: str
    """How the report form asks what is wrong, if the message was too short."""

    @property
    def key(self) -> str:
        """The full retrieval intent."""
        return f"matter/{self.id}"

    @property
    def emergency_steps(self) -> str:
        """What to do until help comes, where the matter has a danger of its own."""
        return self.emergency.meanwhile if self.emergency else ""


@dataclass(frozen=True, slots=True)
class Hotline:
    """A telephone number that answers for a field."""

    id: str
    name: str
    number: str | None
    """`None` for a number that each place must fill in."""
    local_key: str | None
    """Local fact that holds the number where `number` is `None`."""
    use: str


@dataclass(frozen=True, slots=True)
class EmergencyCase:
    """Words of a rule for one kind of what it covers (`community.emergencies.cases`)."""

    id: str
    call: tuple[str, ...]
    say: str
    then: str
    matter: str
    """Id of the matter under which a ticket is filed."""
    meanwhile: str
    """What to do until help comes, whenever that is asked."""


@dataclass(frozen=True, slots=True)
class EmergencyRule:
    """What the first sentence of the answer must be."""

    id: str
    name: str
    call: tuple[str, ...]
    """Hotline ids, in the order to try."""
    say: str
    then: str
    """A second sentence for what to do until help comes."""
    matter: str
    """Id of the matter under which a ticket is filed."""
    meanwhile: str
    """What to do until help comes, whenever that is asked."""
    cases: tuple[EmergencyCase, ...] = ()

    def words(self, case: str | None) -> EmergencyCase:
        """Returns whom to call and what to say in a case, or else in general."""
        plain = EmergencyCase(
            "", self.call, self.say, self.then, self.matter, self.meanwhile
        )
        return next((known for known in self.cases if known.id == case), plain)


@dataclass(frozen=True, slots=True)
class Referral:
    """Where to send somebody whose topic is outside the catalogue."""

    id: str
    name: str
    keywords: tuple[str, ...]
    text: str
    hotline: str | None
    """Hotline id."""


@dataclass(frozen=True, slots=True)
class Category:
    """A group of services or matters, as shown in lists."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class LocalFact:
    """A value that differs by place."""

    value: str
    checked_on: date
    expires_on: date | None = None

    def is_expired(self, today: date) -> bool:
        """Tells whether the value may no longer be served."""
        return self.expires_on is not None and today > self.expires_on


@dataclass(frozen=True, slots=True)
class Place:
    """A county, street or community with its local facts."""

    id: str
    name: str
    level: str
    """`county`, `street` or `community`."""
    parent: str | None
    facts: dict[str, LocalFact]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything the assistant knows, loaded at one moment."""

    version: str
    services: dict[str, Service]
    matters: dict[str, Matter]
    service_categories: tuple[Category, ...]
    matter_categories: tuple[Category, ...]
    hotlines: dict[str, Hotline]
    emergencies: dict[str, EmergencyRule]
    referrals: tuple[Referral, ...]
    situations: tuple[Situation, ...]
    places: dict[str, Place]
    local_labels: dict[str, str]
    """Every known key of a local fact → what it is called."""
    default_place: str | None = None
    """Place whose facts serve residents who are bound to no community."""
    words: tuple[str, ...] = field(default=())
    """Names and aliases, for the tokenizer."""

    @property
    def items(self) -> dict[str, Service | Matter]:
        """Services and matters by their keys."""
        found: dict[str, Service | Matter] = {
            service.key: service for service in self.services.values()
        }
        return found | {matter.key: matter for matter in self.matters.values()}

    def item_name(self, key: str) -> str:
        """Returns the short name of the item with this key, as residents say it."""
        base, _, item_id = key.partition("/")
        if base == "service":
            return self.services[item_id].short_name
        return self.matters[item_id].short_name
