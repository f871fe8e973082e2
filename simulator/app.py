"""Builds the server: the platforms' paths, the control API, the page."""

from pathlib import Path

from aiohttp import hdrs, web

from simulator.api import Answer, ApiCall, Endpoint, Platform, answer
from simulator.control import Control
from simulator.corp_api import CorpApi
from simulator.oauth import (
    CORP_SCOPES,
    SCOPES,
    SignInPageError,
    check_authorize,
    returning,
)
from simulator.official_api import OfficialApi
from simulator.options import ROOT
from simulator.refusals import ApiRefusalError
from simulator.wechat import SimulatedWeChat

MOST_BODY_BYTES = 24 * 2**20
PAGE = ROOT / "web" / "dist"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob: http: https:; connect-src 'self'; font-src 'self'; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".amr": "audio/amr",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
}
IDENTITY = {"wechat": "sim_openid", "wecom": "sim_userid"}
"""Cookies in which the page keeps whose phone this browser is."""


def build_app(wechat: SimulatedWeChat, page: Path | None = None) -> web.Application:
    """Builds the server of one simulated WeChat."""
    app = web.Application(client_max_size=MOST_BODY_BYTES)
    official, corp = OfficialApi(wechat.official), CorpApi(wechat.corp)
    for endpoint in official.endpoints():
        _add(app, wechat.official, endpoint)
    for endpoint in corp.endpoints():
        _add(app, wechat.corp, endpoint)
    shared = SharedCalls(wechat, official)
    app.router.add_post("/cgi-bin/media/upload", shared.upload)
    _add_refusal(app, "POST", "/cgi-bin/media/upload")
    app.router.add_get("/cgi-bin/media/get", shared.download)
    _add_refusal(app, "GET", "/cgi-bin/media/get")
    app.router.add_get("/cgi-bin/showqrcode", official.show_qr)
    app.router.add_get("/connect/oauth2/authorize", shared.authorize)
    Control(wechat).add_routes(app.router)
    _add_page(app, page or PAGE)
    return app


def _add(app: web.Application, platform: Platform, endpoint: Endpoint) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await answer(platform, endpoint, request)

    app.router.add_route(endpoint.method, endpoint.path, handle)
    _add_refusal(app, endpoint.method, endpoint.path)


def _add_refusal(app: web.Application, method: str, path: str) -> None:
    """Answers the other method as the platforms do: an error code with status 200."""
    is_get = method == "GET"

    async def refuse(_: web.Request) -> web.StreamResponse:
        refusal = ApiRefusalError(43001 if is_get else 43002)
        return web.json_response(refusal.answer())

    app.router.add_route("POST" if is_get else "GET", path, refuse)


class SharedCalls:
    """Paths that both platforms have; the token or appid tells whose a call is."""

    def __init__(self, wechat: SimulatedWeChat, official: OfficialApi) -> None:
        """Takes both platforms."""
        self._wechat = wechat
        self._official = official

    def _platform(self, request: web.Request) -> Platform:
        token, corp = request.query.get("access_token", ""), self._wechat.corp
        return corp if corp.tokens.has(token) else self._wechat.official

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Takes a file of the account."""
        endpoint = Endpoint("POST", request.path, self._upload, "media/upload")
        return await answer(self._platform(request), endpoint, request)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Gives a file to the account."""
        endpoint = Endpoint("GET", request.path, self._official.get_media, "media/get")
        return await answer(self._platform(request), endpoint, request)

    async def _upload(self, call: ApiCall) -> Answer:
        media_type, data = await _multipart_file(call)
        kind = call.request.query.get("type", "")
        medium = self._wechat.official.media.upload(data, kind, media_type)
        created = int(medium.created_at.timestamp())
        return {"type": kind, "media_id": medium.media_id, "created_at": created}

    async def authorize(self, request: web.Request) -> web.Response:
        """Signs the person of this browser in and sends them back."""
        options = self._wechat.options
        is_corp = request.query.get("appid") == options.corp_id
        try:
            values = check_authorize(
                request.query_string,
                app_id=options.corp_id if is_corp else options.app_id,
                domain=None if is_corp else options.oauth_domain,
                scopes=CORP_SCOPES if is_corp else SCOPES,
            )
            person = _person(request, "wecom" if is_corp else "wechat")
        except SignInPageError as err:
            return web.Response(status=400, text=str(err))
        platform = self._wechat.corp if is_corp else self._wechat.official
        code = platform.sign_ins.issue(person, values.get("scope", ""))
        target = returning(values["redirect_uri"], code, values.get("state", ""))
        return web.Response(status=302, headers={hdrs.LOCATION: target})


def _person(request: web.Request, platform: str) -> str:
    name = IDENTITY[platform]
    person = request.query.get(name) or request.cookies.get(name, "")
    if not person:
        raise SignInPageError(f"请在模拟器的手机里打开（没有 {name}）")
    return person


async def _multipart_file(call: ApiCall) -> tuple[str, bytes]:
    try:
        found = (await call.request.post()).get("media")
    except ValueError as err:
        raise ApiRefusalError(41005, message="media data missing") from err
    if not isinstance(found, web.FileField):
        raise ApiRefusalError(41005, message="media data missing")
    return _media_type(found), found.file.read()


def _media_type(found: web.FileField) -> str:
    """Goes by the name where the client does not tell the type."""
    if found.content_type != "application/octet-stream":
        return found.content_type
    suffix = Path(found.filename).suffix.lower()
    return SUFFIXES.get(suffix, found.content_type)


def _add_page(app: web.Application, page: Path) -> None:
    async def index(request: web.Request) -> web.StreamResponse:
        path = page / "simulator.html"
        if not path.is_file():
            return web.Response(status=503, text="网页还没有构建：make web")
        return web.FileResponse(path, headers={**HEADERS, "Cache-Control": "no-cache"})

    async def healthz(request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok")

    app.router.add_get("/", index)
    app.router.add_get("/healthz", healthz)
    if (page / "assets").is_dir():
        app.router.add_static("/assets", page / "assets")
