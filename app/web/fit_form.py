"""The budget page's parameters: a network, knobs that may move, bounds, and what is best.

Rows are parameters that stand several times: the third ``knob`` belongs to the third ``values``.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams

from archmeter.analyzers.answers.units import si
from archmeter.analyzers.scaling.totals import ROOFLINE
from archmeter.app.ask.design_space import ObjectiveRequest
from archmeter.app.ask.spelling import NoAmount, amount_of, domain_of, value_of
from archmeter.app.ask.validation import validate
from archmeter.app.questions.fit import FitRequest
from archmeter.app.web.lab_form import LabForm, usual
from archmeter.app.web.messages import faults, form_field, messages
from archmeter.models.errors import ArchmeterError

_KNOBS = ("knob", "values")
_BOUNDS = ("bound", "at_least", "at_most", "images")
_NUMBERS = ("count", "max_specs", "seed")
_DEFAULTS = {
    **usual(FitRequest, (*_NUMBERS, "device")),
    **usual(ObjectiveRequest, ("sense",)),
    "objective": usual(ObjectiveRequest, ("total",))["total"],
}

_RENAMED = {"objective.total": "objective", "objective.sense": "sense", "architecture": "preset"}

_MOVING = {"depth_multiplier": "0.5:2:0.25", "width_multiplier": "0.5:1.5:0.125"}
"""What every family has, where nobody says what may move."""

_BOUNDED = ("macs", "params")
_ROOM = 1.5
"""Of what the network has of these, where nobody says what bounds there are."""


class KnobRow(NamedTuple):
    """A knob, and what it may be, as they were typed."""

    knob: str = ""
    values: str = ""
    error: str = ""


class BoundRow(NamedTuple):
    """A total and its bounds, as they were typed; ``images`` if at another batch."""

    bound: str = ""
    at_least: str = ""
    at_most: str = ""
    images: str = ""
    error: str = ""


class FitForm(LabForm):
    """What the page was asked.

    Attributes:
        request: the question; None if there is none.
    """

    def __init__(self, query: QueryParams) -> None:
        super().__init__(query, _DEFAULTS, (*_KNOBS, *_BOUNDS))
        self.request: FitRequest | None = None
        self._knobs = [KnobRow(*row) for row in _rows(query, _KNOBS) or _MOVING.items()]
        self._bounds = [BoundRow(*row) for row in _rows(query, _BOUNDS) or self._usual_bounds()]
        self._faults: dict[str, str] = {}
        if not self.errors:
            try:
                document = self._document()
                if not self._faults:
                    self.request = validate(FitRequest, document)
            except ArchmeterError as error:
                self.refuse(error)

    @property
    def knobs(self) -> list[KnobRow]:
        """Knobs that move, and room for one more."""
        rows = (
            row._replace(error=self._fault(f"knobs.{row.knob}", f"values.{i}"))
            for i, row in enumerate(self._knobs)
        )
        return [*rows, KnobRow()]

    @property
    def bounds(self) -> list[BoundRow]:
        """Bounds, and room for one more."""
        rows = (
            row._replace(error=self._fault(f"bounds.{i}")) for i, row in enumerate(self._bounds)
        )
        return [*rows, BoundRow()]

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.errors or self._faults)

    @property
    def general(self) -> dict[str, str]:
        """What is wrong and about no row."""
        shown = {f"knobs.{row.knob}" for row in self._knobs}
        about = (*shown, *(f"bounds.{i}" for i in range(len(self._bounds))), "values.")
        rest = {k: v for k, v in self._faults.items() if not k.startswith(about)}
        return {**self.errors, **rest}

    def refuse(self, error: ArchmeterError) -> None:
        """Say what is wrong with the question."""
        for path, said in faults(error):
            if path.startswith(("knobs", "bounds.")):
                self._faults[path] = said
            else:
                self.errors[form_field(path, _RENAMED)] = said

    def _document(self) -> dict[str, Any]:
        total, device = self.values["objective"], self.values["device"]
        bounds = [self._bound(i, row) for i, row in enumerate(self._bounds)]
        read = {total, *(bound["total"] for bound in bounds)}
        return {
            **self.network.document,
            "knobs": {row.knob: self._domain(i, row) for i, row in enumerate(self._knobs)},
            "bounds": bounds,
            "objective": {"total": total, "sense": self.values["sense"]},
            **{name: value_of(self.values[name]) for name in _NUMBERS},
            **({"device": device} if device and ROOFLINE in read else {}),
        }

    def _domain(self, index: int, row: KnobRow) -> object:
        if row.knob in [other.knob for other in self._knobs[:index]]:
            self._faults[f"values.{index}"] = f"{row.knob[:80]} is there already."
        elif not row.knob or not row.values:
            missing = "its values" if row.knob else "which knob this is about"
            self._faults[f"values.{index}"] = f"Say {missing}, or leave both empty."
        return domain_of(row.values)

    def _bound(self, index: int, row: BoundRow) -> dict[str, Any]:
        found: dict[str, Any] = {"total": row.bound}
        for end in ("at_least", "at_most"):
            if text := getattr(row, end):
                try:
                    found[end] = amount_of(text)
                except NoAmount as error:
                    (self._faults[f"bounds.{index}"],) = messages(error).values()
        if row.images:
            found["batch"] = value_of(row.images)
        return found

    def _fault(self, *paths: str) -> str:
        """What is wrong with a row, wherever inside it."""
        return " ".join(
            said
            for field, said in self._faults.items()
            if any(field == path or field.startswith(f"{path}.") for path in paths)
        )

    def _usual_bounds(self) -> Iterator[list[str]]:
        if self.network.asked is not None:
            totals = self.network.asked.profile().totals
            for name in _BOUNDED:
                yield [name, "", si(round(getattr(totals, name) * _ROOM))]


def _rows(query: QueryParams, names: Sequence[str]) -> list[list[str]]:
    """Parameters that stand several times, as rows; those with nothing in them left out."""
    columns = [query.getlist(name) for name in names]
    rows = [[text.strip() for text in row] for row in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if any(row)]
