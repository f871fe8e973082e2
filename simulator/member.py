"""A member of the company with the app open in WeCom."""

from typing import Any

from simulator.corp import Corporation, chat_of
from simulator.courier import Attempt
from simulator.pushes import Push, PushBuilder
from simulator.record import Bubble, Side
from simulator.refusals import SimulatorError


class Member:
    """What one worker does and sees; each method waits for the webhook's answer."""

    def __init__(self, corp: Corporation, userid: str) -> None:
        """Takes a member of the company.

        Raises:
            SimulatorError: There is none of that id.
        """
        if corp.member(userid) is None:
            raise SimulatorError(f"{userid} is no member")
        self._corp = corp
        self.userid = userid
        self._builder = PushBuilder(corp.options.corp_id)

    @property
    def chat(self) -> list[Bubble]:
        """All bubbles in order."""
        return self._corp.record.chat(chat_of(self.userid))

    async def click(
        self,
        seq: int,
        key: str,
        selected: dict[str, list[str]] | None = None,
    ) -> Attempt:
        """Taps a button of a card; twice is possible, as on phones.

        Raises:
            SimulatorError: The member has no such card or button.
        """
        bubble = next(
            (b for b in self._corp.record.chat(chat_of(self.userid)) if b.seq == seq),
            None,
        )
        card = bubble.data.get("card") if bubble else None
        if bubble is None or card is None:
            raise SimulatorError(f"{self.userid} has no card {seq}")
        buttons = [b for b in card.get("button_list", []) if b.get("type", 0) == 0]
        if key not in [button.get("key") for button in buttons]:
            raise SimulatorError(f"the card has no button {key!r} any more")
        fields: dict[str, Any] = {
            "EventKey": key,
            "TaskId": card.get("task_id", ""),
            "CardType": card["card_type"],
            "ResponseCode": self._corp.new_code(bubble.data["card_id"]),
            "AgentID": self._corp.options.agent_id,
        }
        if selected:
            fields["SelectedItems"] = {"SelectedItem": _selected(selected)}
        push = self._builder.event(
            self.userid, "template_card_event", self._corp.clock.now(), **fields
        )
        attempt = await self._corp.push(self.userid, push)
        if attempt.reply is not None and "button" in attempt.reply.data:
            self._corp.update(bubble, attempt.reply.data)
        return attempt

    async def say(self, text: str) -> Attempt:
        """Writes to the app."""
        push = self._builder.message(
            self.userid,
            "text",
            self._corp.clock.now(),
            Content=text,
            AgentID=self._corp.options.agent_id,
        )
        self._corp.record.show(
            chat_of(self.userid),
            Side.PERSON,
            "text",
            text,
            self._corp.clock.now(),
            msg_id=push.msg_id,
        )
        return await self._answered(push)

    async def enter(self) -> Attempt:
        """Opens the app's chat."""
        push = self._builder.event(
            self.userid,
            "enter_agent",
            self._corp.clock.now(),
            EventKey="",
            AgentID=self._corp.options.agent_id,
        )
        return await self._answered(push)

    async def _answered(self, push: Push) -> Attempt:
        attempt = await self._corp.push(self.userid, push)
        if attempt.reply is not None and attempt.reply.kind == "text":
            self._corp.show(self.userid, "text", attempt.reply.text, via="passive")
        return attempt


def _selected(selected: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [
        {"QuestionKey": question, "OptionIds": {"OptionId": options}}
        for question, options in selected.items()
    ]
