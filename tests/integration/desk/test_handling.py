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
