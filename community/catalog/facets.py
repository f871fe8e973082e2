"""The twelve aspects of a service that a resident may ask about."""

from enum import Enum


class Facet(str, Enum):
    """One aspect of a service; the value is the id used in data and records."""

    ELIGIBILITY = "eligibility"
    """Who may apply; the assistant never decides for a person."""
    MATERIALS = "materials"
    """What to bring."""
    PROCESS = "process"
    """The steps, and who does which."""
    PLACE = "place"
    """Which counter, and its hours."""
    TIME_LIMIT = "time_limit"
    """How long it takes, or when it is done."""
    FEE = "fee"
    """What it costs the resident."""
    AMOUNT = "amount"
    """What is paid out or paid in."""
    CONTACT = "contact"
    """Whom to call."""
    PROXY_VISIT = "proxy_visit"
    """Whether somebody else may do it, or come to the home."""
    PROGRESS = "progress"
    """Where an application stands."""
    ONLINE = "online"
    """Whether it can be done by phone or on the web."""
    POLICY_BASIS = "policy_basis"
    """The law or document behind it."""


FACET_TITLES: dict[Facet, str] = {
    Facet.ELIGIBILITY: "谁能办",
    Facet.MATERIALS: "要带什么",
    Facet.PROCESS: "怎么办",
    Facet.PLACE: "去哪办",
    Facet.TIME_LIMIT: "要多久",
    Facet.FEE: "要不要钱",
    Facet.AMOUNT: "给多少钱",
    Facet.CONTACT: "电话找谁",
    Facet.PROXY_VISIT: "能代办上门吗",
    Facet.PROGRESS: "办到哪了",
    Facet.ONLINE: "手机上能办吗",
    Facet.POLICY_BASIS: "什么政策",
}
"""What a resident sees on a button, at most seven characters."""
