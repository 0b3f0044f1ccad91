"""What can be asked, once: a model whose fields are also those of a URL and of a command.

A body is the model's JSON. In a URL, on the command line and in forms the same fields are text: a
list stands between commas, an object is JSON or has a shorter spelling (`Spelled`), and an object
marked `Spread` is its own fields, as `start`, `stop` and `points` are those of `phi`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from archmeter.app.ask import strict_json
from archmeter.app.ask.describe_schema import resolved
from archmeter.app.ask.errors import FieldError, InvalidRequest
from archmeter.app.ask.spelling import Spelled
from archmeter.app.ask.validation import echo, nearest, schema_of, validate
from archmeter.models.errors import ArchmeterError

Schema = Mapping[str, Any]

R = TypeVar("R", bound="Request")


class Request(BaseModel):
    """Base of everything that can be asked: a misspelt field is an error, never passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Spread:
    """Marks an object whose fields are parameters and options of their own."""


@dataclass(frozen=True, slots=True)
class Known:
    """Marks a text that is one of some names: shells complete it; whoever is asked refuses others.

    Attributes:
        names: all of them, found when they are needed.
    """

    names: Callable[[], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Option:
    """How a field is given on the command line, where that is not by its own name.

    Attributes:
        name: with its dashes.
        form: what is typed after it, as in ``KNOB=VALUES``.
        help: what it does, if that is not what the field says.
        read: from the text to the field, or to a part of it: an item of a list, a pair of an object
            whose names are the client's own.
        value: what the field is if the option is there; nothing is typed after it then.
        part: the field of an object that is typed; its other fields have options of their own.
    """

    name: str
    form: str | None = None
    help: str | None = None
    read: Callable[[str], object] | None = None
    value: object = None
    part: str | None = None


@dataclass(frozen=True)
class TextField:
    """A field that is given as text.

    Attributes:
        name: of the parameter.
        path: of the field inside the request.
        info: the field.
        schema: what it accepts, references followed.
    """

    name: str
    path: tuple[str, ...]
    info: FieldInfo
    schema: Schema = field(repr=False)

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.info.is_required()

    @property
    def default(self) -> object:
        """What it is if nobody says otherwise; None if it has no default."""
        found = self.info.get_default(call_default_factory=True)
        return None if found is PydanticUndefined else found

    @property
    def options(self) -> list[Option]:
        """How it is given on the command line."""
        own = [mark for mark in self.info.metadata if isinstance(mark, Option)]
        return own or [Option(f"--{self.name.replace('_', '-')}")]

    @property
    def kinds(self) -> set[str]:
        """The JSON types it may be of."""
        branches = self.schema.get("anyOf", self.schema.get("oneOf", [self.schema]))
        return {str(branch.get("type", "object")) for branch in branches} - {"null"}

    @property
    def is_list(self) -> bool:
        """Whether it is a list, whose items may be given one by one; not if a text is one value."""
        return "array" in self.kinds and "string" not in self.kinds

    @property
    def is_mapping(self) -> bool:
        """Whether it is an object whose names are the client's own."""
        branches = self.schema.get("anyOf", [self.schema])
        return any(branch.get("additionalProperties") for branch in branches)

    @property
    def choices(self) -> list[str]:
        """The values it may have, if it is one of some names, or a list of such."""
        return [str(name) for name in _names(self.schema)]

    @property
    def known(self) -> Iterable[str]:
        """The same, and names that its schema does not have."""
        marks = (mark for mark in self.info.metadata if isinstance(mark, Known))
        return next((mark.names() for mark in marks), self.choices)

    def read(self, text: str) -> object:
        """The value that a text stands for, before it is validated.

        Raises:
            InvalidRequest: if it begins like JSON and is none.
        """
        if self.kinds != {"string"} and text[:1] in {"{", "["}:
            return self._parsed(text)
        if self.is_list and not any(isinstance(m, Spelled) for m in self.info.metadata):
            return [part.strip() for part in text.split(",")]
        return text

    def _parsed(self, text: str) -> object:
        try:
            return strict_json.loads(text)
        except ArchmeterError as error:
            raise InvalidRequest.at(
                self.name, "invalid_json", str(error), echo(text), "JSON"
            ) from error


def _names(schema: Schema) -> Iterator[object]:
    yield from schema.get("enum", ())
    within = [schema["items"]] if "items" in schema else []
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *within):
        yield from _names(branch)


