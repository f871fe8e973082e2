"""From a report to its result, as pages do it."""

from tests.integration.desk.conftest import Desk


async def test_a_worker_takes_on_and_resolves(desk: Desk) -> None:
    number = await desk.file()
    worker = await desk.as_("worker")
    listed = await (await worker.get("/api/tickets", mine="true")).json()
    assert [row["number"] for row in listed["tickets"]] == [number]
    claimed = await worker.act(number, "claim")
    assert claimed.status == 200, await claimed.text()
    assert (await claimed.json())["state"] == "in_progress"
    resolved = await worker.act(number, "resolve", text="换了灯泡，亮了。")
    assert resolved.status == 200, await resolved.text()
    document = await resolved.json()
    assert document["state"] == "resolved"
    assert [event["action"] for event in document["events"]] == [
        "file",
        "claim",
        "resolve",
    ]


async def test_photos_of_before_are_told_from_those_of_after(desk: Desk) -> None:
    number = await desk.file(photos=("c" * 40,))
    worker = await desk.as_("worker")
    await worker.act(number, "claim")
    told = {"text": "清走了", "photos": ["b" * 40], "before": ["a" * 40]}
    for _ in range(2):  # a repeat adds nothing
        answer = await worker.act(number, "resolve", key="the-result-1", **told)
        assert answer.status == 200, await answer.text()
    events = (await answer.json())["events"]
    assert [(e["action"], e.get("photos_show"), e["photos"]) for e in events] == [
        ("file", "处理前", ["c" * 40]),
        ("claim", None, []),
        ("note", "处理前", ["a" * 40]),
        ("resolve", "处理后", ["b" * 40]),
    ]


async def test_what_is_not_one_thing_is_not_merged_and_staff_read_why(
    desk: Desk,
) -> None:
    number = await desk.file()
    lamp = await desk.file(item="matter/noise")
    head = await desk.as_("head")
    refused = await head.act(lamp, "merge", into=number, reason="一起办")
    assert refused.status == 409
    assert "先“改事项”再并" in (await refused.json())["detail"]
    same = await desk.file(conversation="", photos=("f" * 40,))
    merged = await head.act(same, "merge", into=number, reason="同一堆")
    assert (await merged.json())["merged_into"] == number
    shown = await head.read(number)
    absorbed = shown["events"][-1]
    assert absorbed["photos"] == ["f" * 40]
    assert "楼道堆了杂物" in absorbed["text"]


async def test_chosen_photos_go_with_a_second_matter(desk: Desk) -> None:
    heap, lamp, foreign = ("a" * 40, "b" * 40, "c" * 40)
    number = await desk.file(photos=(heap, lamp))
    head = await desk.as_("head")
    body = {"text": "楼道灯也坏了", "item": "matter/street_lighting"}
    refused = await head.act(number, "split", photos=[foreign], **body)
    assert refused.status == 422
    answer = await head.act(number, "split", photos=[lamp, lamp], **body)
    assert answer.status == 200, await answer.text()
    listed = (await (await head.get("/api/tickets")).json())["tickets"]
    (second,) = [one["number"] for one in listed if one["number"] != number]
    shown = await head.read(second)
    assert shown["photos"] == [lamp]
    assert shown["split_from"] == number
    assert (await head.read(number))["photos"] == [heap, lamp]
