"""Session start: keeps the slots and an unfinished form."""

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.speaking import Events


class SessionStart(Action):
    """Starts a session without dropping an open report form."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_session_start"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Events:
        """Carries slots and the active loop over (see parent class)."""
        events: Events = [SessionStarted()]
        events += [
            SlotSet(name, value)
            for name, value in tracker.slots.items()
            if value is not None and name != "session_started_metadata"
        ]
        loop = (tracker.active_loop or {}).get("name")
        if loop:
            events.append(ActiveLoop(loop))
        events.append(ActionExecuted("action_listen"))
        return events
