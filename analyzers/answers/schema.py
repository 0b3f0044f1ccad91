"""The JSON Schema of answers, in the words that stand below their fields."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from archmeter.analyzers.answers.answer import adapter

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

MODE: JsonSchemaMode = "serialization"
"""Fields with a default are there in every answer."""


class DescribedSchema(GenerateJsonSchema):
    """Schemas of dataclasses whose fields are described where they are declared."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """The schema of a dataclass, a description in each of its properties."""
        found = super().dataclass_schema(schema)
        kind = schema["cls"]
        if "description" not in found and kind.__doc__:
            found["description"] = inspect.cleandoc(kind.__doc__)
        for name, text in meanings(kind).items():
            if name in found.get("properties", {}):
                found["properties"][name].setdefault("description", text)
        return found

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - as pydantic has it
    ) -> bool:
        """Whether every answer has a field: all but what is left out where it is empty."""
        if field["type"] == "dataclass-field":
            return "serialization_exclude_if" not in field
        return super().field_is_required(field, total)


def answer_schema(kind: Any, ref_template: str = "#/$defs/{model}") -> dict[str, Any]:  # noqa: ANN401 - any annotation is a type here
    """The JSON Schema of what a type is written as."""
    found: dict[str, Any] = adapter(kind).json_schema(
        mode=MODE, ref_template=ref_template, schema_generator=DescribedSchema
    )
    return found


def meanings(kind: type[Any]) -> dict[str, str]:
    """What each field of a dataclass means, those of its bases included."""
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        found |= _docstrings(base.__module__).get(base.__name__, {})
    return found


@cache
def _docstrings(module: str) -> dict[str, dict[str, str]]:
    """By class and field, the text below the field; none of what has no source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):
        return {}
    return {
        node.name: dict(_fields(node)) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }


def _fields(node: ast.ClassDef) -> list[tuple[str, str]]:
    return [
        (field.target.id, inspect.cleandoc(below.value.value))
        for field, below in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    ]
