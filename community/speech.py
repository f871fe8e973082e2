"""Speech: turns a recording into text; a port, off unless an adapter is set."""

from typing import Protocol

from community.blobs import Blob


class SpeechRecognizer(Protocol):
    """Recognises what was said in a recording."""

    async def recognise(self, recording: Blob) -> str | None:
        """Returns the words, `None` where nothing certain was heard.

        Must answer within two seconds or give up: a resident is waiting. Never raises
        for what a recording may hold.
        """


class NoSpeech:
    """Recognises nothing: residents are told how to dictate with their keyboard."""

    async def recognise(self, recording: Blob) -> str | None:
        """See the port."""
        return None
