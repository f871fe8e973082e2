"""The web chat through a resident's eyes and fingers."""

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from adapters.settings import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
ANSWER_TIMEOUT_MS = 60_000
"""The first answer of a run waits until the worker has loaded its model."""
RUN_AXE = """async () => {
    const result = await axe.run(document, {resultTypes: ['violations']});
    return result.violations.map(v => ({
        id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html.slice(0, 200)),
    }));
}"""


class ChatPage:
    """Finds things by what they are called, as a screen reader does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console_errors: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console_errors.append(message.text)

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("要说的话")

    @property
    def send_button(self) -> Locator:
        return self.page.get_by_role("button", name="发送", exact=True)

    @property
    def questions(self) -> Locator:
        return self.page.locator("[data-side=resident]")

    @property
    def answers(self) -> Locator:
        return self.page.locator("[data-side=assistant]")

    @property
    def choices(self) -> Locator:
        """Buttons of the newest answer's choices."""
        return self.answers.last.get_by_role("button")

    def ask(self, text: str) -> None:
        self.field.fill(text)
        self.send_button.click()

    def expect_counts(self, n_questions: int, n_answers: int) -> None:
        expect(self.questions).to_have_count(n_questions)
        expect(self.answers).to_have_count(n_answers, timeout=ANSWER_TIMEOUT_MS)

    def open_menu(self) -> Locator:
        self.page.get_by_role("button", name="菜单").click()
        dialog = self.page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        return dialog

    def text_size_px(self) -> float:
        size = self.page.evaluate(
            "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        )
        return float(size)

    def violations(self) -> list[dict[str, Any]]:
        """Returns what axe-core finds serious or critical."""
        # The page's policy forbids added scripts; the debugger's channel may add them.
        self.page.evaluate(Path(AXE).read_text())
        found: list[dict[str, Any]] = self.page.evaluate(RUN_AXE)
        return [v for v in found if v["impact"] in ("serious", "critical")]
