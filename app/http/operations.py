"""How OpenAPI describes questions: parameters, bodies, answers in each format, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from archmeter.analyzers.answers.schema import answer_schema
from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import TextField, text_fields
from archmeter.app.formats import formats_of
from archmeter.app.http.problems import problems

REF = "#/components/schemas/"

BY_ID = "/v1/analyses/{analysis_id}"

STORED_ID = "The id of a stored analysis."

Schema = dict[str, Any]

NOT_MODIFIED: Schema = {"description": "The client holds these bytes already."}

HEADERS: Mapping[str, Schema] = {
    "Access-Control-Allow-Origin": {
        "description": "Pages elsewhere may read the answer.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Names these very bytes; ask again with `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "How long the answer may be kept without asking again.",
        "schema": {"type": "string"},
    },
    "Cache-Status": {
        "description": "Whether the answer was given before (RFC 9211).",
        "schema": {"type": "string"},
    },
    "Content-Location": {
        "description": "Where this very answer stays.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the answer can be read again.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds after which it may be better.",
        "schema": {"type": "string"},
    },
    "Vary": {
        "description": "The headers of the request that the answer depends on.",
        "schema": {"type": "string"},
    },
}


def headers(*names: str) -> Schema:
    """Descriptions of headers that are sent."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def routes_of(question: Question[Any, Any]) -> Iterator[tuple[str, str]]:
    """The methods and paths by which a question is asked."""
    path = f"/v1/{question.path}"
    if question.is_about_a_network:
        yield "POST", path
    if question.is_about_a_network and question.by_id:
        yield "GET", f"{BY_ID}/{question.path}"
    if question.by_query:
        yield "GET", path


def described(question: Question[Any, Any], method: str, path: str) -> Schema:
    """What FastAPI is told of a route of a question."""
    extra: Schema = {}
    fields = question.fields
    parameters = [in_path(name, fields[name].info.description) for name in question.in_path]
    statuses = {422, 503}
    if question.in_path:
        statuses.add(404)
    if "{analysis_id}" in path:
        parameters.append(in_path("analysis_id", STORED_ID))
    if question.is_about_a_network:
        statuses |= {404, 409, 501}
    if len(formats_of(question)) > 1:
        statuses.add(406)
    if method == "POST":
        extra["requestBody"] = request_body(question.request, question.examples)
        statuses |= {400, 413, 415}
    else:
        apart = (*question.in_path, *(NETWORK_FIELDS if "{analysis_id}" in path else ()))
        parameters += query_parameters(question.request, apart)
        if len(formats_of(question)) > 1:
            parameters.append(_format(question))
    if parameters:
        extra["parameters"] = parameters
    return {
        "operation_id": operation_id(question, method, path),
        "summary": question.summary.rstrip("."),
        "description": question.description,
        "tags": [question.tag],
        "responses": {**_answers(question, method), **problems(*sorted(statuses))},
        "openapi_extra": extra,
    }


def operation_id(question: Question[Any, Any], method: str, path: str) -> str:
    """Verb and noun: ``askRoofline`` by body, ``queryRoofline`` by URL, ``readRoofline`` by id."""
    verb = "ask" if method == "POST" else "read" if "{analysis_id}" in path else "query"
    if not question.is_about_a_network:
        verb = "read" if question.in_path else "list"
    noun = "".join(part.capitalize() for part in question.module.split("_"))
    return f"{verb}{noun}"


def request_body(model: type[BaseModel], examples: Mapping[str, Any]) -> Schema:
    """A body by the name of its schema, with examples."""
    content = {"schema": {"$ref": f"{REF}{model.__name__}"}, "examples": dict(examples)}
    return {"required": True, "content": {"application/json": content}}


def query_parameters(model: type[BaseModel], apart: tuple[str, ...] = ()) -> list[Schema]:
    """The fields of a request as parameters of a URL."""
    found = text_fields(model).values()
    return [parameter(field) for field in found if field.name not in apart]


