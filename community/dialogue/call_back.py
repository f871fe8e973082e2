"""A telephone number and nothing else: whom it is for depends on what was talked of."""

from community.catalog.model import Catalog
from community.contacts import contact_in
from community.dialogue.meaning import Context, Meaning, Said

CALL_BACK = "call_back"
"""Value of a number told while a service is talked of, and nothing was filed."""


def number_told(said: Said, context: Context, catalog: Catalog) -> Meaning | None:
    """Reads a number as the contact of what was filed, else asks whether to call it.

    Within a report it is the contact of that, but for a number that was asked for just
    now. An alarm, and a visit, have readers of their own.
    """
    if contact_in(said.text) is None or context.question is not None:
        return None
    if context.open_ticket_wants_number:
        return Meaning("supplement", item=context.item)
    if context.requested_slot is not None or context.open_ticket_is_urgent:
        return None
    if context.open_ticket is not None:
        return Meaning("supplement", item=context.item)
    if context.service is None:
        return None
    return Meaning("talk_handoff", item=context.service, value=CALL_BACK)
