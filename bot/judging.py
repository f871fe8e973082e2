"""`python -m bot judge` and `explain`: a model's opinion as JSON lines, for programs.

Both read one JSON object a line on stdin and write one a line on stdout; the first
line written says that the model is loaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

from bot.nlu.features import Document, blocks, ngrams
from bot.nlu.linear import LinearModel
from bot.nlu.words import WORDS_FILE, new_jieba

FAMILIES = ("字", "词", "音", "近音")
"""Names of the feature families, in the order of `features.blocks`."""
SHOWN = 8
Answer = Callable[[Dict[str, Any]], Dict[str, Any]]


def judge_lines(path: Path) -> int:
    """Answers `{"text"}` with ranking, decision, facets and emergency."""
    with contextlib.redirect_stdout(sys.stderr):
        from rasa.core.channels.channel import UserMessage

        from adapters.logs import configure_logs
        from bot.model import load_agent, model_archive

        configure_logs("judge", "WARNING")
        agent = load_agent(path, with_actions=False)
        model = model_archive(path).parent.name
    loop = asyncio.new_event_loop()

    def judge(asked: Dict[str, Any]) -> Dict[str, Any]:
        text = str(asked["text"])
        safe = "／" + text[1:] if text.startswith("/") else text
        # Of the processor, so that a busy machine makes no model look slow.
        started = time.process_time()
        with contextlib.redirect_stdout(sys.stderr):
            parsed = loop.run_until_complete(
                agent.processor.parse_message(UserMessage(text=safe or " "))
            )
        return {
            "ranking": [
                [entry["label"], round(entry["confidence"], 6)]
                for entry in parsed["label_ranking"]
            ],
            "decision": parsed.get("decision", "answer"),
            "candidates": parsed.get("candidates") or [],
            "facets": parsed.get("facets") or [],
            "emergency": parsed.get("emergency"),
            "ms": round((time.process_time() - started) * 1e3, 3),
        }

    return _answer_lines(model, judge)


def explain_lines(path: Path) -> int:
    """Answers `{"text", "labels"}` with the n-grams that counted; without Rasa."""
    from adapters.model_archives import find_model
    from adapters.settings import Settings

    registry, model = find_model(path, Settings.from_env().learning)
    explainer = Explainer.from_archive(registry.verified_archive(model))
    return _answer_lines(
        model,
        lambda asked: explainer.explain(str(asked["text"]), asked.get("labels") or ()),
    )


class Explainer:
    """Says which parts of a message spoke for a label."""

    def __init__(self, model: LinearModel, words: Sequence[str]) -> None:
        """Takes the linear model and the tokenizer's words."""
        self._model = model
        self._cut = new_jieba(list(words)).lcut

    @classmethod
    def from_archive(cls, archive: Path) -> Explainer:
        """Reads only the plain files of a model archive; no pickle is touched."""
        wanted = ("linear.npz", "linear.json", WORDS_FILE)
        with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as tar:
            for member in tar:
                name = Path(member.name).name
                if name in wanted and member.isfile():
                    source = tar.extractfile(member)
                    assert source is not None
                    (Path(folder) / name).write_bytes(source.read())
            words = (Path(folder) / WORDS_FILE).read_text(encoding="utf-8")
            return cls(LinearModel.load(Path(folder)), words.split("\n"))

    def explain(self, text: str, labels: Sequence[str] = ()) -> Dict[str, Any]:
        """Returns for each label the n-grams with the strongest say.

        Args:
            text: The message.
            labels: Which labels; the two best by default.
        """
        model, words = self._model, self._cut(text)
        document, grams = blocks(text, words), ngrams(text, words)
        confidences = model.confidences(document)
        order = confidences.argsort()[::-1]
        names = list(labels) or [model.labels[position] for position in order[:2]]
        return {
            "ranking": [
                [model.labels[p], round(float(confidences[p]), 4)] for p in order[:5]
            ],
            "reasons": {
                name: self._reasons(document, grams, model.labels.index(name))
                for name in names
                if name in model.labels
            },
        }

    def _reasons(
        self, document: Document, grams: List[List[Tuple[str, ...]]], label: int
    ) -> List[List[Any]]:
        vectorizer = self._model.vectorizer
        columns, values = vectorizer.row(document)
        weights = self._model.weights[columns, label].astype("float32")
        says = dict(zip(columns.tolist(), (values * weights).tolist(), strict=True))
        total: Dict[int, List[Any]] = {}
        for family, keys, named in zip(FAMILIES, document, grams, strict=True):
            found, is_known = vectorizer.columns(keys)
            for gram, column, known in zip(named, found, is_known, strict=True):
                if known:
                    shown = ("" if family == "字" else " ").join(gram)
                    total[column] = [family, shown, says[column]]
        strongest = sorted(total.values(), key=lambda reason: -abs(reason[2]))[:SHOWN]
        return [[family, gram, round(say, 4)] for family, gram, say in strongest]


def _answer_lines(model: str, answer: Answer) -> int:
    _write({"ready": True, "model": model})
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            _write(answer(asked))
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            _write({"error": repr(err)})
    return 0


def _write(doc: Dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(doc, ensure_ascii=False) + "\n")
    sys.stdout.flush()
