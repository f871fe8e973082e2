"""Personal fields, the hash chain, deletion and rotation over every database."""

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from adapters.sql.person_keys import PersonKeys
from adapters.sql.tables import (
    sealed_key,
    ticket,
    ticket_event,
    ticket_resident,
    ticket_text,
)
from community.errors import ConfigurationError, RecordError
from community.tickets import Action, TicketStatus
from tests.contract.conftest import KEY
from tests.contract.ticket_acts import OTHER, WHO, command, solved
from tests.ticket_world import MONDAY

NEW_KEY = "n" * 40
PERSONAL = (
    "oFictitiousOpenId01",
    "oFictitiousOpenId02",
    "13800001234",
    "138 0000 1234",
    "张桂兰",
    "2单元501",
    "柳树小区3号楼",
    "楼下垃圾三天没人收",
    "三天前",
    "又多了一堆",
    "清走了",
    "老太太腿脚不便",
)


async def told_story(tickets):
    """A ticket in which everybody has written something personal."""
    done = await solved(tickets)
    number = done.number
    await tickets.join(number, OTHER, key="j", now=MONDAY)
    await tickets.remark(number, OTHER, text="又多了一堆", key="r", now=MONDAY)
    await tickets.act(
        number,
        command("worker1", Action.NOTE, text="张桂兰老太太腿脚不便", key="n"),
        now=MONDAY,
    )
    return number


async def everything_stored(engine):
    """Returns every value of every ticket table, as text and bytes."""
    found = []
    async with engine.connect() as connection:
        for table in (ticket, ticket_event, ticket_text, ticket_resident, sealed_key):
            for row in await connection.execute(sa.select(table)):
                found += [
                    bytes(value)
                    if isinstance(value, bytes | memoryview)
                    else str(value).encode()
                    for value in row
                ]
    return found


async def test_no_column_shows_anything_personal(tickets, engine):
    await told_story(tickets)
    stored = await everything_stored(engine)
    for text in PERSONAL:
        assert not any(text.encode() in value for value in stored), text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_database_file_shows_no_contact_and_no_words(tickets, tmp_path):
    """Searches the raw file, free pages and write-ahead log included."""
    await told_story(tickets)
    raw = b"".join(path.read_bytes() for path in Path(tmp_path).glob("tickets.db*"))
    # The account stands in the outbox until its message is delivered and forgotten.
    for text in PERSONAL[2:]:
        if text not in ("又多了一堆", "清走了"):  # told to residents by the outbox
            assert text.encode() not in raw, text
            assert text.encode("unicode-escape") not in raw, text


async def test_who_is_forgotten_while_others_write_is_read_again(tickets, monkeypatch):
    """Between making sure of a person's key and reading it, it may be destroyed."""
    number = await told_story(tickets)
    read = PersonKeys.of_persons
    interrupted: list[set[str]] = []

    async def interrupt(self, connection, persons):
        keys = await read(self, connection, persons)
        if any(persons) and not interrupted:
            interrupted.append(set(persons))
            return {"": keys[""]}
        return keys

    monkeypatch.setattr(PersonKeys, "of_persons", interrupt)
    await tickets.remark(number, OTHER, text="还在那儿", key="again", now=MONDAY)
    assert interrupted
    events = await tickets.events(number)
    assert [e.text for e in events].count("还在那儿") == 1
    assert not await tickets.verify(number)


async def test_a_forgotten_person_is_gone_and_the_chain_holds(tickets, engine):
    number = await told_story(tickets)
    assert await tickets.forget(WHO, now=MONDAY) == 1
    left = await tickets.get(number)
    assert left.draft.conversation == ""
    assert left.draft.contact == ""
    assert "张桂兰" not in left.draft.description
    assert "138" not in left.draft.description
    assert "楼下垃圾三天没人收" in left.draft.description
    assert "501" not in left.draft.place
    assert "3号楼" in left.draft.place
    assert left.status is TicketStatus.OPEN
    assert left.followers == (OTHER,)
    assert not left.life.has_reporter
    assert await tickets.of_conversation(WHO, limit=5) == []
    assert await tickets.verify(number) == []
    assert await tickets.forget(WHO, now=MONDAY) == 0
    async with engine.connect() as connection:
        n_keys = await connection.scalar(
            sa.select(sa.func.count()).select_from(sealed_key)
        )
    assert n_keys == 3  # two of the system, one of the neighbour


async def test_the_ticket_goes_on_after_its_person_is_forgotten(tickets):
    number = await told_story(tickets)
    await tickets.forget(WHO, now=MONDAY)
    await tickets.answer(
        number, OTHER, satisfied=False, remark="没清", key="a", now=MONDAY
    )
    await tickets.act(
        number,
        command("street1", Action.NOTE, text="打给张桂兰13800001234", key="s"),
        now=MONDAY,
    )
    events = await tickets.events(number)
    assert events[-2].text == "没清"
    assert "13800001234" not in events[-1].text
    assert await tickets.verify(number) == []


async def test_a_co_reporter_is_forgotten_alone(tickets):
    number = await told_story(tickets)
    assert await tickets.forget(OTHER, now=MONDAY) == 1
    left = await tickets.get(number)
    assert left.draft.conversation == WHO
    assert left.followers == ("",)
    assert await tickets.verify(number) == []


