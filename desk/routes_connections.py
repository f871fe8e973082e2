"""Other systems: their keys, and the addresses that are told of ticket events."""

import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, validator

from community.tickets import Action
from desk.calls import Call
from desk.documents import Body, Done, Named, Short
from desk.endpoints import Endpoints
from desk.policy import SCOPES, Act
from desk.problems import problem

endpoints = Endpoints("connections")
LOCAL_HOSTS = ("127.0.0.1", "localhost")
EVENTS = frozenset({"*", *(action.value for action in Action)})


class NewKey(Body):
    """A system and what it may do."""

    name: Short = Field(min_length=1)
    scopes: list[str] = Field(min_items=1, max_items=len(SCOPES))

    @validator("scopes", each_item=True)
    def known(cls, value: str) -> str:  # noqa: N805 - pydantic's validators
        """Scopes are those of the policy."""
        if value not in SCOPES:
            raise ValueError("没有这种权限范围。")
        return value


class KeyShown(BaseModel):
    """The whole key: shown once and never again."""

    id: str
    key: str


class KeyDoc(BaseModel):
    """A key without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_by: Named
    created_at: datetime
    is_revoked: bool


class Keys(BaseModel):
    """API keys, newest first."""

    keys: list[KeyDoc]


class NewWebhook(Body):
    """An address and the events it wants to hear of."""

    url: str = Field(max_length=500)
    events: list[str] = Field(min_items=1, max_items=len(EVENTS))

    @validator("url")
    def reachable(cls, value: str) -> str:  # noqa: N805 - pydantic's validators
        """Only HTTPS, or this machine for trials; never an inner address."""
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
            port_is_fine = parts.port is None or parts.port > 0
        except ValueError:
            raise ValueError("地址不对。") from None
        is_local = host in LOCAL_HOSTS
        if not host or not port_is_fine or parts.username or parts.fragment:
            raise ValueError("地址不对。")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError("地址要以 https:// 开头。")
        if not is_local and _is_inner(host):
            raise ValueError("不能用内部网络的地址。")
        return value

    @validator("events", each_item=True)
    def known(cls, value: str) -> str:  # noqa: N805 - pydantic's validators
        """Events are the acts on a ticket, or `*`."""
        if value not in EVENTS:
            raise ValueError("没有这种事件。")
        return value


class WebhookShown(BaseModel):
    """The secret that signs what is sent: shown once and never again."""

    id: str
    secret: str


class WebhookDoc(BaseModel):
    """A webhook without its secret."""

    id: str
    url: str
    events: list[str]
    created_by: Named
    created_at: datetime


class Webhooks(BaseModel):
    """Webhooks in force, newest first."""

    webhooks: list[WebhookDoc]


def _is_inner(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal"))


@endpoints.get("/api/keys", act=Act.CONNECT, gives=Keys)
async def list_keys(call: Call) -> Keys:
    """Lists API keys."""
    return Keys(
        keys=[
            KeyDoc(
                id=key.id,
                name=key.name,
                scopes=sorted(key.scopes),
                created_by=_by(call, key.created_by),
                created_at=key.created_at,
                is_revoked=key.revoked_at is not None,
            )
            for key in await call.services.api_keys.all()
        ]
    )


@endpoints.post("/api/keys", act=Act.CONNECT, takes=NewKey, gives=KeyShown)
async def create_key(call: Call, body: NewKey) -> KeyShown:
    """Makes a key for another system."""
    key_id, key = await call.services.api_keys.create(
        body.name, set(body.scopes), call.person.id, now=call.now
    )
    await call.audit("create_key", f"key:{key_id}", body.name)
    return KeyShown(id=key_id, key=key)


@endpoints.delete("/api/keys/{id}", act=Act.CONNECT, gives=Done)
async def revoke_key(call: Call) -> Done:
    """Ends a key for ever."""
    if not await call.services.api_keys.revoke(call.path("id"), now=call.now):
        raise problem(404, "not_found", "没有这个密钥，或已经停用。")
    await call.audit("revoke_key", f"key:{call.path('id')}")
    return Done()


@endpoints.get("/api/webhooks", act=Act.CONNECT, gives=Webhooks)
async def list_webhooks(call: Call) -> Webhooks:
    """Lists webhooks."""
    return Webhooks(
        webhooks=[
            WebhookDoc(
                id=hook.id,
                url=hook.url,
                events=sorted(hook.events),
                created_by=_by(call, hook.created_by),
                created_at=hook.created_at,
            )
            for hook in await call.services.webhooks.all()
        ]
    )


@endpoints.post("/api/webhooks", act=Act.CONNECT, takes=NewWebhook, gives=WebhookShown)
async def create_webhook(call: Call, body: NewWebhook) -> WebhookShown:
    """Registers an address for ticket events; one of this machine only in trials."""
    is_local = urlsplit(body.url).hostname in LOCAL_HOSTS
    if is_local and not call.services.settings.webhook_local:
        raise problem(422, "inner_address", "不能用内部网络的地址。", ["url"])
    hook_id, secret = await call.services.webhooks.create(
        body.url, set(body.events), call.person.id, now=call.now
    )
    await call.audit("create_webhook", f"webhook:{hook_id}", body.url)
    return WebhookShown(id=hook_id, secret=secret)


@endpoints.delete("/api/webhooks/{id}", act=Act.CONNECT, gives=Done)
async def end_webhook(call: Call) -> Done:
    """Ends a webhook."""
    if not await call.services.webhooks.end(call.path("id"), now=call.now):
        raise problem(404, "not_found", "没有这个推送地址，或已经停用。")
    await call.audit("end_webhook", f"webhook:{call.path('id')}")
    return Done()


def _by(call: Call, staff: str) -> Named:
    return Named(id=staff, name=call.services.directory.name(staff))
