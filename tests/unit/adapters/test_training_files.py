"""Training files change only where an example comes or goes."""

from adapters.settings import ROOT
from adapters.training_files import (
    Change,
    TrainingExample,
    path_of,
    read_file,
    read_folder,
    rewrite,
)

FILE = """version: "3.1"

nlu:
  - intent: service/age
    metadata: {voice: elder, facets: [materials]}
    examples: |
      - 俺娘要带啥
      - 带户口本不
  - intent: service/age
    metadata: {voice: resident}
    examples: |
      - 津贴咋领
"""


def example(text: str, **marks: object) -> TrainingExample:
    return TrainingExample(text, "service/age", "resident", **marks)  # type: ignore[arg-type]


def lines_changed(old: str, new: str) -> set[str]:
    return set(old.splitlines()) ^ set(new.splitlines())


def test_an_example_joins_the_block_of_its_marks():
    new = rewrite(FILE, "service/age", Change((example("津贴多少钱"),)))
    assert lines_changed(FILE, new) == {"      - 津贴多少钱"}


def test_other_marks_make_a_new_block_at_the_end(tmp_path):
    marked = example("津贴多少钱", facets=("amount",), emergency=None)
    new = rewrite(FILE, "service/age", Change((marked,)))
    assert new.startswith(FILE)
    assert "    metadata: {voice: resident, facets: [amount]}" in new
    (tmp_path / "age.yml").write_text(new, encoding="utf-8")
    assert read_file(tmp_path / "age.yml")[-1] == marked


def test_an_example_is_written_once_and_the_order_does_not_matter():
    a, b = example("一"), example("二")
    once = rewrite(FILE, "service/age", Change((a, b)))
    assert rewrite(once, "service/age", Change((b, a))) == once
    assert rewrite(FILE, "service/age", Change((b, a))) == once


def test_only_what_the_loop_wrote_is_taken_out():
    gone = rewrite(FILE, "service/age", Change(removed=("津贴咋领", "俺娘要带啥")))
    assert "津贴咋领" not in gone
    assert "voice: resident" not in gone
    assert "俺娘要带啥" in gone


def test_a_file_is_made_for_a_new_label(tmp_path):
    new = rewrite("", "service/canteen", Change((example("食堂在哪"),)))
    (tmp_path / "canteen.yml").write_text(new, encoding="utf-8")
    (found,) = read_file(tmp_path / "canteen.yml")
    assert found.text == "食堂在哪"


def test_each_label_of_this_checkout_has_the_file_of_its_name():
    folder = ROOT / "data" / "nlu"
    for label in {e.label for e in read_folder(folder)}:
        assert (folder / path_of(label)).is_file(), label


def test_nothing_to_do_changes_nothing_in_this_checkout():
    for path in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        assert rewrite(text, "x", Change()) == text, path
