"""The browser chat on bad networks: nothing is lost, nothing is shown twice."""

import json

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenChat, RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MESSAGES = "**/api/chat/messages"
QUESTION = "低保要带什么材料"
OTHER_QUESTION = "老年证怎么办"
PROBLEM = {"type": "too_fast", "detail": "您发得太快了，我一句一句来，请稍等。"}


def client_id(route: Route) -> str:
    return str(json.loads(route.request.post_data or "{}")["client_id"])


def test_offline_time_loses_and_doubles_nothing(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    chat.page.context.set_offline(True)
    chat.ask(OTHER_QUESTION)
    expect(chat.page.get_by_text("网络不通")).to_be_visible()
    expect(chat.page.get_by_text("正在重新连接…")).to_be_visible()
    chat.page.context.set_offline(False)
    chat.expect_counts(2, 2)
    expect(chat.page.get_by_text("正在重新连接…")).to_have_count(0)
    chat.page.reload()
    chat.expect_counts(2, 2)
    expect(chat.questions.last).to_contain_text(OTHER_QUESTION)


def test_answer_given_while_offline_is_shown_once(
    open_chat: OpenChat, running_system: RunningSystem
) -> None:
    chat = open_chat()
    with running_system.worker_asleep():
        chat.ask(QUESTION)
        expect(chat.page.get_by_text("正在想…")).to_be_visible()
        chat.page.context.set_offline(True)
    expect(chat.page.get_by_text("正在重新连接…")).to_be_visible()
    chat.page.context.set_offline(False)
    chat.expect_counts(1, 1)
    chat.page.reload()
    chat.expect_counts(1, 1)


def test_message_written_offline_survives_closing_the_page(open_chat: OpenChat) -> None:
    chat = open_chat()
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    context = chat.page.context
    context.set_offline(True)
    chat.ask(QUESTION)
    expect(chat.page.get_by_text("网络不通")).to_be_visible()
    chat.page.close()
    context.set_offline(False)
    later = open_chat(context)
    later.expect_counts(1, 1)


def test_refused_message_says_why_and_can_be_sent_again(open_chat: OpenChat) -> None:
    chat = open_chat()
    ids: list[str] = []

    def refuse(route: Route) -> None:
        ids.append(client_id(route))
        route.fulfill(
            status=429,
            content_type="application/problem+json",
            body=json.dumps(PROBLEM),
        )

    def accept(route: Route) -> None:
        ids.append(client_id(route))
        route.continue_()

    chat.page.route(MESSAGES, refuse)
    chat.ask(QUESTION)
    expect(chat.page.get_by_text(PROBLEM["detail"])).to_be_visible()
    assert chat.violations() == []
    chat.page.unroute(MESSAGES)
    chat.page.route(MESSAGES, accept)
    chat.page.get_by_role("button", name="重新发送").click()
    chat.expect_counts(1, 1)
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_unwanted_failed_message_goes_away(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.route(
        MESSAGES,
        lambda route: route.fulfill(
            status=429,
            content_type="application/problem+json",
            body=json.dumps(PROBLEM),
        ),
    )
    chat.ask(QUESTION)
    chat.page.get_by_role("button", name="不发了").click()
    chat.expect_counts(0, 0)
    chat.page.reload()
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    chat.expect_counts(0, 0)


@pytest.mark.parametrize("failure", ["no answer", "503"])
def test_passing_failure_is_retried_without_a_tap(
    open_chat: OpenChat, failure: str
) -> None:
    chat = open_chat()
    ids: list[str] = []

    def fail_once(route: Route) -> None:
        ids.append(client_id(route))
        if len(ids) > 1:
            route.continue_()
        elif failure == "503":
            route.fulfill(status=503, body="")
        else:
            route.abort()

    chat.page.route(MESSAGES, fail_once)
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_lost_acknowledgement_doubles_nothing(open_chat: OpenChat) -> None:
    chat = open_chat()
    ids: list[str] = []

    def lose_first_answer(route: Route) -> None:
        ids.append(client_id(route))
        if len(ids) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    chat.page.route(MESSAGES, lose_first_answer)
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    chat.page.reload()
    chat.expect_counts(1, 1)
    assert len(set(ids)) == 1


def test_lost_session_is_replaced_without_a_word(open_chat: OpenChat) -> None:
    chat = open_chat()
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    chat.page.context.clear_cookies()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    expect(chat.page.get_by_text("重新发送")).to_have_count(0)


def test_messages_sent_in_a_row_stay_in_order(open_chat: OpenChat) -> None:
    chat = open_chat()
    texts = [QUESTION, OTHER_QUESTION, "谢谢"]
    for text in texts:
        chat.ask(text)
    chat.expect_counts(3, 3)
    for position, text in enumerate(texts):
        expect(chat.questions.nth(position)).to_contain_text(text)
