"""Fixtures of the integration tests serve the conversations too."""

from tests.integration.conftest import agent, message, talk, worker

__all__ = ["agent", "message", "talk", "worker"]
