"""What the operators' charts draw: the report's figures, within the picture, in colour.

The chart library is asked what it holds and where it puts it; the pixels there are
looked at, so that a chart that only knows its figures does not pass.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.operator_world import WORSE
from tests.browser.staff_pages import StaffPage
from tests.browser.test_operator_pages import (  # noqa: F401 - fixtures
    OpenPage,
    desk_system,
    open_page,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
HELD = "box => box.chart.getOption().series.map(s => ({name: s.name, data: s.data}))"
DRAWN = """(box, series) => {
  const option = box.chart.getOption().series[series];
  const canvas = box.chart.renderToCanvas({pixelRatio: 1});  // all layers
  const pen = canvas.getContext('2d');
  return option.data.map(value => {
    const point = Array.isArray(value) ? value.slice(0, 2) : null;
    const at = box.chart.convertToPixel({seriesIndex: series}, point);
    const x = at[0], y = at[1], seen = new Set();
    // A small square around the point: a number may stand in its middle.
    const around = pen.getImageData(x - 4, y - 4, 8, 8).data;
    for (let i = 0; i < around.length; i += 4)
      if (around[i + 3] > 60) seen.add([around[i], around[i + 1], around[i + 2]].join());
    const inside = x >= 0 && y >= 0 && x <= canvas.width && y <= canvas.height;
    const warm = [...seen].some(c => { const [r, , b] = c.split(',').map(Number); return r > b + 30; });
    return {inside, colours: seen.size, warm};
  });
}"""
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def chart(page: StaffPage, label: str) -> Locator:
    found = page.page.get_by_role("img", name=label)
    expect(found.locator("canvas").first).to_be_visible()
    found.scroll_into_view_if_needed()
    return found


def said(page: StaffPage, path: str) -> Any:
    return page.page.evaluate("path => fetch(path).then(r => r.json())", path)


def percent(share: float) -> float:
    return float(int(share * 1000 + 0.5) / 10)


@SIZES
def test_the_heat_map_holds_and_draws_every_confusion(open_page, size):  # noqa: F811
    page = open_page(f"/learn/models/{WORSE}", size)
    picture = chart(page, "混淆热力图")
    report = said(page, f"/api/learn/models/{WORSE}")
    pairs = report["report"]["sets"]["frozen"]["confusion"]
    names = report["names"]
    axes = picture.evaluate(
        "box => [box.chart.getOption().yAxis[0].data, box.chart.getOption().xAxis[0].data]"
    )
    (series,) = picture.evaluate(HELD)
    drawn = {
        (axes[0][down], axes[1][right]): count for right, down, count in series["data"]
    }
    wanted = {}
    for one in pairs:
        true, taken = one["pair"].split(" → ")
        wanted[names.get(true, true), names.get(taken, taken)] = one["n"]
    assert len(pairs) > 5
    assert drawn == wanted
    cells = picture.evaluate(DRAWN, 0)
    assert all(cell["inside"] and cell["warm"] for cell in cells)


@SIZES
def test_the_reliability_diagram_holds_and_draws_every_bin(open_page, size):  # noqa: F811
    page = open_page(f"/learn/models/{WORSE}", size)
    picture = chart(page, "可靠性图")
    sets = said(page, f"/api/learn/models/{WORSE}")["report"]["sets"]["frozen"]
    held = {one["name"]: one["data"] for one in picture.evaluate(HELD)}
    for name, model in (("这一个", "candidate"), ("现在用的", "current")):
        bins = sets[model]["calibration"]["bins"]
        wanted = [[percent(b["confidence"]), percent(b["accuracy"])] for b in bins]
        assert len(wanted) > 2
        assert held[name] == [pytest.approx(point, abs=0.11) for point in wanted]
    assert held["正好"] == [[0, 0], [100, 100]]
    points = picture.evaluate(DRAWN, 1)
    assert all(point["inside"] and point["colours"] for point in points)


@SIZES
def test_the_dashboard_draws_weeks_and_top_questions(open_page, size):  # noqa: F811
    page = open_page("/learn/figures", size)
    weeks, top = chart(page, "每周消息数"), chart(page, "问得最多的")
    figures = said(page, "/api/learn/figures")
    messages, alone = weeks.evaluate(HELD)
    assert messages["data"] == [week["n_messages"] for week in figures["weeks"]]
    assert sum(messages["data"]) > 20
    assert alone["data"] == [
        None
        if week.get("alone") is None
        else pytest.approx(week["alone"] * 100, abs=0.06)
        for week in figures["weeks"]
    ]
    (asked,) = top.evaluate(HELD)
    wanted = [one["n_questions"] for one in figures["top"]][:12]
    assert asked["data"] == wanted[::-1]
    for picture in (weeks, top):
        seen = picture.evaluate(
            """box => { const c = box.chart.renderToCanvas({pixelRatio: 1});
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 60; return n; }"""
        )
        assert seen > 500
    wide = page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, "the page must not scroll sideways"