@cache
def text_fields(model: type[BaseModel]) -> dict[str, TextField]:
    """Every field of a request that can be given as text, by its name."""
    return {found.name: found for found in _text_fields(model, ())}


def _text_fields(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[TextField]:
    schema = schema_of(model)
    definitions = schema.get("$defs", {})
    for name, info in model.model_fields.items():
        inner = info.annotation
        if any(isinstance(mark, Spread) for mark in info.metadata) and isinstance(inner, type):
            yield from _text_fields(inner, (*path, name))
        else:
            yield TextField(
                name, (*path, name), info, _followed(schema["properties"][name], definitions)
            )


def _followed(schema: Schema, definitions: Schema) -> Schema:
    found = dict(resolved(schema, definitions))
    for key in ("anyOf", "oneOf"):
        if key in found:
            found[key] = [resolved(branch, definitions) for branch in found[key]]
    if "items" in found:
        found["items"] = resolved(found["items"], definitions)
    return {**found, **{k: v for k, v in schema.items() if k in {"default", "description"}}}


def from_text(
    model: type[R],
    parameters: Mapping[str, str],
    *,
    given: Mapping[str, Any] = MappingProxyType({}),
    apart: Collection[str] = (),
    beside: Collection[str] = (),
) -> R:
    """The request that parameters of a URL make.

    Args:
        model: what is asked.
        parameters: text by name.
        given: fields that are known already, as those of a path.
        apart: fields that are no parameters.
        beside: parameters that are no fields, for whoever misspells one.

    Raises:
        InvalidRequest: naming every parameter at fault.
    """
    fields = {name: found for name, found in text_fields(model).items() if name not in apart}
    faults = [
        _unknown(name, text, {*fields, *beside})
        for name, text in parameters.items()
        if name not in fields
    ]
    document: dict[str, Any] = dict(given)
    for name, text in parameters.items():
        if name in fields:
            try:
                put(document, fields[name].path, fields[name].read(text))
            except InvalidRequest as error:
                faults += error.errors
    if faults:
        raise InvalidRequest(sorted(faults, key=lambda fault: fault.field or ""))
    return from_document(model, document)


def from_document(model: type[R], document: Mapping[str, Any]) -> R:
    """A request whose spread fields are called as they are in text.

    Raises:
        InvalidRequest: naming every parameter at fault.
    """
    spread = {found.path: found.name for found in text_fields(model).values() if found.path[1:]}
    try:
        return validate(model, document)
    except InvalidRequest as error:
        raise InvalidRequest(
            [
                fault.model_copy(update={"field": _named(fault.field, spread)})
                for fault in error.errors
            ]
        ) from error


def put(document: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    """Set what a path leads to, with objects on the way where there is nothing yet."""
    *around, last = path
    for step in around:
        document = document.setdefault(step, {})
    document[last] = value


def _named(path: str | None, spread: Mapping[tuple[str, ...], str]) -> str | None:
    parts = tuple((path or "").split("."))
    for i in range(len(parts), 0, -1):
        if parts[:i] in spread:
            return ".".join((spread[parts[:i]], *parts[i:]))
    return path


def _unknown(name: str, text: str, fields: Collection[str]) -> FieldError:
    return FieldError(
        field=name,
        code="extra_forbidden",
        message="no such field",
        value=echo(text),
        accepted=nearest(name, fields, likeness=0.7) or ", ".join(sorted(fields)) or None,
    )


def to_text(request: Request) -> dict[str, str]:
    """The fewest parameters that make the same request: `from_text` of them is it again."""
    found: dict[str, str] = {}
    document = request.model_dump(mode="json", exclude_defaults=True)
    for name, text_field in text_fields(type(request)).items():
        value: Any = document
        for step in text_field.path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            found[name] = _as_text(value)
    return found


def _as_text(value: object) -> str:
    match value:
        case str():
            return value
        case list() if all(isinstance(part, str | int | float) for part in value):
            return ",".join(map(_as_text, value))
        case _:
            return strict_json.dumps(value).decode()


def part_of(model: type[R], request: BaseModel, **changed: object) -> R:
    """The request of another model that a larger one holds, with some fields changed."""
    named = model.model_fields.keys() & request.model_fields_set
    return validate(model, {**{name: getattr(request, name) for name in named}, **changed})
