"""A resident's everyday conversation in the browser, with the real system behind it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chat_page import ChatPage
from tests.browser.conftest import DESKTOP, OpenChat, RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

QUESTION = "低保要带什么材料"
EMERGENCY = "家里一股煤气味"
THUMB_PX = 48


def test_question_is_answered_and_choices_can_be_tapped(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    expect(chat.answers.last.locator("strong").first).to_contain_text("低保")
    choice = chat.choices.first
    expect(choice).to_contain_text("1.")
    choice.click()
    chat.expect_counts(2, 2)
    old_choices = chat.answers.first.get_by_role("button")
    expect(old_choices.first).to_be_disabled()
    expect(chat.choices.first).to_be_enabled()


def test_first_visit_offers_examples_that_are_answered(open_chat: OpenChat) -> None:
    chat = open_chat()
    examples = chat.page.get_by_role("group", name="可以这样问").get_by_role("button")
    expect(examples).to_have_count(3)
    examples.first.click()
    chat.expect_counts(1, 1)
    expect(examples).to_have_count(0)


def test_reload_shows_earlier_conversation_once(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    answer = chat.answers.first.inner_text()
    chat.page.reload()
    chat.expect_counts(1, 1)
    expect(chat.log).not_to_have_attribute("aria-busy", "true")
    chat.expect_counts(1, 1)
    assert chat.answers.first.inner_text() == answer
    expect(chat.choices.first).to_be_enabled()


def test_grid_worker_button_is_a_message(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.get_by_role("button", name="找网格员").click()
    chat.expect_counts(1, 1)
    expect(chat.questions.first).to_contain_text("找网格员")
    expect(chat.answers.first).to_contain_text("网格员")


def test_emergency_comes_first_with_numbers_to_tap(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(EMERGENCY)
    chat.expect_counts(1, 1)
    first_part = chat.answers.first.locator("> *:not(.visually-hidden)").first
    expect(first_part).to_have_attribute("aria-label", "紧急情况，请先看这里")
    call = first_part.get_by_role("link", name="拨打 119").last
    expect(call).to_have_attribute("href", "tel:119")
    expect(call).to_be_in_viewport(ratio=1)
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= THUMB_PX


def test_silent_worker_does_not_delay_an_emergency(
    open_chat: OpenChat, running_system: RunningSystem
) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    with running_system.worker_asleep():
        chat.ask(EMERGENCY)
        chat.expect_counts(2, 2)
        expect(
            chat.answers.last.get_by_role("link", name="拨打 119").last
        ).to_be_visible()
        chat.page.reload()
        chat.expect_counts(2, 2)
        expect(chat.page.get_by_text("正在想…")).to_be_visible()
    expect(chat.page.get_by_text("正在想…")).to_have_count(0, timeout=60_000)
    chat.expect_counts(2, 2)


def test_deleting_the_conversation_empties_the_chat(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    dialog = chat.open_menu()
    dialog.get_by_role("button", name="删除我的对话").click()
    dialog.get_by_role("button", name="不删，留着").click()
    chat.expect_counts(1, 1)
    dialog = chat.open_menu()
    dialog.get_by_role("button", name="删除我的对话").click()
    dialog.get_by_role("button", name="删除", exact=True).click()
    expect(chat.page.get_by_text("您的对话已经删除。")).to_be_visible()
    chat.expect_counts(0, 0)
    chat.page.reload()
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    chat.expect_counts(0, 0)
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)


def test_text_size_is_remembered(open_chat: OpenChat) -> None:
    chat = open_chat()
    before = chat.text_size_px()
    assert before >= 18
    dialog = chat.open_menu()
    dialog.get_by_role("button", name="字大一点").click()
    assert chat.text_size_px() > before
    dialog.get_by_role("button", name="关闭").click()
    expect(dialog).to_be_hidden()
    chosen = chat.text_size_px()
    chat.page.reload()
    expect(chat.field).to_be_visible()
    assert chat.text_size_px() == chosen


def test_conversation_with_the_keyboard_alone(open_chat: OpenChat) -> None:
    chat = open_chat()
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    press_until_focused(chat.page, "Tab", "#message")
    chat.page.keyboard.type(QUESTION)
    press_until_focused(chat.page, "Tab", "button[type=submit]")
    chat.page.keyboard.press("Enter")
    chat.expect_counts(1, 1)
    press_until_focused(chat.page, "Shift+Tab", "[data-side=assistant] button")
    chat.page.keyboard.press("Enter")
    chat.expect_counts(2, 2)
    press_until_focused(chat.page, "Tab", "#message")
    chat.page.keyboard.type("1")
    expect(chat.field).to_have_value("1")
    chat.expect_counts(2, 2)


def test_enter_sends_on_a_desk_and_breaks_the_line_on_a_phone(
    open_chat: OpenChat, viewport: dict[str, int]
) -> None:
    chat = open_chat()
    chat.field.click()
    chat.page.keyboard.type("低保")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("要带什么")
    expect(chat.field).to_have_value("低保\n要带什么")
    chat.page.keyboard.press("Enter")
    n_sent = 1 if viewport == DESKTOP else 0
    chat.expect_counts(n_sent, n_sent)


def test_double_tap_asks_once(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.page.get_by_role("button", name="找网格员").dblclick()
    chat.expect_counts(1, 1)
    chat.field.fill(QUESTION)
    chat.send_button.dblclick()
    chat.expect_counts(2, 2)
    expect(chat.page.get_by_text("还没有写字呢")).to_have_count(0)


def test_menu_keeps_the_keyboard_inside_and_gives_it_back(open_chat: OpenChat) -> None:
    chat = open_chat()
    dialog = chat.open_menu()
    expect(dialog.get_by_role("heading")).to_be_focused()
    for _ in range(8):
        chat.page.keyboard.press("Tab")
        outside = chat.page.locator("#app :focus")
        expect(outside).to_have_count(0)
    press_until_focused(chat.page, "Tab", "[role=dialog] button")
    chat.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(chat.page.get_by_role("button", name="菜单")).to_be_focused()


def test_empty_text_is_not_sent_and_long_text_is_counted(open_chat: OpenChat) -> None:
    chat = open_chat()
    chat.ask("   ")
    expect(chat.page.get_by_text("还没有写字呢")).to_be_visible()
    chat.field.fill("长" * 1_900)
    expect(chat.page.get_by_text("1900 / 2000 字")).to_be_visible()
    chat.field.fill("长" * 2_003)
    chat.send_button.click(force=True)
    expect(chat.page.get_by_text("请删掉 3 个字")).to_be_visible()
    chat.expect_counts(0, 0)
    box = chat.field.bounding_box()
    assert box is not None
    assert box["height"] <= 4 * 1.5 * chat.text_size_px() + 1


def test_markup_is_shown_as_it_was_written(open_chat: OpenChat) -> None:
    chat = open_chat()
    markup = "<img src=x onerror=alert(1)><b>低保</b>"
    chat.ask(markup)
    chat.expect_counts(1, 1)
    expect(chat.questions.first).to_contain_text(markup)
    assert chat.console_errors == []


def test_ordinary_conversation_is_silent_and_asks_no_stranger(
    open_chat: OpenChat, running_system: RunningSystem
) -> None:
    chat = open_chat()
    addresses: list[str] = []
    chat.page.on("request", lambda request: addresses.append(request.url))
    chat.page.reload()
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    chat.open_menu()
    assert [a for a in addresses if not a.startswith(running_system.url)] == []
    assert chat.console_errors == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(open_chat: OpenChat, color_scheme: str) -> None:
    chat = open_chat(color_scheme=color_scheme, reduced_motion="reduce")
    expect(chat.page.get_by_text("您好，我是云小路。")).to_be_visible()
    assert violations(chat) == []
    chat.ask(QUESTION)
    chat.expect_counts(1, 1)
    chat.ask(EMERGENCY)
    chat.expect_counts(2, 2)
    assert violations(chat) == []
    dialog = chat.open_menu()
    assert violations(chat) == []
    dialog.get_by_role("button", name="删除我的对话").click()
    assert violations(chat) == []


def violations(chat: ChatPage) -> list[str]:
    return [f"{v['id']}: {v['nodes']}" for v in chat.violations()]


def press_until_focused(page: Page, key: str, selector: str) -> None:
    """Presses a key until the focus is on such an element, as a person would."""
    for _ in range(20):
        page.keyboard.press(key)
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{key} never reaches {selector}")
