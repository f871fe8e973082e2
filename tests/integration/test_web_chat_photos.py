"""Photos of the web chat over real HTTP, Redis and files."""

import io
import json
import secrets
from dataclasses import replace

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient
from PIL import Image

from adapters.settings import Settings
from community.blobs import blob_url
from community.messages import EventName, Inbound, Kind
from community.replies import Image as ImagePart
from community.replies import Reply
from gateway.app import build_app
from gateway.keys import BLOBS, CONVERSATIONS
from tests.conftest import NOW


@pytest.fixture
def settings(redis_url, tmp_path) -> Settings:
    return replace(
        Settings.from_env({"FIELD_KEY": "f" * 64}),
        redis_url=redis_url,
        redis_prefix=f"photos-{secrets.token_hex(4)}",
        database_url=f"sqlite:///{tmp_path}/photos.db",
        blob_dir=tmp_path / "blobs",
        cookie_secret="test",
    )


@pytest.fixture
async def client(aiohttp_client, settings, tmp_path) -> TestClient:
    client = await aiohttp_client(build_app(settings, pages=tmp_path / "none"))
    assert (await client.post("/api/chat/session")).status == 200
    return client


def picture(size=(2_400, 1_200), kind="JPEG") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "green")
    exif = image.getexif()
    exif[0x010E] = "where I live"
    image.save(out, kind, exif=exif)
    return out.getvalue()


async def upload(client: TestClient, data: bytes, name: str = "photo"):
    form = FormData()
    form.add_field(name, data, filename="x.html", content_type="text/html")
    return await client.post("/api/chat/photos", data=form)


async def uploaded(client: TestClient) -> dict[str, str]:
    response = await upload(client, picture())
    assert response.status == 201
    return await response.json()


async def post(client: TestClient, photo: str):
    body = {"client_id": secrets.token_hex(8), "photo": photo}
    return await client.post("/api/chat/messages", json=body)


async def test_a_photo_is_encoded_anew_small_and_without_its_notes(client):
    photo = await uploaded(client)
    response = await client.get(photo["url"])
    data = await response.read()
    assert response.content_type == "image/jpeg"
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (1_600, 800)
    assert b"where I live" not in data


async def test_a_sent_photo_is_stored_with_its_conversation(client):
    photo = await uploaded(client)
    response = await post(client, photo["photo"])
    assert response.status == 202
    conversation = (await response.json())["id"].rsplit(":", 1)[0]
    letter = await client.app[CONVERSATIONS].head(conversation)
    assert letter.inbound.kind is Kind.IMAGE
    assert await client.app[BLOBS].get(letter.inbound.extra["photo"]) is not None


async def test_another_session_sees_and_sends_none_of_it(client, aiohttp_client):
    photo = await uploaded(client)
    client.session.cookie_jar.clear()
    assert (await client.get(photo["url"])).status == 401
    await client.post("/api/chat/session")
    assert (await client.get(photo["url"])).status == 404
    assert (await post(client, photo["photo"])).status == 400


@pytest.mark.parametrize("forged", ["", "x", "a" * 40, "a" * 40 + "." + "0" * 32, 5])
async def test_a_forged_name_is_nothing(client, forged):
    assert (await post(client, forged)).status == 400


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"GIF89a" + b"\0" * 20, picture()[:500]]
)
async def test_what_is_no_photo_is_refused(client, data):
    assert (await upload(client, data)).status == 415


async def test_a_large_file_is_not_read_to_its_end(client):
    assert (await upload(client, b"\xff" * (9 * 1024 * 1024))).status == 413


async def test_other_forms_and_bodies_are_refused(client):
    assert (await upload(client, picture(), name="other")).status == 400
    response = await client.post("/api/chat/photos", data=b"x")
    assert response.status == 400


async def test_the_stream_names_photos_for_this_session_and_hides_events(client):
    photo = await uploaded(client)
    message_id = (await (await post(client, photo["photo"])).json())["id"]
    conversation = message_id.rsplit(":", 1)[0]
    store = client.app[CONVERSATIONS]
    await store.accept(
        Inbound(
            "e1",
            conversation,
            "web",
            Kind.EVENT,
            EventName.RELAY.value,
            NOW,
            extra={"number": "1", "text": "", "photos": []},
        )
    )
    blob_id = photo["photo"].partition(".")[0]
    parts = (ImagePart(blob_url(blob_id), "照片"),)
    lease = await store.acquire(conversation)
    letter = await store.head(conversation)
    reply = Reply(letter.inbound.id, conversation, parts, NOW)
    await store.commit(lease, letter, turn="", reply=reply)
    found = []
    async with client.get("/api/chat/events") as response:
        async for raw in response.content:
            line = raw.decode()
            if line.startswith("data: "):
                found.append(json.loads(line[6:]))
            if len(found) == 2:
                break
    assert found[0]["photo"] == photo["url"]
    assert found[1]["parts"][0]["url"] == photo["url"]
