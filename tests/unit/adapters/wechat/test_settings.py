"""Settings of both messengers: off by default, and refused where they cannot work."""

import pytest

from adapters.settings import Settings
from adapters.wechat.settings import Allowance, MessageTemplate
from community.errors import ConfigurationError

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
ACCOUNT = {
    "WECHAT_APPID": "wx1",
    "WECHAT_SECRET": "geheim",
    "WECHAT_TOKEN": "Token1",
    "WECHAT_AES_KEY": KEY,
    "WECHAT_ACCOUNT": "gh_1",
}
APP = {
    "WECOM_CORPID": "ww1",
    "WECOM_AGENTID": "1000002",
    "WECOM_SECRET": "geheim",
    "WECOM_TOKEN": "Token1",
    "WECOM_AES_KEY": KEY,
}


def wechat(**changes):
    return Settings.from_env({**ACCOUNT, **changes}).wechat


def test_without_an_account_both_are_off():
    settings = Settings.from_env({})
    assert not settings.wechat.is_on
    assert not settings.wecom.is_on


def test_an_account_has_its_keys_in_order():
    settings = wechat(WECHAT_AES_KEY_PREVIOUS=KEY[::-1])
    assert settings.is_on
    assert settings.aes_keys == (KEY, KEY[::-1])
    assert wechat(WECHAT_AES_KEY="").aes_keys == ()


def test_secrets_are_not_shown():
    shown = repr(Settings.from_env({**ACCOUNT, **APP, "WECOM_ROBOTS": "a=geheim"}))
    assert "geheim" not in shown
    assert KEY not in shown


def test_allowances_templates_and_robots_are_read():
    template = (
        '{"result": {"id": "T", "api": "subscribe", "fields": {"thing1": "text"}}}'
    )
    settings = wechat(WECHAT_QUOTA_MESSAGE="20/600", WECHAT_TEMPLATES=template)
    assert settings.per_message == Allowance(20, 600)
    assert settings.per_touch == Allowance(3, 60)
    expected = MessageTemplate("T", "subscribe", {"thing1": "text"})
    assert settings.templates == {"result": expected}
    robots = Settings.from_env({"WECOM_ROBOTS": "street=K1, county=K2"}).wecom.robots
    assert robots == {"street": "K1", "county": "K2"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_SECRET", ""),
        ("WECHAT_TOKEN", "no"),
        ("WECHAT_AES_KEY", KEY[:-1]),
        ("WECHAT_AES_KEY_PREVIOUS", KEY[:-1] + "="),
        ("WECHAT_ACCOUNT", ""),
        ("WECHAT_API_URL", "api.weixin.qq.com"),
        ("WECHAT_MSGMENU", "yes"),
        ("WECHAT_QUOTA_MESSAGE", "5"),
        ("WECHAT_TEMPLATES", "{"),
        ("WECHAT_TEMPLATES", "[]"),
        ("WECHAT_TEMPLATES", '{"result": {"id": ""}}'),
        ("WECHAT_TEMPLATES", '{"result": {"id": "T", "api": "mail", "fields": {}}}'),
        ("WECHAT_TEMPLATES", '{"result": {"id": "T", "fields": {"thing1": 1}}}'),
        ("WECHAT_TEMPLATES", '{"result": {"id": "T", "fields": {}, "more": 1}}'),
        ("WECHAT_TEMPLATES", '{"results": {"id": "T", "fields": {"thing1": "text"}}}'),
        ("WECHAT_TEMPLATES", '{"result": {"id": "T", "fields": {"thing1": "name"}}}'),
        ("WECOM_SECRET", ""),
        ("WECOM_AGENTID", ""),
        ("WECOM_AES_KEY", ""),
        ("WECOM_ROBOTS", "a"),
    ],
)
def test_what_cannot_work_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env({**ACCOUNT, **APP, name: value})
