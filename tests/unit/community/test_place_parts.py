import pytest

from community.reports.corrections import corrected_place, corrects_contact
from community.reports.place_parts import is_part, refined


@pytest.mark.parametrize(
    ("known", "told", "place"),
    [
        (None, "7号楼", "7号楼"),
        ("东关花园", "7号楼后头", "东关花园7号楼后头"),
        ("东关花园39号楼1单元", "是80号楼", "东关花园80号楼1单元"),
        ("东关花园7号楼1单元", "2单元", "东关花园7号楼2单元"),
        ("东关花园7号楼", "2单元三楼", "东关花园7号楼2单元三楼"),
        (
            "团圆小区（葫芦社区团圆小区）",
            "8号楼东边",
            "团圆小区（葫芦社区团圆小区）8号楼东边",
        ),
        ("东关花园7号楼", "三号楼地下室", "东关花园三号楼地下室"),
        ("东关花园7号楼", "蜻蜓小区5号楼", "蜻蜓小区5号楼"),
        ("东关花园7号楼", "2单元楼道里", "东关花园7号楼2单元楼道里"),
        ("东关花园", "马路边", "东关花园马路边"),
        ("东关花园", "文化路5号", "文化路5号"),
        ("12号楼", "东关花园的", "东关花园12号楼"),
        ("我家门口", "5号楼", "5号楼"),
        ("东关花园7号楼", "7号楼", "东关花园7号楼"),
        ("隆山路", "加油站旁边", "隆山路加油站旁边"),
        ("大柳树村", "村西头桥边", "大柳树村西头桥边"),
        ("村西头水坑边", "大柳树村", "大柳树村村西头水坑边"),
        ("隆山路30号门口", "50号", "隆山路50号门口"),
        ("隆山路30号", "文化路5号", "文化路5号"),
        ("东关花园7号楼", "也是9号楼", "东关花园9号楼"),
        (None, "住东关花园7号楼", "东关花园7号楼"),
        ("六号楼东头", "哪个小区？东关花园", "东关花园六号楼东头"),
        ("东关花园", "好像是7号楼那边", "东关花园7号楼"),
        ("隆山路", "从医院到超市", "隆山路从医院到超市"),
        ("隆山路", "布谷小学", "布谷小学"),
        ("南瓜村", "全村", "南瓜村全村"),
    ],
)
def test_what_is_told_later_refines_the_place(
    known: str | None, told: str, place: str
) -> None:
    assert refined(known, told) == place


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("7号楼后头", True),
        ("二单元", True),
        ("东关花园7号楼", False),
        ("三天了", False),
    ],
)
def test_a_part_has_no_name_of_its_own(text: str, is_one: bool) -> None:
    assert is_part(text) is is_one


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("不是12号楼 我说错了 是13号楼", "13号楼"),
        ("地方错了 是11号楼", "11号楼"),
        ("是5号楼不是7号楼", "5号楼"),
        ("我报错了 应该是蜻蜓小区", "蜻蜓小区"),
        ("楼号也写错了，80号楼", "80号楼"),
        ("地址说错了", ""),
        ("不是灯的事，是水管漏了", None),
        ("你说的不对", None),
        ("你说错了", None),
        ("啊 我说错了", ""),
        ("时间不对，是昨天", None),
        ("这不是我要的", None),
        ("哦不对 是50号", "50号"),
        ("应该是52号", "52号"),
        ("错了 是50号门口", "50号门口"),
        ("不对 是14号楼", "14号楼"),
        ("弄错了，5号楼", "5号楼"),
        ("改成6号楼", "6号楼"),
        ("打错字了 是16号楼", "16号楼"),
        ("地址是东关花园2号楼", "东关花园2号楼"),
        ("地点改成东关花园4号楼", "东关花园4号楼"),
        ("小区名错了 是蜻蜓小区", "蜻蜓小区"),
        ("地址是啥", None),
        ("哎呀不是8号楼", ""),
        ("不对", None),
        ("应该是物业的事", None),
        ("不是灯的事", None),
        ("不对 是昨天开始的", None),
    ],
)
def test_a_place_is_corrected_in_many_words(text: str, right: str | None) -> None:
    assert corrected_place(text) == right


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("电话错了", True),
        ("俺电话变了", True),
        ("号码不对", True),
        ("电话错了 13812345678", False),
        ("手机坏了", False),
        ("电话打错了好几回才通一回", False),
    ],
)
def test_a_wrong_number_without_the_right_one(text: str, is_wrong: bool) -> None:
    assert corrects_contact(text) is is_wrong
