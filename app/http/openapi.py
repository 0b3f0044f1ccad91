"""The OpenAPI document: FastAPI's, completed with what only the questions and the registry know.

The ``architecture`` of requests is spelled out as the union of every family's knobs and of every
family's presets; at run time it is resolved by the registry, whose errors say more than those of a
union. And every error is declared as the problem+json it is.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from archmeter.app.ask.question import questions
from archmeter.app.http import analyses, badges, charts, index, operations
from archmeter.app.http.operations import REF, definitions, named
from archmeter.app.http.problems import MEDIA_TYPE, Problem
from archmeter.app.settings import Settings
from archmeter.app.web import oembed
from archmeter.models import registry
from archmeter.models.spec import Family

Schema = dict[str, Any]

_ARCHITECTURE = (
    "A family with its knobs, or a preset with overrides; what is left out keeps its default."
)


_ANSWERS = (
    *index.ANSWERS,
    *analyses.ANSWERS,
    *charts.ANSWERS,
    *badges.ANSWERS,
    *oembed.ANSWERS,
)
"""What is answered besides to questions."""


def install(app: FastAPI) -> None:
    """Make `app` serve the completed document, built on first use."""

    def document() -> Schema:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                license_info=app.license_info,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            app.openapi_schema = _complete(found, app.state.settings)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI documents it


def _complete(document: Schema, settings: Settings) -> Schema:
    document["servers"] = [{"url": settings.public_url or "/", "description": "This service."}]
    document["security"] = []  # everybody who reaches it may ask
    components: Schema = document.setdefault("components", {})
    components["headers"] = dict(operations.HEADERS)
    schemas: Schema = components.setdefault("schemas", {})
    found = [
        *operations.schemas(questions()),
        *(pair for kind in _ANSWERS for pair in operations.answer(kind)),
        *named(Problem),
        *_architectures(),
    ]
    for name, schema in found:
        if schemas.setdefault(name, schema) != schema:
            raise TypeError(f"two schemas are called {name}")
    for schema in schemas.values():
        properties = schema.get("properties", {})
        if _is_any_object(properties.get("architecture")) and schema["title"] in _requests():
            properties["architecture"] = {"$ref": f"{REF}Architecture"}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operation in _operations(document):
        for status, response in operation["responses"].items():
            if status[0] in "45":
                response["content"] = {MEDIA_TYPE: {"schema": {"$ref": f"{REF}Problem"}}}
                response["headers"] = operations.headers("Cache-Control", "Retry-After")
                response["description"] = response["description"].replace(
                    "Validation Error", "Unprocessable Entity"
                )
        if "304" in operation["responses"]:
            operation["responses"]["304"]["headers"] = operation["responses"]["200"]["headers"]
    _without_defaults_of_references(document)
    return document


def _requests() -> set[str]:
    return {name for question in questions().values() for name, _ in named(question.request)}


def _is_any_object(schema: Schema | None) -> bool:
    match schema:
        case {"anyOf": [first, *_]}:
            return _is_any_object(first)
        case {"type": "object", "additionalProperties": True}:
            return True
    return False


def _operations(document: Schema) -> Iterator[Schema]:
    for path in document["paths"].values():
        yield from path.values()


def _without_defaults_of_references(node: object) -> None:
    """Take defaults away that stand beside a reference: generators of clients stumble over them."""
    match node:
        case dict():
            if _refers(node):
                node.pop("default", None)
            for child in node.values():
                _without_defaults_of_references(child)
        case list():
            for child in node:
                _without_defaults_of_references(child)


def _refers(schema: Schema) -> bool:
    branches = (branch for key in ("anyOf", "oneOf", "allOf") for branch in schema.get(key, ()))
    return "$ref" in schema or any(map(_refers, branches))


def _architectures() -> Iterator[tuple[str, Schema]]:
    """The schemas of what an architecture may be, by name."""
    by_family: dict[str, str] = {}
    with_preset: list[dict[str, str]] = []
    for family in registry.families().values():
        spec = family.spec.model_json_schema(ref_template=f"{REF}{{model}}")
        for name, schema in definitions(family.spec.__name__, spec):
            if name == family.spec.__name__:
                schema["required"] = sorted({"family", *schema.get("required", ())})
                by_family[family.name] = f"{REF}{name}"
                if family.presets:
                    with_preset.append({"$ref": f"{REF}{name}Preset"})
                    yield f"{name}Preset", _preset_schema(family, schema)
            yield name, schema
    families = {
        "title": "A family and its knobs",
        "oneOf": [{"$ref": reference} for reference in by_family.values()],
        "discriminator": {"propertyName": "family", "mapping": by_family},
    }
    presets = {"title": "A preset and its overrides", "anyOf": with_preset}
    yield (
        "Architecture",
        {"title": "Architecture", "description": _ARCHITECTURE, "anyOf": [families, presets]},
    )


def _preset_schema(family: Family, spec: Schema) -> Schema:
    """The family's knobs without their defaults: the preset's hold instead."""
    knobs = {
        name: family.spec.override_schema(name, knob) for name, knob in spec["properties"].items()
    }
    return {
        "title": f"{family.title} preset",
        "description": f"A published {family.title}, with any knob overridden.",
        "type": "object",
        "additionalProperties": False,
        "required": ["preset"],
        "properties": {
            "preset": {"type": "string", "enum": [preset.name for preset in family.presets]},
            **knobs,
        },
    }
