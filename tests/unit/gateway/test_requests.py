"""Who calls, behind proxies and without."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.requests import caller_of


def request(remote: str, *forwarded: str):
    headers = [("X-Forwarded-For", value) for value in forwarded]
    transport = type("T", (), {"get_extra_info": lambda *_: (remote, 1)})()
    return make_mocked_request("GET", "/", headers=dict(headers), transport=transport)


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "caller"),
    [
        ("203.0.113.9", (), (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", ("198.51.100.1",), ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", ("1.1.1.1, 198.51.100.1",), ("127.0.0.1",), "198.51.100.1"),
        ("10.0.0.2", ("9.9.9.9, 10.0.0.3",), ("10.0.0.0/8",), "9.9.9.9"),
        ("127.0.0.1", (), ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", ("junk",), ("127.0.0.1",), "junk"),
    ],
)
def test_only_a_trusted_proxy_says_who_calls(remote, forwarded, trusted, caller):
    networks = tuple(ip_network(text) for text in trusted)
    assert caller_of(request(remote, *forwarded), networks) == caller
