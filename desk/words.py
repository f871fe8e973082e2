"""What pages, spreadsheets and messages call things."""

STATES = {
    "filed": "等人接",
    "assigned": "已派单",
    "in_progress": "处理中",
    "paused": "已暂停",
    "resolved": "等居民确认",
    "confirmed": "居民已确认",
    "closed": "已结案",
    "withdrawn": "居民撤回",
    "merged": "已并案",
}
KINDS = {"report": "报事", "handoff": "找人", "emergency": "急事"}
URGENCIES = {"critical": "特急", "urgent": "紧急", "normal": "一般"}
TIERS = {"grid": "网格", "street": "街道", "county": "县级"}
ORIGINS = {
    "chat": "居民自己报",
    "patrol": "巡查",
    "door": "上门代报",
    "phone": "电话",
    "import": "别的系统转来",
}
CLOCKS = {
    "respond": "首次联系",
    "interim": "临时措施",
    "resolve": "办结",
    "pause": "暂停到",
    "confirm": "等居民答复",
}
ACTIONS = {
    "file": "登记",
    "assign": "派单",
    "claim": "接单",
    "ack": "已看到",
    "note": "记一笔",
    "contact": "联系居民",
    "interim": "采取临时措施",
    "escalate": "上报上级",
    "return": "退回",
    "urge": "催办",
    "supervise": "督办",
    "pause": "申请暂停",
    "exclude": "申请不计考核",
    "approve": "同意",
    "refuse": "不同意",
    "resume": "恢复办理",
    "extend": "延期",
    "merge": "并案",
    "absorb": "并入别的单",
    "split": "拆单",
    "reclassify": "改事项",
    "relocate": "改网格",
    "resolve": "报告结果",
    "confirm": "居民确认",
    "dissatisfied": "居民不满意",
    "rate": "居民评价",
    "remark": "居民补充",
    "join": "又有居民跟进",
    "leave": "一位居民不再跟进",
    "withdraw": "居民撤回",
    "warn": "时限提醒",
    "alert": "没人响应，找下一位",
    "progress": "告知进展",
    "remind": "提醒居民答复",
    "time_out": "居民没有答复，结案",
    "forget": "居民信息已删除",
}
PHRASES = (
    "您好，您反映的事我接到了，这就去看。",
    "我已经到现场看过了，正在想办法。",
    "这件事要别的单位来办，我已经联系了，有消息就告诉您。",
    "已经处理好了，您看看行不行。",
)
"""Set phrases that fit every matter; the first one comes before the matter's own."""
RESULTS = (
    "已经处理好了，现场看过没问题。",
    "已经上门办好了。",
)
"""Set phrases for a result, after the matter's own (`catalog/phrases.yml`)."""


def colour_of(warned: str) -> str:
    """Returns the colour of a clock; pages show words with it."""
    return "green" if warned == "none" else warned


REPORT_PHRASES = ("巡查时看到的。", "居民当面说的。", "已经拍照，需要人来处理。")
"""What staff often write when they report something."""

NOT_ONE_THING = {
    "item": "两件的事项不一样，不能并案。是同一件的话，先“改事项”再并。",
    "place": "两件不在一个网格，说的地方也对不上，不能并案。先核实地点，“改网格”后再并。",
    "time": "两件报上来的时间隔得太久，不能并案。",
}
"""Why two tickets are not merged, by what they differ in."""

BEFORE = "处理前的样子"
"""Text of the line that holds the photos of before."""
BEFORE_PHOTOS, AFTER_PHOTOS = "处理前", "处理后"
"""What the photos of a line show."""
