"""The OpenAPI document: FastAPI's, completed with what only the registry knows.

Two things are added. The request's ``architecture`` is spelled out as the union of every family's
knobs and of every family's presets; at run time it is resolved by the registry, whose errors say
more than those of a union. And every error is declared as the problem+json it is.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.problems import MEDIA_TYPE, Problem
from app.question import AnalysisRequest
from models import registry
from models.spec import Family

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
        schemas |= found
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
    return schemas


def _preset_schema(family: Family, spec: dict[str, Any]) -> dict[str, Any]:
    """The family's knobs without their defaults: the preset's hold instead."""
    knobs = {
        name: {key: value for key, value in knob.items() if key != "default"}
        for name, knob in spec["properties"].items()
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
