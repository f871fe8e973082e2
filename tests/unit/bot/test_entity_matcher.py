"""The anchored matcher finds exactly what one matcher over all patterns finds."""

import pytest
from spacy.matcher import Matcher

from bot.nlu.entities import PATTERNS, shared_pipeline
from bot.nlu.entity_matcher import AnchoredMatcher, anchor_of
from bot.nlu.entity_patterns import shape, tag, text
from bot.nlu.entity_symbols import read_symbols
from community.privacy import private_numbers

MESSAGES = [
    "幸福小区3号楼2单元501室，从前天晚上八点开始漏水，找王师傅没用",
    "我是欧阳小红，住8-2-1203，电话13800000000",
    "东边户一直没人，顶楼西户漏水三个多月了",
    "老张头上个月十五号就说修，到今年过年也没来",
    "",
    "低保",
    "，".join(["三号楼二单元", "李主任", "菜市场门口", "有半年多了", "住五零一"] * 40),
]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_nothing_is_missed_and_nothing_found_twice(message):
    nlp, anchored = shared_pipeline()
    plain = Matcher(nlp.vocab)
    for position, pattern in enumerate(PATTERNS):
        plain.add(str(position), [list(pattern.tokens)])
    symbols = read_symbols(nlp, message, [], private_numbers(message))
    expected = sorted(
        (int(nlp.vocab.strings[key]), start, tuple(alignment))
        for key, start, _, alignment in plain(symbols.doc, with_alignments=True)
    )
    found = [(p, start, tuple(alignment)) for p, start, alignment in anchored(symbols)]
    assert sorted(found) == expected


def test_the_anchor_is_the_rarest_token_that_must_be_there():
    tokens = (tag("NUMBER"), text("号", op="?"), text("室", "房"), tag("TITLE", op="?"))
    assert anchor_of(tokens) == (2, frozenset({("TEXT", "室"), ("TEXT", "房")}))


def test_a_pattern_without_anchor_is_refused():
    nlp, _ = shared_pipeline()
    pattern = PATTERNS[0].__class__("room", (shape("[东西]户"),), (0, 1))
    with pytest.raises(ValueError, match="must be there"):
        AnchoredMatcher(nlp.vocab, [pattern])
