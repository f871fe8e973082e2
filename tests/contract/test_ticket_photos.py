"""Which photos tickets need, over every database."""

from adapters.sql.ticket_photos import SqlTicketPhotos
from community.tickets import Action, TicketDraft, TicketKind
from tests.contract.ticket_acts import WHO, command
from tests.ticket_world import MONDAY

FILED, REMARKED, PROOF, LOOSE = (f"{n:040d}" for n in range(4))


async def test_photos_of_every_event_of_any_ticket_are_needed(tickets, engine):
    draft = TicketDraft(
        "m1#0",
        TicketKind.REPORT,
        WHO,
        "matter/garbage",
        "垃圾",
        grid="willow-1",
        photos=(FILED,),
    )
    number = (await tickets.open(draft, now=MONDAY)).number
    await tickets.remark(
        number, WHO, text="又多了", photos=(REMARKED,), key="r", now=MONDAY
    )
    noted = command("worker1", Action.NOTE, text="看过", photos=(PROOF,), key="n")
    await tickets.act(number, noted, now=MONDAY)
    await tickets.forget(WHO, now=MONDAY)
    photos = SqlTicketPhotos(engine)
    everything = [FILED, REMARKED, PROOF, LOOSE]
    assert await photos.kept(everything) == {FILED, REMARKED, PROOF}
    assert await photos.kept([LOOSE]) == set()
