"""Runs rasa_sdk actions in this process instead of over HTTP."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from bot.tracker_store import pending_turn


class InProcessActionEndpoint(EndpointConfig):
    """An action endpoint without a network.

    The same classes can be served by `rasa run actions`. An exception of an action
    is recorded on the pending turn, because Rasa only logs it and goes on.
    """

    def __init__(self, package: str = "actions") -> None:
        """Registers all actions of a package."""
        super().__init__(url="inprocess://actions")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(
        self,
        method: str = "post",
        subpath: Optional[str] = None,
        content_type: Optional[str] = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Dict[str, Any]:
        """Runs one action (see parent class for full docstring)."""
        call = kwargs["json"]
        try:
            result: Optional[Dict[str, Any]] = await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            body = json.dumps(
                {"error": str(rejection), "action_name": rejection.action_name}
            )
            raise ClientResponseError(400, "action rejected", body) from rejection
        except Exception as err:  # recorded for the worker and raised again
            pending = pending_turn.get()
            if pending is not None and pending.error is None:
                pending.error = err
            raise
        return result or {"events": [], "responses": []}