async def test_rotation_keeps_everything_readable_and_the_chain_valid(repository):
    old = repository()
    number = await told_story(old)
    before = await old.events(number)
    both = repository(field_key=f"{NEW_KEY},{KEY}")
    assert await both.rotate_keys() == 4
    new = repository(field_key=NEW_KEY)
    assert await new.events(number) == before
    assert await new.verify(number) == []
    assert [t.number for t in await new.of_conversation(WHO, limit=5)] == [number]
    with pytest.raises(RecordError):
        await repository().events(number)


async def test_rotation_with_a_wrong_old_key_changes_nothing(repository):
    tickets = repository()
    number = await told_story(tickets)
    with pytest.raises(RecordError):
        await repository(field_key=f"{NEW_KEY},{'w' * 40}").rotate_keys()
    assert await tickets.verify(number) == []


def test_without_a_key_nothing_starts(repository):
    with pytest.raises(ConfigurationError, match="FIELD_KEY"):
        repository(field_key="")


async def test_the_database_refuses_to_alter_an_event(tickets, engine):
    await told_story(tickets)
    with pytest.raises(sa.exc.DBAPIError):
        async with engine.begin() as connection:
            await connection.execute(sa.update(ticket_event).values(body="{}"))


async def without_trigger(engine):
    on = " ON ticket_event" if engine.dialect.name == "postgresql" else ""
    async with engine.begin() as connection:
        await connection.execute(
            sa.text(f"DROP TRIGGER IF EXISTS ticket_event_stays{on}")
        )


def altered(value, dice):
    """Returns a value with one byte changed, of the same kind."""
    if isinstance(value, bytes | memoryview):
        data = bytearray(bytes(value))
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        return bytes(data)
    if isinstance(value, str) and value:
        place = dice.randrange(len(value))
        other = dice.choice([c for c in "0a}z9" if c != value[place]])
        return value[:place] + other + value[place + 1 :]
    return None


CHECKED = {
    ticket: ("filed", "life", "head", "kind", "state", "owner", "unit", "item", "grid",
             "community", "tier", "urgency", "idempotency_key"),
    ticket_event: ("key", "action", "body", "hash"),
    ticket_text: ("sealed",),
}  # fmt: skip


@pytest.mark.parametrize("table", CHECKED, ids=lambda table: table.name)
async def test_any_single_edited_byte_is_found(tickets, engine, table):
    dice = random.Random(table.name)
    number = await told_story(tickets)
    await without_trigger(engine)
    assert await tickets.verify(number) == []
    async with engine.connect() as connection:
        rows = (await connection.execute(sa.select(table))).mappings().all()
    cases = [(row, name) for row in rows for name in CHECKED[table]]
    repeats = 3 if table is not ticket_event else 2
    for row, name in cases * repeats:
        wrong = altered(row[name], dice)
        if wrong is None:
            continue
        await put(engine, table, row["id"], name, wrong)
        found = await tickets.verify(number)
        assert found, f"{table.name}.{name} {row[name]!r} -> {wrong!r}"
        await put(engine, table, row["id"], name, row[name])
    assert await tickets.verify(number) == []


async def put(engine, table, row_id, name, value):
    async with engine.begin() as connection:
        await connection.execute(
            sa.update(table).where(table.c.id == row_id).values({name: value})
        )


@pytest.mark.parametrize("seq", [1, 3, 7])
async def test_a_missing_event_is_found(tickets, engine, seq):
    number = await told_story(tickets)
    async with engine.begin() as connection:
        await connection.execute(
            sa.delete(ticket_event).where(ticket_event.c.seq == seq)
        )
    assert await tickets.verify(number) != []


async def test_a_missing_text_and_two_exchanged_ones_are_found(tickets, engine):
    number = await told_story(tickets)
    async with engine.begin() as connection:
        rows = (await connection.execute(sa.select(ticket_text))).mappings().all()
    by_name = {row["name"]: row for row in rows if row["seq"] == 1}
    one, two = by_name["description"], by_name["place"]
    await put(engine, ticket_text, one["id"], "sealed", two["sealed"])
    assert await tickets.verify(number) != []
    await put(engine, ticket_text, one["id"], "sealed", one["sealed"])
    assert await tickets.verify(number) == []
    async with engine.begin() as connection:
        await connection.execute(
            sa.delete(ticket_text).where(ticket_text.c.id == one["id"])
        )
    assert await tickets.verify(number) != []


@pytest.mark.parametrize(
    "changed", [{"person": "0" * 64}, {"has_left": True}, {"seq": 2}, {"nth": 9}]
)
async def test_an_altered_resident_is_found(tickets, engine, changed):
    number = await told_story(tickets)
    async with engine.begin() as connection:
        await connection.execute(
            sa.update(ticket_resident)
            .where(ticket_resident.c.nth == 2)
            .values(**changed)
        )
    assert await tickets.verify(number) != []


async def test_who_leaves_is_no_finding(tickets):
    number = await told_story(tickets)
    await tickets.withdraw(number, OTHER, now=MONDAY)
    assert await tickets.verify(number) == []


async def test_a_moved_event_is_found(tickets, engine):
    number = await told_story(tickets)
    await without_trigger(engine)
    async with engine.begin() as connection:
        last = sa.select(sa.func.max(ticket_event.c.seq)).scalar_subquery()
        await connection.execute(
            sa.update(ticket_event).where(ticket_event.c.seq == last).values(seq=99)
        )
    assert await tickets.verify(number) != []


async def test_a_removed_resident_is_found(tickets, engine):
    number = await told_story(tickets)
    async with engine.begin() as connection:
        await connection.execute(
            sa.delete(ticket_resident).where(ticket_resident.c.nth == 2)
        )
    assert await tickets.verify(number) != []
