"""Reads XML and JSON of the platform into one shape, refusing what is hostile.

Both formats use the same names. Unknown elements and any order are welcome; a DTD, an
entity, a repeated element where one is expected, or another type is an error that says
where. Neither errors nor logs hold what a person wrote.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Union
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.wechat.errors import MalformedPushError
from adapters.wechat.xml import legal

MAX_BODY_BYTES = 64 * 1024
"""The longest real push, an encrypted text in compatible mode, has about 12,000."""
MAX_DEPTH = 8
_INTEGER = re.compile(r"[+-]?\d{1,20}")
_DECIMAL = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?")

Node = Union[str, "Fields", None]
"""A value, a group of fields, or something of neither kind."""


class Fields:
    """One element with its children, or one JSON object."""

    def __init__(self, path: str, nodes: dict[str, list[Node]]) -> None:
        """Keeps the children by name, each in order of appearance."""
        self.path = path
        self._nodes = nodes

    def text(self, name: str, default: str | None = None) -> str:
        """Returns a value as it stands; without a default it must be there.

        Raises:
            MalformedPushError: It is missing, repeated or not a plain value.
        """
        nodes = self._nodes.get(name, [])
        if len(nodes) > 1:
            raise self.error(name, "is repeated")
        if not nodes:
            if default is None:
                raise self.error(name, "is missing")
            return default
        if not isinstance(nodes[0], str):
            raise self.error(name, "is not a plain value")
        return nodes[0]

    def word(self, name: str, default: str | None = None) -> str:
        """Returns an id or a name without space around it.

        Without a default it may not be empty.

        Raises:
            MalformedPushError: See `text`.
        """
        word = self.text(name, default).strip()
        if not word and default is None:
            raise self.error(name, "is empty")
        return word

    def integer(self, name: str, default: int | None = None) -> int:
        """Returns a whole number.

        Raises:
            MalformedPushError: See `text`; or it is no whole number.
        """
        text = self.word(name, None if default is None else str(default))
        if not _INTEGER.fullmatch(text):
            raise self.error(name, "is not a whole number")
        return int(text)

    def decimal(self, name: str, *, low: float, high: float) -> float:
        """Returns a number within bounds.

        Raises:
            MalformedPushError: See `text`; or it is no number, or out of bounds.
        """
        text = self.word(name)
        if not _DECIMAL.fullmatch(text):
            raise self.error(name, "is not a number")
        value = float(text)
        if not low <= value <= high:
            raise self.error(name, f"is not within {low:g} and {high:g}")
        return value

    def groups(self, name: str) -> tuple["Fields", ...]:
        """Returns the groups of this name, in order; an empty element is none."""
        found = [node for node in self._nodes.get(name, []) if node != ""]
        groups = tuple(node for node in found if isinstance(node, Fields))
        if len(groups) != len(found):
            raise self.error(name, "is not a group of fields")
        return groups

    def group(self, name: str) -> "Fields":
        """Returns the one group of this name, or an empty one."""
        groups = self.groups(name)
        if len(groups) > 1:
            raise self.error(name, "is repeated")
        return groups[0] if groups else Fields(f"{self.path}/{name}", {})

    def words(self, name: str) -> tuple[str, ...]:
        """Returns plain values that may be repeated."""
        nodes = self._nodes.get(name, [])
        words = tuple(node.strip() for node in nodes if isinstance(node, str))
        if len(words) != len(nodes):
            raise self.error(name, "is not a list of plain values")
        return words

    def has(self, name: str) -> bool:
        """Whether an element of this name is there, empty or not."""
        return name in self._nodes

    def error(self, name: str, what: str) -> MalformedPushError:
        """Returns an error about one field, without its value."""
        return MalformedPushError(f"{self.path}/{name} {what}")


def read_document(
    body: bytes, *, max_bytes: int = MAX_BODY_BYTES
) -> tuple[Fields, bool]:
    """Reads a body; returns its fields and whether it is JSON.

    Raises:
        MalformedPushError: It is too long, not UTF-8, neither XML nor JSON, or unsafe.
    """
    if len(body) > max_bytes:
        raise MalformedPushError(
            f"body: {len(body)} bytes, at most {max_bytes} allowed"
        )
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as err:
        raise MalformedPushError(f"body: not UTF-8 at byte {err.start}") from None
    if text.startswith("{"):
        return _from_json(text), True
    return _from_xml(text), False


def _from_xml(text: str) -> Fields:
    try:
        root = fromstring(legal(text), forbid_dtd=True)
    except ParseError as err:
        line, column = err.position
        where = f"line {line}, column {column}"
        raise MalformedPushError(f"body: not well-formed XML at {where}") from None
    except DefusedXmlException as err:
        raise MalformedPushError(f"body: unsafe XML: {type(err).__name__}") from None
    except (ValueError, LookupError):
        raise MalformedPushError("body: not XML") from None
    if root.tag != "xml":
        raise MalformedPushError("body: the root element is not xml")
    return _element("xml", list(root), 1)


def _element(path: str, children: Sequence[Element], depth: int) -> Fields:
    if depth > MAX_DEPTH:
        raise MalformedPushError(f"{path[:60]}: nested deeper than {MAX_DEPTH}")
    nodes: dict[str, list[Node]] = {}
    for child in children:
        grandchildren = list(child)
        node: Node = child.text or ""
        if grandchildren:
            node = _element(f"{path}/{child.tag}", grandchildren, depth + 1)
        nodes.setdefault(child.tag, []).append(node)
    return Fields(path, nodes)


def _from_json(text: str) -> Fields:
    try:
        document = json.loads(
            text, object_pairs_hook=_Pairs, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as err:
        at = f" at character {err.pos}" if isinstance(err, json.JSONDecodeError) else ""
        raise MalformedPushError(f"body: not JSON{at}") from None
    return _object("json", document, 1)


class _Pairs(list[tuple[str, Any]]):
    """Members of a JSON object as written, so that repeated names are seen."""


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _object(path: str, pairs: "_Pairs", depth: int) -> Fields:
    if depth > MAX_DEPTH:
        raise MalformedPushError(f"{path[:60]}: nested deeper than {MAX_DEPTH}")
    nodes: dict[str, list[Node]] = {}
    for name, value in pairs:
        below = f"{path}/{legal(name)[:40]}"
        values = value if _is_array(value) else [value]
        found = [_value(below, each, depth) for each in values if each is not None]
        if found:
            nodes.setdefault(name, []).extend(found)
    return Fields(path, nodes)


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, _Pairs)


def _value(path: str, value: Any, depth: int) -> Node:
    if isinstance(value, _Pairs):
        return _object(path, value, depth + 1)
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return format(value, "f") if isinstance(value, float) else str(value)
