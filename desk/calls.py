"""One call of the API: who calls, with what, and whether it is allowed."""

import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from adapters.proxies import caller_address
from community.errors import RecordError, StoreUnavailableError
from community.tickets import Ticket
from community.tickets.shield import Viewer, viewer_of
from desk.endpoints import PATH_PATTERNS, Endpoint, Entry
from desk.policy import Act, Person, Site, may
from desk.problems import problem
from desk.refusals import refusal
from desk.services import SERVICES, Services
from desk.sessions import Session, Stage

COOKIE = "yxl_desk"
CSRF_HEADER = "X-CSRF-Token"
MAX_JSON_BYTES = 65_536
logger = structlog.get_logger()


@dataclass(frozen=True)
class Call:
    """What a handler needs to know."""

    request: web.Request
    services: Services
    now: datetime
    caller: Person | None
    session: Session | None
    found: Ticket | None

    @property
    def person(self) -> Person:
        """Whoever calls.

        Raises:
            web.HTTPUnauthorized: Nobody is signed in.
        """
        if self.caller is None:
            raise problem(401, "not_signed_in", "请先登录。")
        return self.caller

    @cached_property
    def viewer(self) -> Viewer | None:
        """What the caller answers for now, worked out once for all rows of a list."""
        staff = self.person.staff
        roster = self.services.directory.roster
        return viewer_of(staff, roster, self.now) if staff is not None else None

    @property
    def ticket(self) -> Ticket:
        """The ticket that the path names; seen already to be within reach."""
        assert self.found is not None
        return self.found

    @property
    def address(self) -> str:
        """Where the call comes from, for throttling and the audit log."""
        return address_of(self.services, self.request)

    def path(self, name: str) -> str:
        """Returns a placeholder's value."""
        return self.request.match_info[name]

    async def audit(self, act: str, subject: str, reason: str = "") -> None:
        """Writes a line of the audit log before the thing itself is done."""
        await self.services.audit(self.person, act, subject, reason, self.address)

    def may(self, act: Act, ticket: Ticket) -> bool:
        """Tells whether the person may do something to a ticket."""
        roster = self.services.directory.roster
        return may(self.person, act, site_of(self.services, ticket), roster, self.now)


def address_of(services: Services, request: web.Request) -> str:
    """Returns where a call comes from; proxies of ours do not count."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    trusted = services.settings.trusted_proxy
    return caller_address(request.remote or "", forwarded, trusted)


def site_of(services: Services, ticket: Ticket) -> Site:
    """Returns where a ticket lies, for the policy."""
    roster, life = services.directory.roster, ticket.life
    post = roster.grids.get(life.grid or "")
    community = post.community if post is not None else life.community
    unit = roster.units.get(community or "")
    street = post.street if post is not None else unit.parent if unit else None
    return Site(grid=life.grid, community=community, street=street, owner=life.owner)


def serve(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Returns the aiohttp handler of an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            call = await enter(endpoint, request)
            payload = await payload_of(endpoint, request)
            given = await (
                endpoint.handler(call)
                if endpoint.takes is None
                else endpoint.handler(call, payload)
            )
        except StoreUnavailableError as err:
            logger.warning("desk.store_unavailable", endpoint=endpoint.name)
            raise problem(503, "unavailable", "系统正忙，请过一会儿再试。") from err
        except RecordError as err:
            raise problem(400, "bad_record", "内容读不懂，请检查格式。") from err
        except web.HTTPException:
            raise
        except Exception as err:
            answer = refusal(request.app[SERVICES], err)
            if answer is None:
                raise
            raise answer from err
        return given if isinstance(given, web.StreamResponse) else answer_with(given)

    return handle


def answer_with(model: BaseModel) -> web.Response:
    """Builds a JSON answer; what is unknown is left out, never null."""
    return web.Response(
        text=model.json(exclude_none=True),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def enter(endpoint: Endpoint, request: web.Request) -> Call:
    """Checks everything that can be checked before the body is read.

    Raises:
        web.HTTPException: The caller may not, or the ticket is none of theirs.
    """
    services = request.app[SERVICES]
    now = services.clock()
    await services.directory.refresh(now)
    check_path(request)
    if endpoint.is_change:
        check_origin(request)
    session, caller = await identify(services, request, now)
    call = Call(request, services, now, caller, session, None)
    if endpoint.entry is Entry.PUBLIC:
        return call
    check_caller(endpoint, call)
    if not await services.limits.calls.allows(f"desk:{call.person.id}"):
        raise problem(429, "too_many", "操作太快了，请稍等一会儿。")
    if endpoint.act is not None and endpoint.act not in call.person.acts:
        raise problem(403, "not_allowed", "您没有这项权限。")
    if "{number}" not in endpoint.path:
        return call
    ticket = await services.tickets.get(call.path("number"))
    call = Call(request, services, now, caller, session, ticket)
    if not call.may(Act.VIEW, ticket):
        # Whether it exists is not told either.
        raise problem(404, "not_found", "没有这个工单，或不归您看。")
    if endpoint.act is not None and not call.may(endpoint.act, ticket):
        owner = services.directory.name(ticket.owner)
        raise problem(403, "not_yours", f"这件事现在由“{owner}”负责，您不能这样操作。")
    return call


def check_path(request: web.Request) -> None:
    """Refuses placeholders that cannot name anything."""
    for name, value in request.match_info.items():
        if not re.fullmatch(PATH_PATTERNS[name], value):
            raise problem(404, "not_found", "没有这个地址。")


def check_origin(request: web.Request) -> None:
    """Refuses a change that another site's page sends with our cookie."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none"):
        raise problem(403, "cross_site", "请从云小路的页面操作。")


