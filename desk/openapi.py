"""The OpenAPI document, made from the same declarations that are served."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.schema import field_schema, get_flat_models_from_models, schema

from desk.endpoints import PATH_PATTERNS, Endpoint, Entry
from desk.problems import Problem

REF = "#/components/schemas/{model}"
TAGS = {
    "session": "登录",
    "tickets": "工单",
    "handling": "处置",
    "conversation": "与居民对话",
    "reports": "上报",
    "photos": "照片",
    "figures": "三率与台账",
    "exchange": "导入导出",
    "roster": "人员与值班",
    "residents": "居民",
    "connections": "外部系统",
    "audit": "审计",
    "accounts": "账号",
    "learning": "复核",
    "models": "模型",
    "answers": "答案",
    "radar": "未满足的需求",
    "learning_figures": "问答概览",
}


def openapi(endpoints: Iterable[Endpoint], url: str) -> dict[str, Any]:
    """Returns the document, OpenAPI 3.1.

    Source: OpenAPI Specification 3.1.0.
    """
    known = list(endpoints)
    models = {m for e in known for m in (e.takes, e.gives) if m is not None}
    definitions = schema([*sorted(models, key=lambda m: m.__name__), Problem])
    names = [model.__name__ for model in models]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two documents of one name: {', '.join(doubled)}")
    components = _moved(definitions.get("definitions", {}))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in known:
        path = paths.setdefault(endpoint.path, {})
        path[endpoint.method.lower()] = operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "云小路 desk",
            "version": "1",
            "description": (
                "Tickets for staff pages and connected systems. A GET changes nothing."
                " Pages send the session's token in X-CSRF-Token with every change."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "tags": [{"name": tag, "description": text} for tag, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "yxl_desk"},
                "key": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def operation(endpoint: Endpoint) -> dict[str, Any]:
    """Describes one endpoint."""
    doc: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(endpoint),
        "security": _security(endpoint),
    }
    if endpoint.act is not None:
        doc["x-right"] = endpoint.act.value
    if endpoint.uploads:
        doc["requestBody"] = {
            "required": True,
            "content": {media: _binary() for media in endpoint.media},
        }
    elif endpoint.is_change and endpoint.takes is not None:
        doc["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(endpoint.takes)}},
        }
    return doc


def _security(endpoint: Endpoint) -> list[dict[str, list[str]]]:
    if endpoint.entry is Entry.PUBLIC:
        return []
    schemes: list[dict[str, list[str]]] = [{"session": []}]
    if endpoint.systems:
        schemes.append({"key": []})
    return schemes


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.gives is not None:
        content = {"application/json": {"schema": _ref(endpoint.gives)}}
    else:
        content = {media: _binary() for media in endpoint.media}
    problem = {"application/problem+json": {"schema": _ref(Problem)}}
    return {
        "200": {"description": "Done.", "content": content},
        "4XX": {"description": "Refused; `detail` says why.", "content": problem},
        "503": {"description": "A store is away; try again.", "content": problem},
    }


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^(?:{PATH_PATTERNS[name]})$"},
        }
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.is_change or endpoint.takes is None:
        return []
    names = {m: m.__name__ for m in get_flat_models_from_models([endpoint.takes])}
    found = []
    for name, field in endpoint.takes.__fields__.items():
        described, _, _ = field_schema(field, model_name_map=names, ref_template=REF)
        found.append(
            {
                "name": name,
                "in": "query",
                "required": bool(field.required),
                "schema": _moved(described),
            }
        )
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _binary() -> dict[str, Any]:
    return {
        "schema": {"type": "string", "contentMediaType": "application/octet-stream"}
    }


def _moved(value: Any) -> Any:
    """Points references to where OpenAPI keeps schemas."""
    if isinstance(value, dict):
        return {
            key: inner.replace("#/definitions/", "#/components/schemas/")
            if key == "$ref"
            else _moved(inner)
            for key, inner in value.items()
        }
    return [_moved(inner) for inner in value] if isinstance(value, list) else value
