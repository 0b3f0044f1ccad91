"""Write `answers.py` and `asks.py` from OpenAPI: ``python -m archmeter.app.client.generate``.

What the service answers and takes is described there once. These two files tell it to editors and
type checkers; a test compares them with the document. Only this module imports the service.
"""

import json
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Schema = Mapping[str, Any]

_HERE = Path(__file__).resolve().parent
_REF = "#/components/schemas/"
_SCALARS = {"integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None"}
_GIVEN_APART = "architecture"
"""Every method takes it first, by name or as a mapping."""

_ANALYZED = "AnalysisRequest"
"""The one request that has a method with parameters of its own."""

_DICT = "TypedDict, total=False"

_MADE = "Made from the OpenAPI document by ``make types``; not edited by hand."


def answers(document: Schema) -> str:
    """The source of `answers.py`: a class for every object that the service answers with."""
    head = f'''"""What the service answers with.

{_MADE}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from archmeter.app.client.values import Answer, Rows

'''
    schemas = document["components"]["schemas"]
    roots = [schema for _, _, operation in operations(document) for schema in answered(operation)]
    wanted = _reachable(schemas, [*roots, {"$ref": f"{_REF}Problem"}])
    types = _Types(schemas, sent=False)
    classes = (
        types.lines(name, "Answer", schemas[name])
        for name in sorted(wanted)
        if "properties" in schemas[name]
    )
    return head + "\n\n".join(classes) + "\n"


def asks(document: Schema) -> str:
    """The source of `asks.py`: the parameters of every request, besides what is in its path."""
    head = f'''"""What the service can be asked, besides for which network.

{_MADE}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

'''
    schemas = document["components"]["schemas"]
    bodies = list(_body_schemas(document))
    wanted = _reachable(schemas, bodies, but=(_GIVEN_APART,))
    roots = {_name(schema) for schema in bodies}
    types = _Types(schemas, sent=True)
    classes = [
        types.lines(name, _DICT, schemas[name], but=(_GIVEN_APART,) if name in roots else ())
        for name in sorted(wanted - {_ANALYZED})
        if "properties" in schemas[name]
    ]
    classes += [types.lines(name, _DICT, schema) for name, schema in _queries(document)]
    return head + "\n\n".join(classes) + "\n"


