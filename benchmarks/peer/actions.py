"""The peer's action: answers from the same catalogue, over HTTP."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from adapters.content_files import CatalogFiles
from adapters.settings import ROOT
from community.answers import AnswerComposer
from community.catalog.local import LocalFacts
from community.replies import Text

SERVICE = "service_"


@lru_cache(maxsize=1)
def files() -> CatalogFiles:
    """Returns the catalogue's reader, made once."""
    return CatalogFiles(ROOT / "catalog", default_place="junan")


def composer() -> AnswerComposer:
    """Returns a composer as of today, as the assistant's own actions make it."""
    catalog = files().current()
    today = datetime.now(timezone.utc).date()
    return AnswerComposer(catalog, LocalFacts(catalog, None, today), today)


class PeerAnswer(Action):
    """Answers a service in general and everything else with one sentence."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_peer_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Runs the action (see parent class for full docstring)."""
        intent = (tracker.latest_message.get("intent") or {}).get("name") or ""
        speaker = composer()
        service = speaker.catalog.services.get(intent.removeprefix(SERVICE))
        if service is None:
            dispatcher.utter_message(text=f"好的，知道了（{intent}）。")
            return []
        parts = speaker.service(service, [])
        said = [part.text for part in parts if isinstance(part, Text)]
        dispatcher.utter_message(text="\n".join(said))
        return []
