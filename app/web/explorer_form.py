"""What the Explorer was asked for: a network, and what its figures are held against."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from archmeter.analyzers.devices import devices
from archmeter.app.ask.device import DEFAULT_DEVICE
from archmeter.app.web.layer_rows import LayersQuery
from archmeter.app.web.network_form import Field, NetworkForm
from archmeter.models.spec import ArchitectureSpec

_USUAL = {"memory": "16", "device": DEFAULT_DEVICE}
"""Where nobody says otherwise: GB, and a device."""

_MOST_GB = 1_000_000
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?", re.ASCII)
_GB = 10**9

_FED = ("resolution", "in_channels", "num_classes", "folded")
_UNIVERSAL = tuple(name for name in ArchitectureSpec.model_fields if name not in {"family", *_FED})


class Slider(NamedTuple):
    """A slider beside a number.

    Attributes:
        doubles: whether it moves a power of two, so that each step multiplies.
    """

    low: float
    high: float
    step: float
    doubles: bool = False


SLIDERS = {
    "depth_multiplier": Slider(-2, 2, 0.1, doubles=True),
    "width_multiplier": Slider(-2, 2, 0.1, doubles=True),
    "resolution": Slider(32, 1024, 16),
    "batch": Slider(0, 10, 1, doubles=True),
}


class Group(NamedTuple):
    """Fields that belong together.

    Attributes:
        folds: whether it may be out of sight on small screens.
    """

    title: str
    fields: list[Field]
    folds: bool = False

    @property
    def is_touched(self) -> bool:
        """Whether some of its knobs were turned."""
        return any(field.changed or field.error for field in self.fields)


class Asked:
    """The parameters of the page.

    Attributes:
        form: the network.
        memory: GB that images are to fit into, as typed.
        device: for the roofline.
        errors: messages about these two, by field.
    """

    def __init__(self, query: Mapping[str, str]) -> None:
        self.errors: dict[str, str] = {}
        self.form = NetworkForm(query, own=(*_USUAL, *LayersQuery.model_fields))
        self.memory = query.get("memory", "").strip() or _USUAL["memory"]
        self.device = query.get("device", "").strip() or _USUAL["device"]
        if self.memory_bytes is None:
            self.errors["memory"] = f"A number of GB up to {_MOST_GB:,}."
        if self.device not in devices():
            self.errors["device"] = f"There is no device {self.device[:40]!r}."
            self.device = DEFAULT_DEVICE

    @cached_property
    def memory_bytes(self) -> int | None:
        """Bytes that images are to fit into."""
        number = float(self.memory) if _NUMBER.fullmatch(self.memory) else 0.0
        return round(number * _GB) if 0 < number <= _MOST_GB else None

    @property
    def query(self) -> str:
        """The shortest query of the page."""
        return self.query_without("")

    def query_without(self, name: str) -> str:
        """The shortest query of the page, but for one knob at its default."""
        typed = {"memory": self.memory, "device": self.device}
        own = {name: text for name, text in typed.items() if text != _USUAL[name]}
        return self.form.query_with(own, without=name)

    @property
    def chart_query(self) -> str:
        """The parameters of a chart of the network."""
        return urlencode(self.form.parameters)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the shortest query."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def groups(self) -> list[Group]:
        """The form's fields: what is fed, what every family has, what this one has."""
        fields = {field.name: field for field in self.form.fields}
        fed = [fields[name] for name in _FED if name in fields]
        every = [fields[name] for name in _UNIVERSAL if name in fields]
        rest = [field for name, field in fields.items() if name not in {*_FED, *_UNIVERSAL}]
        groups = [
            Group("scale", every),
            Group("input and classes", [*self.form.input_fields, *fed]),
            Group("knobs of the family", rest, folds=True),
        ]
        return [group for group in groups if group.fields]
