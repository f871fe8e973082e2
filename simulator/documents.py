"""XML and JSON as the platform writes them and as it insists on reading them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as DefusedElementTree

from community.errors import CommunityError

Fields = Mapping[str, Any]
REPEATABLE = frozenset({"item"})


class DocumentError(CommunityError):
    """Raised when a reply is not the document that the platform reads."""


def to_xml(fields: Fields) -> bytes:
    """Writes a push: text in CDATA, numbers bare, elements on lines of their own."""
    lines = [_element(name, value) for name, value in fields.items()]
    return "\n".join(["<xml>", *lines, "</xml>"]).encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = "".join(_element(key, child) for key, child in value.items())
        return f"<{name}>{inner}</{name}>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, child) for child in value)
    if isinstance(value, str):
        return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    if isinstance(value, float):
        return f"<{name}>{value:.6f}</{name}>"
    return f"<{name}>{value}</{name}>"


def to_json(fields: Fields) -> bytes:
    """Writes a push as JSON; the lists of subscription events stand at the top."""
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        if name.startswith("SubscribeMsg") and isinstance(value, Mapping):
            flat.update(value)
        else:
            flat[name] = value
    return json.dumps(flat, ensure_ascii=False).encode()


def parse(body: bytes, document: str) -> dict[str, Any]:
    """Reads a reply in the account's own format, nothing else.

    Returns:
        Names and texts; elements with children are dictionaries, `item` a list.

    Raises:
        DocumentError: Not well-formed, the other format, or an element twice.
    """
    return _parse_json(body) if document == "json" else _parse_xml(body)


def _parse_json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except (UnicodeDecodeError, json.JSONDecodeError) as err:
        raise DocumentError("the body is not JSON, as this account wants it") from err
    if not isinstance(found, dict):
        raise DocumentError("the body is JSON, but no object")
    return found


def _parse_xml(body: bytes) -> dict[str, Any]:
    if body.lstrip()[:1] == b"{":
        raise DocumentError("the body is JSON, and this account wants XML")
    try:
        root = DefusedElementTree.fromstring(body.decode(), forbid_dtd=True)
    except (UnicodeDecodeError, DefusedElementTree.ParseError) as err:
        raise DocumentError(f"the body is not well-formed XML: {err}") from err
    except DefusedXmlException as err:
        raise DocumentError("the body has a DTD or entities") from err
    if root.tag != "xml":
        raise DocumentError(f"the root element is <{root.tag}>, not <xml>")
    return _children(root)


def _children(parent: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in parent:
        value: Any = _children(child) if len(child) else (child.text or "")
        if child.tag in REPEATABLE:
            found.setdefault(child.tag, []).append(value)
        elif child.tag in found:
            raise DocumentError(f"<{child.tag}> stands twice in <{parent.tag}>")
        else:
            found[child.tag] = value
    return found