def check_caller(endpoint: Endpoint, call: Call) -> None:
    """Checks sign-in, its stage, and the token that a page must send along."""
    person, session = call.person, call.session
    if session is None:
        if not endpoint.systems:
            raise problem(403, "not_for_systems", "这个接口不对外部系统开放。")
        return
    if endpoint.entry is Entry.FULL and session.stage != Stage.FULL.value:
        raise problem(403, "second_factor_missing", "请先设置动态口令。")
    sent = call.request.headers.get(CSRF_HEADER, "")
    if endpoint.is_change and not hmac.compare_digest(
        sent.encode(), session.csrf.encode()
    ):
        logger.warning("desk.csrf_refused", endpoint=endpoint.name, staff=person.id)
        raise problem(403, "no_token", "页面已过期，请刷新再试。")


async def identify(
    services: Services, request: web.Request, now: datetime
) -> tuple[Session | None, Person | None]:
    """Finds out who calls, by API key or by session cookie."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return None, await system_of(services, request, key)
    token = request.cookies.get(COOKIE)
    session = await services.sessions.find(token, now=now) if token else None
    if session is None:
        return None, None
    account = await services.accounts.get(session.staff)
    staff = services.directory.staff(session.staff, account)
    if staff is None or (account is not None and account.is_disabled):
        return None, None
    return session, Person(id=staff.id, name=staff.name, staff=staff)


async def system_of(
    services: Services, request: web.Request, key: str
) -> Person | None:
    """Finds the system that an API key belongs to; guessing is throttled."""
    if not await services.limits.calls.allows(
        f"desk:key:{address_of(services, request)}"
    ):
        raise problem(429, "too_many", "操作太快了，请稍等一会儿。")
    found = await services.api_keys.find(key)
    if found is None:
        return None
    return Person(
        id=f"key:{found.id}", name=found.name, staff=None, scopes=found.scopes
    )


async def payload_of(endpoint: Endpoint, request: web.Request) -> BaseModel | None:
    """Reads what an endpoint takes.

    Raises:
        web.HTTPException: It is malformed; the values are not repeated.
    """
    if endpoint.takes is None:
        return None
    document = await read_json(request) if endpoint.is_change else read_query(request)
    try:
        return endpoint.takes.parse_obj(document)
    except ValidationError as err:
        fields = sorted({".".join(map(str, e["loc"])) for e in err.errors()})
        said = next(
            (e["msg"] for e in err.errors() if e["type"] == "value_error"), None
        )
        detail = said or "请检查这几项：" + "、".join(fields)
        raise problem(422, "malformed", detail, fields) from err


def read_query(request: web.Request) -> dict[str, Any]:
    """Returns the query; a name that occurs twice is not accepted twice."""
    return {name: value for name, value in request.query.items() if value != ""}


async def read_json(request: web.Request) -> Any:
    """Reads a JSON object from the body."""
    if request.content_type != "application/json":
        raise problem(415, "not_json", "请求格式不对，需要 JSON。")
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise problem(413, "too_large", "内容太长了。")
    try:
        raw = await request.read()
        if len(raw) > MAX_JSON_BYTES:
            raise problem(413, "too_large", "内容太长了。")
        document = json.loads(raw)
        # A lone surrogate is valid JSON, and no text that can be stored.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as err:
        raise problem(400, "not_json", "请求格式不对，需要 JSON。") from err
    if not isinstance(document, dict):
        raise problem(400, "not_json", "请求格式不对，需要 JSON 对象。")
    return document
