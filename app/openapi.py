"""The OpenAPI document: FastAPI's, completed with what only the registry knows.

Two things are added. The request's ``architecture`` is spelled out as the union of every family's
knobs and of every family's presets; at run time it is resolved by the registry, whose errors say
more than those of a union. And every error is declared as the problem+json it is.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from archmeter.app.problems import MEDIA_TYPE, Problem
from archmeter.app.question import AnalysisRequest
from archmeter.models import registry
from archmeter.models.spec import Family

_REF = "#/components/schemas/"

ANALYSIS_EXAMPLES: dict[str, Any] = {
    "preset": {
        "summary": "A network people know",
        "value": {"architecture": {"preset": "resnet50"}},
    },
    "override": {
        "summary": "Twice as wide, larger images, a batch of 8 in half precision",
        "value": {
            "architecture": {"preset": "resnet50", "width_multiplier": 2, "resolution": 288},
            "batch": 8,
            "dtype": "float16",
        },
    },
    "family": {
        "summary": "A family and its knobs",
        "value": {"architecture": {"family": "resnet", "resolution": [224, 320]}},
    },
}

ANALYSIS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": f"{_REF}AnalysisRequest"},
                "examples": ANALYSIS_EXAMPLES,
            }
        },
    }
}
"""The `openapi_extra` of routes that read an `AnalysisRequest` themselves."""


def request_body(model: type[BaseModel], examples: Mapping[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads another model from its body itself.

    An ``architecture`` in it is spelled out as that of an `AnalysisRequest` is.
    """
    schema = model.model_json_schema(ref_template=f"{_REF}{{model}}")
    content = {"application/json": {"schema": schema, "examples": dict(examples)}}
    return {"requestBody": {"required": True, "content": content}}


def install(app: FastAPI) -> None:
    """Make `app` serve the completed document, built on first use."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=app.description,
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI documents it


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, Any] = document["components"]["schemas"]
    schemas.update(_request_schemas())
    schemas.update(_definitions(Problem.model_json_schema(ref_template=f"{_REF}{{model}}")))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operation in _operations(document):
        for name, schema in _named_body(operation).items():
            if schemas.setdefault(name, schema) != schema:
                raise TypeError(f"two schemas are called {name}")
        for status, response in operation["responses"].items():
            if status[0] in "45":
                response["content"] = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}}}
                response["description"] = response["description"].replace(
                    "Validation Error", "Unprocessable Entity"
                )
    return document


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _named_body(operation: dict[str, Any]) -> dict[str, Any]:
    """Put a reference in the place of a body's schema; says what it refers to, by name."""
    if "requestBody" not in operation:
        return {}
    # Every application made of the same routes is given the same objects.
    operation["requestBody"] = deepcopy(operation["requestBody"])
    content = operation["requestBody"]["content"]["application/json"]
    schema = content["schema"]
    if "properties" not in schema:
        return {}
    if "architecture" in schema["properties"]:
        schema["properties"]["architecture"] = {"$ref": f"{_REF}Architecture"}
    content["schema"] = {"$ref": f"{_REF}{schema['title']}"}
    return _definitions(schema)


def _definitions(schema: dict[str, Any]) -> dict[str, Any]:
    """A model's schema and those it refers to, by name."""
    nested: dict[str, Any] = schema.pop("$defs", {})
    return {**nested, schema["title"]: schema}


def _request_schemas() -> dict[str, Any]:
    request = AnalysisRequest.model_json_schema(ref_template=f"{_REF}{{model}}")
    schemas = _definitions(request)
    by_family: dict[str, str] = {}
    with_preset: list[dict[str, str]] = []
    for family in registry.families().values():
        found = _definitions(family.spec.model_json_schema(ref_template=f"{_REF}{{model}}"))
        spec = found[family.spec.__name__]
        spec["required"] = sorted({"family", *spec.get("required", ())})
        for name, schema in found.items():
            if schemas.setdefault(name, schema) != schema:
                raise TypeError(f"two schemas are called {name}")
        by_family[family.name] = f"{_REF}{family.spec.__name__}"
        if family.presets:
            name = f"{family.spec.__name__}Preset"
            schemas[name] = _preset_schema(family, spec)
            with_preset.append({"$ref": f"{_REF}{name}"})
    request["properties"]["architecture"] = {
        "title": "Architecture",
        "description": request["properties"]["architecture"]["description"],
        "anyOf": [
            {
                "title": "A family and its knobs",
                "oneOf": [{"$ref": ref} for ref in by_family.values()],
                "discriminator": {"propertyName": "family", "mapping": by_family},
            },
            {"title": "A preset and its overrides", "anyOf": with_preset},
        ],
    }
    schemas["Architecture"] = request["properties"]["architecture"]
    return schemas


def _preset_schema(family: Family, spec: dict[str, Any]) -> dict[str, Any]:
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
