"""All endpoints of the API. A new group of pages adds its module to `MODULES`."""

from collections.abc import Sequence
from types import ModuleType
from typing import cast

from desk import (
    routes_accounts,
    routes_answers,
    routes_audit,
    routes_connections,
    routes_conversation,
    routes_decided,
    routes_exchange,
    routes_figures,
    routes_handling,
    routes_learning_figures,
    routes_models,
    routes_photos,
    routes_radar,
    routes_reference,
    routes_reports,
    routes_residents,
    routes_review,
    routes_roster,
    routes_session,
    routes_tickets,
    routes_wishes,
)
from desk.endpoints import Endpoint, Endpoints

MODULES: Sequence[ModuleType] = (
    routes_session,
    routes_reference,
    routes_tickets,
    routes_handling,
    routes_wishes,
    routes_conversation,
    routes_reports,
    routes_photos,
    routes_figures,
    routes_exchange,
    routes_roster,
    routes_residents,
    routes_connections,
    routes_audit,
    routes_accounts,
    routes_review,
    routes_decided,
    routes_models,
    routes_answers,
    routes_radar,
    routes_learning_figures,
)


def all_endpoints() -> tuple[Endpoint, ...]:
    """Returns every endpoint, in the order of the modules."""
    groups = [cast(Endpoints, module.endpoints) for module in MODULES]
    return tuple(endpoint for group in groups for endpoint in group.found)
