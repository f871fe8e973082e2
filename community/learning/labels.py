"""Labels as operators read and find them: names, and the initials of their sounds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pypinyin import Style, lazy_pinyin

from community.catalog.model import Catalog

TALK_NAMES: Mapping[str, str] = {
    "talk_greet": "打招呼",
    "talk_thanks": "道谢",
    "talk_goodbye": "再见",
    "talk_identity": "问你是谁、能干啥",
    "talk_handoff": "要找人",
    "talk_ticket_status": "问反映的事到哪了",
    "talk_affirm": "说是",
    "talk_deny": "说不是",
    "talk_ask_facet": "接着问一方面",
    "talk_feedback_good": "夸答得好",
    "talk_feedback_bad": "嫌答得不好",
    "talk_cancel": "不要了、撤回",
    "oos_gov": "目录外（公家事）",
    "oos_other": "目录外（别的）",
}
"""Labels that are no items of the catalogue."""


@dataclass(frozen=True, slots=True)
class LabelName:
    """One label with everything it can be found by."""

    label: str
    name: str
    initials: str
    """First letters of the name's sounds, such as `sfz`."""
    words: tuple[str, ...] = ()
    """Other names of the same thing."""


def initials(text: str) -> str:
    """Returns the first letters of a text's sounds, in small letters."""
    sounds = lazy_pinyin(text, style=Style.FIRST_LETTER, errors="default")
    return "".join(c for c in "".join(sounds).lower() if c.isalnum())


def label_names(catalog: Catalog, labels: Collection[str]) -> list[LabelName]:
    """Returns all labels, items of the catalogue first, in order of their names."""
    items = catalog.items
    found = []
    for label in labels:
        item = items.get(label)
        name = item.short_name if item is not None else TALK_NAMES.get(label, label)
        words = item.aliases if item is not None else ()
        found.append(LabelName(label, name, initials(name), words))
    return sorted(found, key=lambda one: (one.label not in items, one.name))


def name_of(catalog: Catalog, label: str) -> str:
    """Returns a label's name; a label that nobody knows stays as it is."""
    if label in catalog.items:
        return catalog.item_name(label)
    return TALK_NAMES.get(label, label)
