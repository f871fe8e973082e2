"""Composes answers from the catalogue; the words residents read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.local import LocalFacts
from community.catalog.model import (
    Catalog,
    Confidence,
    Matter,
    Service,
    Statement,
)
from community.catalog.render import hotline_number, render
from community.catalog.situations import Situation
from community.dialogue.circumstances import overview_for, statement_for
from community.emergencies.cases import case_of
from community.emergencies.consequences import CASES_OF_ILL
from community.payloads import (
    ask_payload,
    item_payload,
    talk_payload,
    visit_payload,
)
from community.replies import Choice, Choices, Emergency, ItemList, Part, Text

_QUESTION = re.compile("，|还是|要不要|能不能|是不是")
MAX_FACETS = 3
"""How many asked facets one reply answers."""
MAX_CHOICES = 3
LIST_TITLES = {
    Facet.ELIGIBILITY: "看这几条",
    Facet.MATERIALS: "要带的",
    Facet.PROCESS: "这么办",
}
TOO_LONG = (Facet.MATERIALS, Facet.PROCESS)
"""Aspects of which not even the beginning can be told of several services at once."""
WHAT_IT_IS = (Facet.ELIGIBILITY, Facet.POLICY_BASIS)
"""Aspects of several services for which it is told what each of them is."""
RECALL_NOTE = "一般是这样，具体以窗口说的为准。"
EXPIRED = "这一条的规定可能变了，我不敢乱说，建议直接问社区。"
NOT_OURS = (
    "这件事不在我能答的范围里，我不敢乱说。"
    "可以打{hotline.gov}问一问，会转给管这事的部门。"
)
NO_PROMISE = "够不够条件，要办的部门核过才算，我不能替他们说。"
LEADS = {
    "which": "您问的是哪一个？",
    "again": "记着了。还是这几样里的吗？",
    "others": "跟它挨着的还有这几样，您看哪样对得上？",
}
"""Other leads to choices than that nothing was understood."""
VISIT_TITLE = "请人上门或代办"
PERSON = Choice("找网格员帮忙", talk_payload("handoff"))
NOT_THIS = Choice("不是这个", talk_payload("deny"))
SERVICES = Choice("看看能办什么", talk_payload("identity"))
_JUDGED = re.compile(r"核|审|不能替|说了算|[由问].{0,12}定|评")
"""An eligibility text that already says who decides."""
NEXT_FACETS = (
    Facet.MATERIALS,
    Facet.PROCESS,
    Facet.PLACE,
    Facet.ELIGIBILITY,
    Facet.PROXY_VISIT,
    Facet.TIME_LIMIT,
)
"""What people ask next, most common first."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """A statement with its titles."""

    title: str
    statement: Statement
    list_title: str
    facet: Facet | None = None


def first_sentence(text: str) -> str:
    """Returns a text up to its first full stop."""
    head, stop, _ = text.partition("。")
    return head + stop


class AnswerComposer:
    """Builds reply parts from one catalogue, for one place, on one day."""

    def __init__(self, catalog: Catalog, facts: LocalFacts, today: date) -> None:
        """Keeps what is needed."""
        self.catalog = catalog
        self.facts = facts
        self.today = today

    def service(
        self,
        service: Service,
        facets: Sequence[Facet],
        *,
        known: Mapping[str, str] | None = None,
        brief: bool = False,
    ) -> list[Part]:
        """Answers a question about a service; without facets, in general.

        Args:
            service: What is asked about.
            facets: Aspects asked, most certain first.
            known: Circumstances of the resident, which shorten lists.
            brief: Only what matters most.
        """
        asked = list(dict.fromkeys(facets))[:MAX_FACETS]
        parts: list[Part] = []
        if not asked:
            overview = service.overview if brief else overview_for(service, known or {})
            answer = _Answer(service.short_name, overview, "您说的这一样")
            parts += self._statement(answer, brief=brief)
        for facet in asked:
            title = FACET_TITLES[facet]
            if facet is asked[0]:
                title = f"{service.short_name}，{title}"
            statement = statement_for(service, facet, known or {})
            answer = _Answer(title, statement, LIST_TITLES.get(facet, "有这些"), facet)
            parts += self._statement(answer, brief=brief)
        recalled = [service.facets[f] for f in asked if f is not Facet.ELIGIBILITY]
        if not brief and any(s.confidence is Confidence.RECALL for s in recalled):
            parts.append(Text(RECALL_NOTE))
        return parts

    def next_steps(self, service: Service, asked: Iterable[Facet]) -> Choices:
        """Offers at most three things to tap next; a person is always among them."""
        done = set(asked)
        choices = [
            Choice(FACET_TITLES[facet], ask_payload(service.key, facet))
            for facet in NEXT_FACETS
            if facet not in done
        ]
        if Facet.PROXY_VISIT in done:
            visit = Choice(VISIT_TITLE, visit_payload(service.key))
            choices.insert(0, visit)
        return Choices("还想问：", (*choices[: MAX_CHOICES - 1], PERSON))

    def _statement(self, answer: "_Answer", *, brief: bool) -> list[Part]:
        """The answer first, then the list, then what remains to be said."""
        statement = answer.statement
        if statement.is_expired(self.today):
            return [Text(f"【{answer.title}】{EXPIRED}")]
        text = self.fill(statement.text)
        if brief:
            text = first_sentence(text)
        lead = f"【{answer.title}】{text}"
        notes = [] if brief else self._notes(answer)
        if not statement.items:
            return [Text("\n".join([lead, *notes]))]
        items = tuple(self.fill(item) for item in statement.items)
        parts: list[Part] = [] if brief else [Text(lead)]
        parts.append(ItemList(answer.title if brief else answer.list_title, items))
        return [*parts, Text("\n".join(notes))] if notes else parts

    def _notes(self, answer: "_Answer") -> list[str]:
        statement = answer.statement
        notes = self._local_lines(statement)
        if answer.facet is Facet.POLICY_BASIS and statement.source is not None:
            ref = f"（{statement.source.ref}）" if statement.source.ref else ""
            notes.append(f"依据：《{statement.source.title}》{ref}")
        if answer.facet is Facet.ELIGIBILITY and not _JUDGED.search(statement.text):
            notes.append(NO_PROMISE)
        return notes

    def _local_lines(self, statement: Statement) -> list[str]:
        known, missing = [], []
        for key in statement.local:
            value = self.facts.get(key)
            if value is None:
                missing.append(self.facts.label(key))
            else:
                known.append(f"{self.facts.label(key)}：{value}")
        if missing:
            names = "、".join(map(_quoted, missing[:2]))
            rest = "等" if len(missing) > 2 else ""
            known.append(f"{names}{rest}我这里还没有登记，问社区最准。")
        return known

    def current(self, service: Service) -> Service:
        """Returns a service without the statements that may no longer be served."""
        facets = {
            facet: Statement("") if said.is_expired(self.today) else said
            for facet, said in service.facets.items()
        }
        return replace(service, facets=facets)

    def fill(self, text: str) -> str:
        """Fills hotline numbers into a text."""
        return render(text, self.catalog, self.facts)

    def comparison(self, one: Service, other: Service) -> list[Part]:
        """Tells two services apart with their boundary rules."""
        rules = [
            self.fill(rule.rule).replace("这里", here.short_name)
            for here, there in ((one, other), (other, one))
            for rule in here.not_here
            if rule.to == there.key
        ]
        names = f"【{one.short_name}和{other.short_name}】"
        if rules:
            lines = [f"{names}{rules[0]}", *rules[1:2]]
        else:
            lines = [names] + [
                f"{service.short_name}：{first_sentence(self.fill(service.overview.text))}"
                for service in (one, other)
            ]
        choices = tuple(
            Choice(f"问{service.short_name}", item_payload(service.key))
            for service in (one, other)
        )
        return [Text("\n".join(lines)), Choices("您想接着问哪个？", (*choices, PERSON))]

    def clarification(
        self, keys: Sequence[str], facets: Sequence[Facet] = (), kind: str | None = None
    ) -> list[Part]:
        """Asks which of at most three items is meant; the asked facets are kept.

        Args:
            keys: Items, best first.
            facets: What was asked about the unclear item.
            kind: A key of `LEADS`: ambiguous words, or choices offered already.
        """
        choices = self._choices_of(keys, facets)
        if len(choices) == 1:
            name = self.catalog.item_name(keys[0])
            is_matter = keys[0].startswith("matter/")
            title = "是，要反映" if is_matter else "是的"
            prompt = (
                f"您是要反映“{name}”的问题，让人来看看吗？"
                if is_matter
                else f"我没太听准，您是想问“{name}”吗？"
            )
            yes = Choice(title, choices[0].payload)
            return [Choices(prompt, (yes, NOT_THIS, PERSON))]
        lead = LEADS.get(kind or "", "我没太听准，您说的是哪件事？")
        none = "转人工" if kind == "again" else "都不是"
        return [Choices(f"{lead}点一下或回数字；都不是就说“{none}”。", choices)]

    def situation(
        self, told: Situation, facets: Sequence[Facet], *, is_known: bool
    ) -> list[Part]:
        """Offers what helps in a situation, with a kind word the first time.

        Args:
            told: What happened.
            facets: What was asked beside it.
            is_known: The same choices are on the table already.
        """
        lead = self.fill(told.kind_word + told.say)
        if is_known:
            lead = "嗯，我听着，您接着说。要办的还是这几样，点一下我就细说："
        return [Choices(lead, self._choices_of(told.items, facets))]

    def choices_in_words(
        self, keys: Sequence[str], facets: Sequence[Facet]
    ) -> list[Part]:
        """Says of every choice on the table what it is, or the first aspect asked."""
        choices = self._choices_of(keys, facets)
        facet = facets[0] if facets and facets[0] not in WHAT_IT_IS else None
        title = FACET_TITLES[facet] if facet else "能帮上的有这些"
        if facet in TOO_LONG:
            return [Choices(f"“{title}”各样不一样，先看哪一样？", choices)]
        known = (self.catalog.services.get(key.split("/")[1]) for key in keys)
        lines = tuple(self._in_a_line(service, facet) for service in known if service)
        return [ItemList(title, lines), Choices("先看哪一样？", choices)]

    def _in_a_line(self, service: Service, facet: Facet | None) -> str:
        said = service.facets[facet] if facet else service.overview
        return f"{service.short_name}：{first_sentence(self.fill(said.text))}"

    def _choices_of(
        self, keys: Sequence[str], facets: Sequence[Facet]
    ) -> tuple[Choice, ...]:
        return tuple(
            Choice(self.choice_title(key), item_payload(key, facets))
            for key in keys[:MAX_CHOICES]
        )

    def choice_title(self, key: str) -> str:
        """Returns what an item is called among choices."""
        name = self.catalog.item_name(key)
        return f"反映：{name}" if key.startswith("matter/") else name

    def matter_advice(self, matter: Matter) -> str:
        """Returns what the resident can do until somebody comes."""
        if matter.advice.is_expired(self.today):
            return ""
        return self.fill(matter.advice.text)

    def emergency(self, rule_id: str, text: str = "") -> Emergency:
        """Returns the first part of an answer to an emergency: numbers, then words."""
        words = self.catalog.emergencies[rule_id].words(case_of(rule_id, text))
        return self._emergency(rule_id, words.call, words.say)

    def steps_for_ill(self, alarm: str | None) -> str:
        """Returns first aid for who has come to harm in a danger that is known."""
        case = CASES_OF_ILL.get(alarm or "")
        return self.catalog.emergencies["medical"].words(case).meanwhile

    def matter_emergency(self, matter: Matter) -> Emergency | None:
        """Returns the matter's own emergency words, if it has any."""
        if matter.emergency is None:
            return None
        return self._emergency(
            f"matter/{matter.id}", matter.emergency.call, matter.emergency.say
        )

    def _emergency(self, rule: str, call: Iterable[str], say: str) -> Emergency:
        numbers = []
        names = []
        for hotline_id in call:
            hotline = self.catalog.hotlines[hotline_id]
            number = hotline_number(hotline, self.facts)
            if number is not None:
                numbers.append(number)
                names.append(f"{number}（{hotline.name}）")
        lead = f"请现在就打 {'、'.join(names)}。"
        return Emergency(rule, tuple(numbers), f"{lead}{say}")

    def services_by_category(self) -> list[Part]:
        """Lists what can be asked, by category."""
        lines = []
        for category in self.catalog.service_categories:
            names = [
                service.short_name
                for service in self.catalog.services.values()
                if service.category == category.id
            ]
            if names:
                lines.append(f"{category.name}：{'、'.join(names)}")
        return [
            Text("这些事您都可以问我，直接说您的情况就行，不用记名字。"),
            ItemList("能问的事", tuple(lines)),
        ]

    def others_affairs(self) -> list[Part]:
        """Refuses what is somebody else's."""
        texts = [r.text for r in self.catalog.referrals if r.id == "privacy"]
        return [Text(self.fill(text)) for text in texts]

    def out_of_scope(self, text: str, *, is_government: bool) -> list[Part]:
        """Says honestly that the topic is not ours, and whose it is if known."""
        for referral in self.catalog.referrals:
            if any(word in text for word in referral.keywords):
                parts: list[Part] = [Text(self.fill(referral.text))]
                break
        else:
            if is_government:
                parts = [Text(self.fill(NOT_OURS))]
            else:
                parts = [Text("这个我不在行。我能答社区办事，也能帮您反映身边的问题。")]
        return [*parts, Choices("需要的话：", (SERVICES, PERSON))]


def _quoted(label: str) -> str:
    """Sets a label that is a question in quotation marks, so that it reads as one."""
    return f"“{label}”" if _QUESTION.search(label) else label
