"""Tables of the project; every change needs a migration.

| module | tables | written by |
|---|---|---|
| `tickets` | `ticket`, `ticket_event`, `ticket_text`, `ticket_resident`, `sealed_key` | worker, desk, dispatcher (through the ticket port) |
| `outbox` | `outbox` | dispatcher; whoever changes a ticket, in the same transaction |
| `residents` | `resident` | worker (follow, scan, location), desk (blocks), gateway (forgets) |
| `staff` | `roster_change` | desk |
| `desk` | `account`, `audit`, `api_key`, `webhook`, `block_review` | desk |
| `learning` | `turn`, `question` and its kin, `annotation`, `model_version`, `promotion`, `training_job`, `learning_audit` | dispatcher (log), desk and training (the rest) |
| `content` | `content_draft` | desk |
"""

from adapters.sql.tables import learning
from adapters.sql.tables.content import content_draft
from adapters.sql.tables.desk import account, api_key, audit, block_review, webhook
from adapters.sql.tables.metadata import metadata
from adapters.sql.tables.outbox import outbox
from adapters.sql.tables.residents import resident
from adapters.sql.tables.staff import roster_change
from adapters.sql.tables.tickets import (
    sealed_key,
    ticket,
    ticket_event,
    ticket_resident,
    ticket_text,
)

__all__ = [
    "account",
    "api_key",
    "audit",
    "block_review",
    "content_draft",
    "learning",
    "metadata",
    "outbox",
    "resident",
    "roster_change",
    "sealed_key",
    "ticket",
    "ticket_event",
    "ticket_resident",
    "ticket_text",
    "webhook",
]