def parameter(field: TextField) -> Schema:
    """A field as a parameter: lists stand between commas, objects are JSON."""
    schema = {key: value for key, value in field.schema.items() if key not in _OF_THE_PARAMETER}
    found: Schema = {
        "name": field.name,
        "in": "query",
        "required": field.required,
        "description": field.info.description or "",
    }
    simple = field.kinds <= {"string", "integer", "number", "boolean"}
    scalars = field.kinds == {"array"} and _is_scalar(_items(schema))
    if scalars:
        return {**found, "style": "form", "explode": False, "schema": _without_null(schema)}
    if not simple:
        return {**found, "schema": {"type": "string", "minLength": 1, "maxLength": 20_000}}
    default = field.default
    if isinstance(default, str | int | float):
        schema["default"] = default
    return {**found, "schema": _without_null(schema)}


_OF_THE_PARAMETER = {"description", "title", "default"}


def _items(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _without_null(schema).get("items", {})
    return found


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") in {"string", "integer", "number", "boolean"}


def _without_null(schema: Mapping[str, Any]) -> Schema:
    """The schema of a value that is there: a parameter that may be null is left out."""
    branches = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(branches) == 1:
        return {**branches[0], **{k: v for k, v in schema.items() if k != "anyOf"}}
    return dict(schema)


def in_path(name: str, description: str | None, values: Iterable[str] = ()) -> Schema:
    """A part of a path as a parameter: any text, or one of some values."""
    among = {"enum": [*values]} if values else {}
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description or "",
        "schema": {"type": "string", **among},
    }


def _format(question: Question[Any, Any]) -> Schema:
    return {
        "name": "format",
        "in": "query",
        "required": False,
        "description": "A format by name; without it, the `Accept` header decides.",
        "schema": {"type": "string", "enum": list(formats_of(question))},
    }


def _answers(question: Question[Any, Any], method: str) -> dict[int | str, Schema]:
    content: Schema = {}
    for name, media_type in formats_of(question).items():
        if name == "json":
            content[media_type] = {"schema": {"$ref": f"{REF}{question.answer.__name__}"}}
        elif name in {"parquet", "arrow"}:
            content[media_type] = {"schema": {"type": "string", "format": "binary"}}
        else:
            content[media_type] = {"schema": {"type": "string"}}
    sent = ["ETag", "Cache-Status", *(["Vary"] if len(content) > 1 else [])]
    if method == "GET":
        sent.append("Cache-Control")
    found: dict[int | str, Schema] = {
        200: {"description": "The answer.", "headers": headers(*sent), "content": content}
    }
    return found if method == "POST" else {**found, 304: NOT_MODIFIED}


def schemas(found: Mapping[str, Question[Any, Any]]) -> Iterator[tuple[str, Schema]]:
    """The schemas of all requests and answers, by name."""
    for question in found.values():
        if question.is_about_a_network:
            yield from named(question.request)
        yield from answer(question.answer)


def answer(kind: type[Any]) -> Iterator[tuple[str, Schema]]:
    """The schema of an answer and those it refers to, by name."""
    yield from definitions(kind.__name__, answer_schema(kind, f"{REF}{{model}}"))


def named(model: type[BaseModel]) -> Iterator[tuple[str, Schema]]:
    """The schema of a model and those it refers to, by name."""
    yield from definitions(model.__name__, model.model_json_schema(ref_template=f"{REF}{{model}}"))


def definitions(name: str, schema: Schema) -> Iterator[tuple[str, Schema]]:
    """A schema and those it refers to, by name."""
    yield from schema.pop("$defs", {}).items()
    if "$ref" not in schema:  # one that refers to itself is among its own definitions
        yield name, schema


def json_of(name: str) -> Schema:
    """The content of an answer in JSON alone, by the name of its schema."""
    return {"application/json": {"schema": {"$ref": f"{REF}{name}"}}}
