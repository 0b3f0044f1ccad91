"""How OpenAPI describes questions: parameters, bodies, answers in each format, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from archmeter.analyzers.answers.schema import answer_schema
from archmeter.app.ask.network import NETWORK_FIELDS
from archmeter.app.ask.question import Question
from archmeter.app.ask.request import TextField, text_fields
from archmeter.app.formats import BINARY, formats_of
from archmeter.app.http.problems import problems

REF = "#/components/schemas/"

BY_ID = "/v1/analyses/{analysis_id}"

STORED_ID = "The id of a stored analysis."

Schema = dict[str, Any]

Responses = dict[int | str, Schema]

HEADERS: Mapping[str, Schema] = {
    name: {"description": description, "schema": {"type": "string"}}
    for name, description in {
        "Access-Control-Allow-Origin": "Pages elsewhere may read the answer.",
        "ETag": "Names these very bytes; ask again with `If-None-Match`.",
        "Cache-Control": "How long the answer may be kept without asking again.",
        "Cache-Status": "Whether the answer was given before (RFC 9211).",
        "Content-Location": "Where this very answer stays.",
        "Location": "Where the answer can be read again.",
        "Retry-After": "Seconds after which it may be better.",
        "Vary": "The headers of the request that the answer depends on.",
    }.items()
}


def headers(*names: str) -> Schema:
    """Descriptions of headers that are sent."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def answered(description: str, content: Schema, *sent: str) -> Responses:
    """An answer, and the headers that are sent besides."""
    beside = {"headers": headers(*sent)} if sent else {}
    return {200: {"description": description, **beside, "content": content}}


def kept(description: str, content: Schema, *sent: str) -> Responses:
    """The same of what clients may hold already: its headers are those of a 304 as well."""
    found = answered(description, content, "ETag", "Cache-Control", *sent)
    return {**found, 304: {"description": "The client holds these bytes already."}}


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
    found = _parameter("query", field.name, field.info.description, _without_null(schema))
    found["required"] = field.required
    if field.kinds == {"array"} and _is_scalar(found["schema"].get("items", {})):
        return {**found, "style": "form", "explode": False}
    if not field.kinds <= _SCALAR:
        return {**found, "schema": {"type": "string", "minLength": 1, "maxLength": 20_000}}
    if isinstance(field.default, str | int | float):
        found["schema"]["default"] = field.default
    return found


def in_path(name: str, description: str | None, values: Iterable[str] = ()) -> Schema:
    """A part of a path as a parameter: any text, or one of some values."""
    among = {"enum": [*values]} if values else {}
    return _parameter("path", name, description, {"type": "string", **among})


def _parameter(where: str, name: str, description: str | None, schema: Schema) -> Schema:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "description": description or "",
        "schema": schema,
    }


_OF_THE_PARAMETER = {"description", "title", "default"}


_SCALAR = {"string", "integer", "number", "boolean"}


def _is_scalar(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") in _SCALAR


def _without_null(schema: Mapping[str, Any]) -> Schema:
    """The schema of a value that is there: a parameter that may be null is left out."""
    branches = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(branches) == 1:
        return {**branches[0], **{k: v for k, v in schema.items() if k != "anyOf"}}
    return dict(schema)


def _format(question: Question[Any, Any]) -> Schema:
    description = "A format by name; without it, the `Accept` header decides."
    values = {"type": "string", "enum": list(formats_of(question))}
    return _parameter("query", "format", description, values)


def _answers(question: Question[Any, Any], method: str) -> Responses:
    content = {
        media_type: content_of(name) for name, media_type in formats_of(question).items()
    } | json_of(question.answer.__name__)
    sent = ["Cache-Status", *(["Vary"] if len(content) > 1 else [])]
    if method == "POST":
        return answered("The answer.", content, "ETag", *sent)
    return kept("The answer.", content, *sent)


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


def content_of(format_: str) -> Schema:
    """The content of a format that is one text, or bytes, to whoever reads JSON."""
    return {"schema": {"type": "string", **({"format": "binary"} if format_ in BINARY else {})}}
