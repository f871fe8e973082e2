"""The menu file, and the sheets of codes."""

import pytest
from PIL import Image

from adapters.settings import ROOT
from adapters.wechat.__main__ import chosen_grids, main
from adapters.wechat.menu import read_menu
from adapters.wechat.qr_sheet import GridCode, write_sheet
from community.errors import CatalogError, ConfigurationError

CODES = [
    GridCode(f"g-{n}", f"第{n}网格", f"http://weixin.qq.com/q/{n}") for n in range(14)
]


def menu_of(tmp_path, text):
    (tmp_path / "wechat").mkdir(exist_ok=True)
    (tmp_path / "wechat" / "menu.yml").write_text(text, encoding="utf-8")
    return read_menu(tmp_path)


def test_the_menu_of_this_checkout_is_within_the_limits():
    menu = read_menu(ROOT / "catalog")
    assert len(menu["button"]) <= 3
    assert main(["menu", "check"]) == 0


def test_say_and_url_are_spelled_out(tmp_path):
    text = """
button:
  - {name: 报事, say: 我要报事}
  - name: 更多
    sub_button:
      - {name: 网页, url: "https://x.example"}
      - {name: 拍照, type: pic_weixin, key: photo}
"""
    assert menu_of(tmp_path, text)["button"] == [
        {"name": "报事", "type": "click", "key": "say:我要报事"},
        {
            "name": "更多",
            "sub_button": [
                {"name": "网页", "type": "view", "url": "https://x.example"},
                {"name": "拍照", "type": "pic_weixin", "key": "photo"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "expected one list"),
        ("button: []", "a list of 1 to 3"),
        (
            "button: [{name: a, say: b}, {name: a, say: b}, {name: a, say: b}, {name: a, say: b}]",
            "1 to 3",
        ),
        ("button: [{name: 我要报事情, say: b}]", "wider than 4"),
        ("button: [{name: a}]", "needs say, url or a known type"),
        ("button: [{name: a, type: dance, key: b}]", "known type"),
        ("button: [{name: a, say: b, url: c}]", "not expected for click: url"),
        ("button: [{name: a, type: click}]", "key"),
        ("button: [{say: a}]", "name"),
        ("button: [{name: 5, say: a}]", "expected a text"),
        (f"button: [{{name: a, say: {'长' * 42}}}]", "more than 128 bytes"),
        (
            "button: [{name: a, sub_button: [{name: 二级菜单名字太长了, say: b}]}]",
            "wider than 8",
        ),
        (
            "button: [{name: a, key: b, sub_button: [{name: a, say: b}]}]",
            "nothing else",
        ),
        ("button: [a]", "expected name"),
    ],
)
def test_what_the_platform_would_refuse_is_refused_here(tmp_path, text, problem):
    with pytest.raises(CatalogError, match=problem):
        menu_of(tmp_path, text)


def test_commands_say_what_is_missing(monkeypatch, capsys):
    monkeypatch.delenv("WECHAT_APPID", raising=False)
    assert main(["menu", "push"]) == 1
    assert capsys.readouterr().err.startswith("[ERROR] WECHAT_APPID")


def test_sheets_hold_twelve_codes_each(tmp_path):
    assert write_sheet(CODES[:12], tmp_path / "a.png") == [tmp_path / "a.png"]
    several = write_sheet(CODES, tmp_path / "b.png")
    assert [path.name for path in several] == ["b-01.png", "b-02.png"]
    with Image.open(several[0]) as page:
        assert page.size == (1654, 2339)
    assert write_sheet(CODES, tmp_path / "c.pdf") == [tmp_path / "c.pdf"]
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(ConfigurationError):
        write_sheet(CODES, tmp_path / "d.gif")


def test_grids_are_chosen_by_id_or_community():
    everything = chosen_grids(ROOT / "catalog", [], None)
    some = chosen_grids(ROOT / "catalog", [], everything[0].community)
    assert 0 < len(some) < len(everything)
    assert chosen_grids(ROOT / "catalog", [some[0].id], None) == some[:1]
    with pytest.raises(CatalogError, match="nowhere"):
        chosen_grids(ROOT / "catalog", ["nowhere"], None)
