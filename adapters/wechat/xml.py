"""Text that is safe inside the XML that the platform reads."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 forbids, even as a reference."""


def legal(text: str) -> str:
    """Returns the text without characters that no XML document may hold."""
    return _ILLEGAL.sub("", text)


def cdata(text: str) -> str:
    """Returns a CDATA section that no text can leave."""
    return f"<![CDATA[{legal(text).replace(']]>', ']]]]><![CDATA[>')}]]>"
