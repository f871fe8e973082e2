"""What the platforms say when they refuse a call; always with HTTP status 200.

Source: protocol page, §4.3 and the sections of each API.
"""

import secrets

from community.errors import CommunityError

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40037: "invalid template_id",
    40053: "invalid action info",
    40056: "invalid agentid",
    40058: "invalid Request Parameter",
    40066: "invalid url",
    40125: "invalid appsecret",
    40163: "code been used",
    40200: "invalid account type",
    40243: "appsecret is frozen",
    41001: "access_token missing",
    41006: "media_id missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44002: "empty post data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit  must slower  retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45072: "invalid command",
    45080: "no interaction in the last 30 seconds",
    45081: "already typing",
    45157: "invalid tag name",
    45162: "articles must be an array",
    46003: "menu not exist",
    47001: "data format error",
    47003: "argument invalid",
    50002: "user limited",
    48001: "api unauthorized",
    48004: "api forbidden for irregularities",
    48006: "clear quota is limited to 10 times a month",
    81013: "user & party & tag all invalid",
    87014: "risky content",
    89501: "this ip is waiting for the confirmation of the administrator",
    89503: "this ip needs the confirmation of the administrator, please contact admin",
    89506: "this ip was refused by the administrator twice, call after 24 hours",
    89507: "this ip was refused by the administrator, call after 1 hour",
    93000: "invalid webhook url",
}


class ApiRefusalError(CommunityError):
    """Raised when a platform answers a call with an error code."""

    def __init__(self, errcode: int, detail: str = "", *, message: str = "") -> None:
        """Keeps the code and WeChat's words for it, with a detail behind them."""
        self.errcode = errcode
        said = message or MESSAGES.get(errcode, "error")
        self.errmsg = f"{said}: {detail}" if detail else said
        super().__init__(f"{errcode} {self.errmsg}")

    def answer(self) -> dict[str, object]:
        """Returns the body; every real message ends with a request id."""
        return {"errcode": self.errcode, "errmsg": f"{self.errmsg} rid: {_rid()}"}


def _rid() -> str:
    return "-".join(secrets.token_hex(4) for _ in range(3))


class SimulatorError(CommunityError):
    """Raised when a simulated person does what the app would not let them do."""