def operations(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Path, method and description of everything that answers with objects.

    What comes in a format of one's choice is bytes: charts are drawn, and flat tables are for
    programs that know nothing of what they show.
    """
    for path, methods in document["paths"].items():
        if path.startswith("/v1/") and "{format}" not in path:
            for method, operation in methods.items():
                yield path, method, operation


def answered(operation: Schema) -> list[Schema]:
    """Schemas of the JSON that an operation answers with when all is well."""
    bodies = (
        response.get("content", {}).get("application/json", {}).get("schema")
        for status, response in operation["responses"].items()
        if status.startswith("2")
    )
    return [schema for schema in bodies if schema]


def _body_schemas(document: Schema) -> Iterator[Schema]:
    for _, _, operation in operations(document):
        if "requestBody" in operation:
            yield operation["requestBody"]["content"]["application/json"]["schema"]


def _queries(document: Schema) -> Iterator[tuple[str, Schema]]:
    """The parameters of reads, by the name of the first operation that takes them."""
    seen: list[Schema] = []
    for path, _, operation in operations(document):
        fields = {
            given["name"]: {**given["schema"], "description": given.get("description", "")}
            for given in operation.get("parameters", ())
            if given["in"] == "query"
        }
        required = [given["name"] for given in operation.get("parameters", ()) if given["required"]]
        # A body says it better than the URL it may be embedded by.
        posted = document["paths"][path].get("post")
        embedded = posted is not None and answered(posted) == answered(operation)
        if fields and fields not in seen and not embedded:
            seen.append(fields)
            words = operation["operationId"].partition("_v1_")[0].split("_")
            yield (
                "".join(word.capitalize() for word in words) + "Query",
                {"properties": fields, "required": required},
            )


def _reachable(schemas: Schema, roots: list[Schema], *, but: tuple[str, ...] = ()) -> set[str]:
    """Names of all schemas that these refer to, at any depth; not through properties in `but`."""
    found: set[str] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = _name(part)
            if name is not None and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting += [value for field, value in part.items() if field not in but]
        elif isinstance(part, list):
            waiting += part
    return found


class _Types:
    """JSON schemas as Python types: of what is read, or of what is sent.

    Args:
        schemas: those that references name.
        sent: whether these are requests: any sequence will do, and some fields are required.
    """

    def __init__(self, schemas: Schema, *, sent: bool) -> None:
        self.schemas = schemas
        self.sent = sent

    def lines(self, name: str, base: str, schema: Schema, *, but: tuple[str, ...] = ()) -> str:
        """A class, with the meaning of each field below it."""
        lines = [f"class {name}({base}):", *_docstring(schema.get("description") or _title(name))]
        for field, part in schema["properties"].items():
            if keyword.iskeyword(field) or not field.isidentifier():
                raise ValueError(f"{field!r} of {name} cannot be an attribute")
            if field in but:
                continue
            kind = self.of(part)
            if self.sent and field in schema.get("required", ()):
                kind = f"Required[{kind}]"
            lines += [f"    {field}: {kind}", *_docstring(part.get("description", ""))]
        fields = schema["properties"].items()
        absent = {field: part["default"] for field, part in fields if "default" in part}
        if absent and not self.sent:
            lines += [f"    _absent: ClassVar[Mapping[str, Any]] = {absent!r}", ""]
        return "\n".join(lines)

    def of(self, schema: Schema) -> str:  # noqa: PLR0911 - one match over JSON Schema
        """A schema as a type."""
        name = _name(schema)
        if name is not None:
            named = self.schemas[name]
            return name if "properties" in named else self.of(named)
        match schema:
            case {"enum": [*values]}:
                return f"Literal[{', '.join(map(json.dumps, values))}]"
            case {"const": value}:
                return f"Literal[{json.dumps(value)}]"
            case {"anyOf": [*parts]} | {"oneOf": [*parts]}:
                return " | ".join(dict.fromkeys(map(self.of, parts)))
            case {"prefixItems": [*parts]} if not self.sent:
                return f"tuple[{', '.join(map(self.of, parts))}]"
            case {"type": "array"}:
                return self._array(schema.get("items", {}))
            case {"type": "object", "additionalProperties": dict(values)}:
                return f"Mapping[str, {self.of(values)}]"
            case {"type": "object"}:
                return "Mapping[str, Any]"
            case {"type": str(scalar)}:
                return _SCALARS[scalar]
            case _:
                return "Any"

    def _array(self, items: Schema) -> str:
        kind = self.of(items)
        if self.sent:
            return f"Sequence[{kind}]"
        return f"Rows[{kind}]" if kind in self.schemas else f"tuple[{kind}, ...]"


def _docstring(text: str) -> list[str]:
    """Lines of a docstring in a class, and an empty one; only this if there is no text."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip())]
    if not paragraphs[0]:
        return [""]
    if paragraphs[0][-1] not in ".?!":
        paragraphs[0] += "."
    paragraphs[0] = paragraphs[0][0].upper() + paragraphs[0][1:]
    lines = "\n\n".join(textwrap.fill(part, 88) for part in paragraphs).splitlines()
    marks = 'r"""' if "\\" in text else '"""'
    if len(lines) == 1:
        return [f'    {marks}{lines[0]}"""', ""]
    return [
        f"    {marks}{lines[0]}",
        *(f"    {line}".rstrip() for line in lines[1:]),
        '    """',
        "",
    ]


def _title(name: str) -> str:
    """The name in words: ``LargestBatchReport`` becomes ``Largest batch report.``."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return f"{words.capitalize()}."


def _name(schema: Schema) -> str | None:
    reference = schema.get("$ref")
    return reference.removeprefix(_REF) if isinstance(reference, str) else None


def main() -> None:
    """Write both files, to be formatted by ``make format``."""
    from archmeter.app.main import create_app  # noqa: PLC0415 - the service, which the client never needs

    document = create_app().openapi()
    (_HERE / "answers.py").write_text(answers(document), "utf-8")
    (_HERE / "asks.py").write_text(asks(document), "utf-8")


if __name__ == "__main__":
    main()
