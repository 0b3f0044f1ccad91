"""A network as the fields of a form, made from its family's schema, and as the query of a URL.

A page's URL says only what differs: ``?preset=resnet50&resolution=288``. A form without scripts
sends all its fields, which says the same.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from archmeter.app.ask import strict_json
from archmeter.app.ask.network import Network
from archmeter.app.ask.request import TextField, text_fields
from archmeter.app.ask.spelling import text_of, value_of
from archmeter.app.web.messages import faults
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.pairs import sides
from archmeter.models.spec import ArchitectureSpec, InputSpec

DEFAULT_PRESET = "resnet50"

_INPUT = tuple(InputSpec.model_fields)
_FED = InputSpec()
_NAMING = ("preset", "family", "base")
RESERVED = (*_NAMING, *_INPUT)
"""Parameters that are no knobs of the architecture."""


class Field(NamedTuple):
    """A knob.

    Attributes:
        about: the same field of the spec, by which it is known what is accepted.
        value: as it stands in the form.
        default: what it is unless somebody turns it: that of the preset.
        error: what is wrong with it.
    """

    about: TextField
    value: str
    default: str
    error: str = ""

    @property
    def name(self) -> str:
        """Of the parameter."""
        return self.about.name

    @property
    def changed(self) -> bool:
        """Whether somebody turned it."""
        return self.value != self.default

    @property
    def choices(self) -> list[str]:
        """The values it may have, if it is nothing but one of some."""
        schema = self.about.schema
        known = [True, False] if schema.get("type") == "boolean" else schema.get("enum", ())
        return list(map(text_of, known))

    @property
    def kind(self) -> str:
        """How it is typed: as a choice, an integer, a number, JSON or text."""
        if self.default.startswith(("{", "[{")):
            return "json"
        if self.choices:
            return "choice"
        only = self.about.schema.get("type")
        return only if only in {"integer", "number"} else "text"


class NetworkForm:
    """What a page was asked about: a preset or a family, and what is changed of it.

    A family may stand where a preset is asked for: one field is enough to type either.

    Attributes:
        asked: the network and its input; None if the fields do not make one.
        errors: messages by field; those of no field under an empty name.
        fields: knobs of the architecture.
        input_fields: batch and dtype.
    """

    def __init__(self, query: Mapping[str, str], *, own: tuple[str, ...] = ()) -> None:
        """Read a page's parameters, other than those that are the page's ``own``."""
        self.errors: dict[str, str] = {}
        self.asked: Network | None = None
        given = {k: v.strip() for k, v in query.items() if k not in own and v.strip()}
        self.preset = given.get("preset", "")
        self.family = given.get("family", "")
        if self.preset in registry.families() and self.preset not in registry.presets():
            self.preset, self.family = "", self.preset
        elif not (self.preset or self.family):
            self.preset = DEFAULT_PRESET
        if "base" in given and given["base"] != self.base:
            # Another network was chosen: what was changed of the one before means nothing here.
            given = {k: v for k, v in given.items() if k in RESERVED}
        base = self._resolve_base()
        self.fields = _fields(base, given)
        self.input_fields = _fields(_FED, given)
        known = {*RESERVED, *(field.name for field in self.fields)}
        self._unknown = {k: v for k, v in given.items() if k not in known}
        if not self.errors:
            self._resolve()
            self.fields = list(map(self._judged, self.fields))
            self.input_fields = list(map(self._judged, self.input_fields))

    @property
    def base(self) -> str:
        """The preset or family that is changed."""
        return self.preset or self.family

    @property
    def general_errors(self) -> list[str]:
        """What is wrong that no knob of the form is about."""
        shown = {field.name for field in (*self.fields, *self.input_fields)}
        return [f"{k}: {v}" if k else v for k, v in self.errors.items() if k not in shown]

    @property
    def query(self) -> str:
        """The shortest query that asks the same."""
        return self.query_with({})

    def query_with(self, own: Mapping[str, str], *, without: str = "") -> str:
        """The same, with what a page asks besides, and perhaps one knob at its default."""
        changed = {f.name: f.value for f in self._changed() if f.name != without}
        return urlencode({**self._named(), **changed, **own}, safe=",")

    @property
    def document(self) -> dict[str, Any]:
        """The body of the same request."""
        values = {field.name: value_of(field.value) for field in self._changed()}
        knobs = {name: value for name, value in values.items() if name not in _INPUT}
        given = {name: value for name, value in values.items() if name in _INPUT}
        unknown = {name: value_of(value) for name, value in self._unknown.items()}
        return {"architecture": {**self._named(), **knobs, **unknown}, **given}

    @property
    def parameters(self) -> dict[str, str]:
        """The same as parameters of a chart."""
        named, *fed = self.document.items()
        knobs = named[1]
        if [*knobs] != ["preset"]:
            knobs = {"architecture": strict_json.dumps(knobs).decode()}
        return {**knobs, **{name: str(value) for name, value in fed}}

    def _named(self) -> dict[str, str]:
        return {"preset": self.preset} if self.preset else {"family": self.family}

    def _changed(self) -> list[Field]:
        return [field for field in (*self.fields, *self.input_fields) if field.changed]

    def _resolve_base(self) -> ArchitectureSpec:
        try:
            return registry.resolve(self._named())
        except ArchmeterError as error:
            self.errors["preset" if self.preset else "family"] = str(error)
            return registry.resolve({"preset": DEFAULT_PRESET})

    def _resolve(self) -> None:
        try:
            network = Network.parse(self.document)
            network.profile()
        except ArchmeterError as error:
            # The first thing that is wrong with each: knobs inside a knob are shown with it.
            self.errors.update({_knob(path): said for path, said in reversed(faults(error))})
        else:
            self.asked = network

    def _judged(self, field: Field) -> Field:
        error = self.errors.get(field.name)
        return field._replace(error=error) if error else field


def _fields(base: ArchitectureSpec | InputSpec, given: Mapping[str, str]) -> list[Field]:
    """The knobs of a spec, as somebody has turned them."""
    defaults = base.model_dump(mode="json")
    fields = []
    for name, about in text_fields(type(base)).items():
        if name != "family":
            default, typed = _shown(defaults[name]), given.get(name)
            # What is typed another way but means the same has not been changed.
            same = typed is None or _meant(value_of(typed)) == _meant(defaults[name])
            fields.append(Field(about, default if same or typed is None else typed, default))
    return fields


def _meant(value: object) -> object:
    """A value as lists: one side stands for two."""
    pair = sides(value)
    return [*pair] if isinstance(pair, tuple) else pair


def _square(value: object) -> object:
    """Two equal sides are one number."""
    match value:
        case [int() as height, int() as width] if height == width:
            return height
        case _:
            return value


def _shown(value: object) -> str:
    """A value as people would type it."""
    return text_of(_square(value))


def _knob(path: str) -> str:
    return path.removeprefix("architecture").lstrip(".").partition(".")[0]
