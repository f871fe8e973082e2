"""Composes answers from the catalogue; the words residents read."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from community.catalog.facets import FACET_TITLES, Facet
from community.catalog.local import LocalFacts
from community.catalog.model import Catalog, Confidence, Matter, Service, Statement
from community.catalog.render import hotline_number, render
from community.payloads import ask_payload, item_payload, talk_payload
from community.replies import Choice, Choices, Emergency, ItemList, Part, Text

MAX_FACETS = 3
"""How many asked facets one reply answers."""
MAX_CHOICES = 3
_FIRST_SENTENCE = re.compile(r"[。；]")
RECALL_NOTE = "一般是这样，具体以窗口说的为准。"
EXPIRED = "这一条的规定可能变了，我不敢乱说，建议直接问社区。"
PERSON = Choice("找网格员帮忙", talk_payload("handoff"))
NEXT_FACETS = (
    Facet.MATERIALS,
    Facet.PROCESS,
    Facet.PLACE,
    Facet.ELIGIBILITY,
    Facet.PROXY_VISIT,
    Facet.TIME_LIMIT,
)
"""What people ask next, most common first."""


class AnswerComposer:
    """Builds reply parts from one catalogue, for one place, on one day."""

    def __init__(self, catalog: Catalog, facts: LocalFacts, today: date) -> None:
        """Keeps what every answer needs."""
        self.catalog = catalog
        self.facts = facts
        self.today = today

    def service(self, service: Service, facets: Sequence[Facet]) -> list[Part]:
        """Answers a question about a service; without facets, in general."""
        asked = list(dict.fromkeys(facets))[:MAX_FACETS]
        parts: list[Part] = []
        if not asked:
            parts += self._statement(service.overview, title=service.short_name)
        for facet in asked:
            parts += self._facet(service, facet, with_name=facet is asked[0])
        return [*parts, self.next_steps(service, asked)]

    def next_steps(self, service: Service, asked: Iterable[Facet]) -> Choices:
        """Offers at most three things to tap next; a person is always among them."""
        done = set(asked)
        choices = [
            Choice(FACET_TITLES[facet], ask_payload(service.key, facet))
            for facet in NEXT_FACETS
            if facet not in done
        ]
        return Choices("还想问：", (*choices[: MAX_CHOICES - 1], PERSON))

    def _facet(
        self, service: Service, facet: Facet, *, with_name: bool
    ) -> Iterable[Part]:
        statement = service.facets[facet]
        title = FACET_TITLES[facet]
        if with_name:
            title = f"{service.short_name}，{title}"
        return self._statement(
            statement, title=title, with_source=facet is Facet.POLICY_BASIS
        )

    def _statement(
        self, statement: Statement, *, title: str, with_source: bool = False
    ) -> list[Part]:
        if statement.is_expired(self.today):
            return [Text(f"【{title}】{EXPIRED}")]
        lines = [f"【{title}】{self._render(statement.text)}"]
        if with_source and statement.source is not None:
            ref = f"（{statement.source.ref}）" if statement.source.ref else ""
            lines.append(f"依据：《{statement.source.title}》{ref}")
        lines += self._local_lines(statement)
        if statement.confidence is Confidence.RECALL:
            lines.append(RECALL_NOTE)
        parts: list[Part] = [Text("\n".join(lines))]
        if statement.items:
            items = tuple(self._render(item) for item in statement.items)
            parts.append(ItemList(title.split("，")[-1], items))
        return parts

    def _local_lines(self, statement: Statement) -> list[str]:
        known, missing = [], []
        for key in statement.local:
            value = self.facts.get(key)
            if value is None:
                missing.append(self.facts.label(key))
            else:
                known.append(f"{self.facts.label(key)}：{value}")
        if missing:
            names = "、".join(missing[:2]) + ("等" if len(missing) > 2 else "")
            known.append(f"{names}我这里还没有登记，您可以问社区，或让我转给网格员。")
        return known

    def _render(self, text: str) -> str:
        return render(text, self.catalog, self.facts)

    def in_short(self, service: Service, facets: Sequence[Facet]) -> list[Part]:
        """Answers again with the first sentence only."""
        statements = [service.facets[facet] for facet in facets] or [service.overview]
        lines = [
            f"【{service.short_name}】"
            f"{self._render(_FIRST_SENTENCE.split(s.text)[0])}。"
            for s in statements[:MAX_FACETS]
            if not s.is_expired(self.today)
        ]
        text = "\n".join(lines) or EXPIRED
        return [Text(text), self.next_steps(service, facets)]

    def reason(self, key: str | None) -> list[Part]:
        """Says who can tell a reason, and how to appeal; never guesses one."""
        name = f"“{self.catalog.item_name(key)}”" if key else "这件事"
        text = self._render(
            f"{name}为什么没批、停了，要看您家的材料，我查不到，不能瞎猜。"
            "您可以请受理的窗口书面说明理由；不服的，可以申请行政复议，"
            "也可以打{hotline.gov}反映。要不我请网格员陪您问清楚？"
        )
        return [Text(text), Choices("", (PERSON,))]

    def comparison(self, one: Service, other: Service) -> list[Part]:
        """Tells two services apart with their boundary rules."""
        lines = [
            f"【{service.short_name}】{self._render(service.overview.text)}"
            for service in (one, other)
        ]
        rules = [
            f"· {rule.rule}"
            for here, there in ((one, other), (other, one))
            for rule in here.not_here
            if rule.to == there.key
        ]
        if rules:
            lines += ["区分起来：", *rules[:2]]
        choices = tuple(
            Choice(f"问{service.short_name}", item_payload(service.key))
            for service in (one, other)
        )
        return [Text("\n".join(lines)), Choices("您想接着问哪个？", (*choices, PERSON))]

    def clarification(self, keys: Sequence[str]) -> list[Part]:
        """Asks which of at most three items is meant."""
        choices = tuple(
            Choice(
                self._choice_title(key),
                item_payload(key),
            )
            for key in keys[:MAX_CHOICES]
        )
        if len(choices) == 1:
            name = self.catalog.item_name(keys[0])
            ask = (
                f"您是要反映“{name}”哪里坏了、有问题吗？"
                if keys[0].startswith("matter/")
                else f"您是想问“{name}”吗？"
            )
            return [
                Choices(
                    f"{ask}点一下或回数字就行。",
                    (*choices, Choice("不是这个", talk_payload("deny")), PERSON),
                )
            ]
        return [
            Choices(
                "我没太听明白，您说的是哪件事？点一下或回数字就行；"
                "都不是就说“都不是”。",
                choices,
            )
        ]

    def _choice_title(self, key: str) -> str:
        name = self.catalog.item_name(key)
        return f"反映：{name}" if key.startswith("matter/") else name

    def matter_advice(self, matter: Matter) -> str:
        """Returns what the resident can do until somebody comes."""
        if matter.advice.is_expired(self.today):
            return ""
        return self._render(matter.advice.text)

    def emergency(self, rule_id: str) -> Emergency:
        """Returns the first part of an answer to an emergency: numbers, then words."""
        rule = self.catalog.emergencies[rule_id]
        return self._emergency(rule_id, rule.call, rule.say)

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

    def out_of_scope(self, text: str, *, is_government: bool) -> list[Part]:
        """Says honestly that the topic is not ours, and whose it is if known."""
        for referral in self.catalog.referrals:
            if any(word in text for word in referral.keywords):
                parts: list[Part] = [Text(self._render(referral.text))]
                break
        else:
            if is_government:
                parts = [
                    Text(
                        self._render(
                            "这件事不在我能答的范围里，我不敢乱说。"
                            "可以打{hotline.gov}问一问，会转给管这事的部门。"
                        )
                    )
                ]
            else:
                parts = [Text("这个我不在行。我能答社区办事，也能帮您反映身边的问题。")]
        services = Choice("看看能办什么", talk_payload("identity"))
        return [*parts, Choices("需要的话：", (services, PERSON))]
