"""From a topic of the radar to a draft of the catalogue, in one step.

A draft says nothing that nobody has checked: every facet sends the resident to the
counter, no number stands in it, and `make validate` accepts it.
"""

import json
import re
from collections.abc import Iterable

from community.catalog.facets import Facet
from community.errors import ConfigurationError
from community.learning.radar import Topic

_ID = re.compile(r"[a-z][a-z0-9_]*")
ASK = "这一条还没有核实，先问社区或办事窗口，以窗口说的为准。"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"


def _checked(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise ConfigurationError(
            f"id {identifier!r}: expected small letters, digits and underscores"
        )
    return identifier


def service_draft(
    topic: Topic, identifier: str, *, category: str, department: str
) -> str:
    """Returns the text of `catalog/services/<id>.yml` for a topic.

    Raises:
        ConfigurationError: The id is not snake_case.
    """
    lines = [
        "# yaml-language-server: $schema=../schema/service.json",
        f"id: {_quoted(_checked(identifier))}",
        f"name: {_quoted(topic.name)}",
        f"short_name: {_quoted(topic.name[:12])}",
        f"category: {_quoted(category)}",
        f"department: {_quoted(department)}",
        'modes: ["consult"]',
        f"aliases: {_list([topic.name])}",
        f"scope: {_quoted(f'居民问{topic.name}的事。')}",
        "sub_items: []",
        "not_here: []",
        "local_variables: {}",
        "sources: {}",
        "overview:",
        f"  text: {_quoted(ASK)}",
        '  confidence: "unknown"',
        "facets:",
    ]
    for facet in Facet:
        lines += [f"  {facet.value}:", f"    text: {_quoted(ASK)}"]
        lines.append('    confidence: "unknown"')
    lines += ["# 居民是这样问的：", *(f"#   {text}" for text in topic.examples)]
    return "\n".join(lines) + "\n"


def referral_draft(topic: Topic, identifier: str, *, hotline: str | None) -> str:
    """Returns the entry for `catalog/referrals.yml` that sends a topic elsewhere.

    Raises:
        ConfigurationError: The id is not snake_case.
    """
    where = f"打{{hotline.{hotline}}}问问" if hotline else "问问社区"
    text = f"{topic.name}的事不归我这里管，您{where}。"
    return "\n".join(
        [
            f"  - id: {_quoted(_checked(identifier))}",
            f"    name: {_quoted(topic.name)}",
            f"    keywords: {_list([topic.name])}",
            f"    text: {_quoted(text)}",
            f"    hotline: {_quoted(hotline) if hotline else 'null'}",
            "",
        ]
    )
