"""Examples and checks made from the OpenAPI document, as a strange client would."""

import re
from typing import Any

import jsonschema
from hypothesis import strategies as st

Json = dict[str, Any]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=30),
    st.sampled_from(["\x00", "'; drop table ticket; --", "../../etc/passwd", "😀" * 9]),
)
GARBAGE = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    max_leaves=5,
)


def resolved(schema: Json, document: Json) -> Json:
    """Follows references and single `allOf`s."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = document["components"]["schemas"][name]
        elif len(schema.get("allOf", ())) == 1:
            schema = {
                **schema["allOf"][0],
                **{k: v for k, v in schema.items() if k != "allOf"},
            }
        else:
            return schema


def valid(schema: Json, document: Json) -> st.SearchStrategy[Any]:
    """Returns values that the schema allows."""
    schema = resolved(schema, document)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([valid(one, document) for one in schema["anyOf"]])
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _objects(schema, document)
    if kind == "array":
        items = valid(schema.get("items", {}), document)
        low, high = schema.get("minItems", 0), schema.get("maxItems", 3)
        return st.lists(items, min_size=low, max_size=min(high, low + 2))
    return _scalars(schema)


def _objects(schema: Json, document: Json) -> st.SearchStrategy[Any]:
    needed = set(schema.get("required", ()))
    fields = {n: valid(s, document) for n, s in schema.get("properties", {}).items()}
    return st.fixed_dictionaries(
        {name: values for name, values in fields.items() if name in needed},
        optional={name: v for name, v in fields.items() if name not in needed},
    )


def _scalars(schema: Json) -> st.SearchStrategy[Any]:
    kind = schema.get("type")
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(schema.get("minimum", -5), schema.get("maximum", 99))
    if kind == "number":
        return st.floats(allow_nan=False, allow_infinity=False)
    if schema.get("format") == "date":
        return st.dates().map(str)
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda at: f"{at.isoformat()}+08:00")
    if "pattern" in schema:
        text = st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
        return text.map(lambda t: t[: schema.get("maxLength", 200)])
    low, high = schema.get("minLength", 0), schema.get("maxLength", 40)
    return st.text(min_size=low, max_size=min(high, 60))


def checked(body: Any, schema: Json, document: Json) -> None:
    """Fails unless an answer is as documented."""
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(
        whole, format_checker=jsonschema.FormatChecker()
    ).validate(body)


def answer_schema(document: Json, path: str, method: str, status: int) -> Json | None:
    """Returns the documented shape of an answer; `None` for files."""
    responses = document["paths"][path][method.lower()]["responses"]
    found = responses.get(str(status)) or responses[f"{status // 100}XX"]
    content = found["content"]
    kind = "application/json" if status == 200 else "application/problem+json"
    return content[kind]["schema"] if kind in content else None
