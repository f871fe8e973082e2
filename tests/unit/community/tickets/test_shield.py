"""The complainant's shield: who sees what, and under which name."""

from dataclasses import replace

import pytest

from community.staff import Role
from community.tickets import Ticket, running
from community.tickets.masking import masked
from community.tickets.shield import (
    Sight,
    alias,
    alias_of_actor,
    may_unveil,
    public_doc,
    shielded,
    sight,
    viewer_of,
)
from community.tiers import Tier
from tests.ticket_world import MONDAY, draft, member, office

OFFICE = office()


@pytest.fixture
def ticket() -> Ticket:
    return Ticket("1123-4837", draft(), running.filed(draft(), OFFICE, MONDAY), MONDAY)


def viewer(staff_id):
    return viewer_of(OFFICE.roster.staff[staff_id], OFFICE.roster, MONDAY)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("worker1", Sight.FULL),
        ("worker2", Sight.FULL),  # the backup
        ("head", Sight.FULL),
        ("clerk", Sight.FULL),
        ("street1", Sight.FULL),
        ("county1", Sight.MASKED),
    ],
)
def test_who_sees_how_much(ticket, who, expected):
    assert sight(viewer(who), ticket, OFFICE.roster) is expected


def test_a_worker_of_another_community_sees_nothing(ticket):
    stranger = member("stranger", Tier.GRID, "poplar", Role.WORKER, Role.STATION_HEAD)
    seen = sight(viewer_of(stranger, OFFICE.roster, MONDAY), ticket, OFFICE.roster)
    assert seen is Sight.NOTHING


def test_an_auditor_sees_everything_masked(ticket):
    auditor = member("auditor", Tier.COUNTY, "elsewhere", Role.AUDITOR)
    seen = sight(viewer_of(auditor, OFFICE.roster, MONDAY), ticket, OFFICE.roster)
    assert seen is Sight.MASKED


def test_the_account_and_the_contact_are_never_shown(ticket):
    followed = replace(ticket, followers=("wechat:x", ""))
    for how in Sight:
        shown = shielded(followed, how)
        text = repr(shown)
        assert "FictitiousOpenId" not in text
        assert "wechat:x" not in text
        assert "13800001234" not in text
        assert shown.followers == ("居民4837-2", "居民4837-3")


def test_masked_means_without_numbers_flats_and_names(ticket):
    shown = shielded(ticket, Sight.MASKED).draft
    assert "138" not in shown.description
    assert "张桂兰" not in shown.description
    assert "501" not in shown.place
    assert "3号楼" in shown.place
    assert "501" in shielded(ticket, Sight.FULL).draft.place


def test_only_who_has_to_act_may_unveil_the_contact(ticket):
    assert may_unveil(viewer("worker1"), ticket)
    assert not may_unveil(viewer("worker2"), ticket)
    assert not may_unveil(viewer("county1"), ticket)
    over = replace(
        ticket, life=running.ended(ticket.life, ticket.life.state.CLOSED, MONDAY)
    )
    assert not may_unveil(viewer("worker1"), over)


def test_residents_have_aliases():
    assert alias("1123-4837") == "居民4837"
    assert alias_of_actor("1123-4837", "resident-3") == "居民4837-3"
    assert alias_of_actor("1123-4837", "worker1") == "worker1"


def test_other_systems_learn_nothing_personal(ticket):
    text = repr(public_doc(ticket))
    assert not any(
        word in text for word in ("张桂兰", "138", "3号楼", "OpenId", "垃圾三天")
    )
    assert public_doc(ticket)["service_request_id"] == "1123-4837"


@pytest.mark.parametrize(
    ("text", "gone", "stays"),
    [
        ("3号楼2单元501漏水", "501", "3号楼"),
        ("我叫王小梅，灯坏了", "王小梅", "灯坏了"),
        ("俺是李建国 住东头", "李建国", "东头"),
        ("打13900005678找我", "13900005678", "找我"),
        ("五楼东户天天吵", "东户", "天天吵"),
    ],
)
def test_masking_removes_who_and_where_exactly(text, gone, stays):
    assert gone not in masked(text)
    assert stays in masked(text)


@pytest.mark.parametrize(
    "text", ["我是业主，楼道灯坏了", "3号楼东头路灯不亮", "我是来反映的，有三天了", ""]
)
def test_masking_leaves_ordinary_words(text):
    assert masked(text) == text


@pytest.mark.parametrize("text", ["3号楼2单元501，我叫王小梅，13900005678"])
def test_masking_twice_changes_nothing_more(text):
    assert masked(masked(text)) == masked(text)
