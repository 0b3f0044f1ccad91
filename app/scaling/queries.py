"""Questions to the scaling lab as query parameters, for pages that embed an answer by its URL."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from archmeter.app import strict_json
from archmeter.app.errors import FieldError, InvalidRequest
from archmeter.app.roofline import Rate
from archmeter.app.scaling.requests import MAX_POINTS, Factor, Phi
from archmeter.models.errors import ArchmeterError
from archmeter.models.scaling import DepthRounding
from archmeter.models.spec import DType, Side

Listed = Annotated[str, Field(min_length=1, max_length=500)]

_COEFFICIENTS = ("alpha", "beta", "gamma")


class LabQuery(BaseModel):
    """A network, what it is fed, and what is read of it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    preset: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """A network people know, such as `efficientnet_b0`."""

    architecture: Annotated[str, Field(min_length=2, max_length=4_000)] | None = None
    """Or the architecture of a request as JSON: `{"preset":"resnet50","width_multiplier":2}`."""

    batch: Annotated[int, Field(ge=1, le=65_536)] = 1
    """Images at once."""

    dtype: DType = "float32"
    """Of weights and activations alike."""

    totals: Listed = "macs,params,activations"
    """What is read of every network, separated by commas."""

    device: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """A device of `/v1/devices`, for `roofline_seconds`."""

    tf32: bool = True
    """Whether matrices of float32 are multiplied in TF32, where the device has units for it."""

    flops_per_s: Rate | None = None
    """Your own peak, in place of the device's matrix rate."""

    bytes_per_s: Rate | None = None
    """Your own bandwidth, in place of the device's."""

    @model_validator(mode="after")
    def _one_network(self) -> Self:
        if (self.preset is None) == (self.architecture is None):
            raise ValueError("name a preset, or give an architecture")
        return self

    def document(self) -> dict[str, Any]:
        """The same question as the body of a POST.

        Raises:
            InvalidRequest: if the architecture is not a JSON object.
        """
        given = self.model_dump(exclude={"preset", "architecture"}, exclude_none=True)
        return {**given, "architecture": self._architecture(), "totals": _split(self.totals)}

    def _architecture(self) -> dict[str, Any]:
        if self.architecture is None:
            return {"preset": self.preset}
        try:
            found = strict_json.loads(self.architecture)
        except ArchmeterError as error:
            raise self._fault(str(error)) from error
        if not isinstance(found, dict):
            raise self._fault("the architecture is not an object")
        return found

    def _fault(self, message: str) -> InvalidRequest:
        return InvalidRequest(
            [
                FieldError(
                    field="architecture",
                    code="invalid_json",
                    message=message,
                    value=(self.architecture or "")[:120],
                    accepted="a JSON object",
                )
            ]
        )


class CurvesQuery(LabQuery):
    """Curves of what a network costs as it is scaled."""

    curves: Listed = "depth,width,resolution,compound"
    """Which, separated by commas."""

    alpha: Factor | None = None
    """α of the compound curve; without it that of EfficientNet."""

    beta: Factor | None = None
    """β of the compound curve."""

    gamma: Factor | None = None
    """γ of the compound curve."""

    start: Phi = 0.0
    """The first step φ."""

    stop: Phi = 3.0
    """The last."""

    points: Annotated[int, Field(ge=1, le=MAX_POINTS)] = 13
    """How many."""

    overlay: bool = False
    """Also scale by the published coefficients of EfficientNet-B0 to B7."""

    resolution_step: Annotated[int, Field(ge=1, le=512)] = 1
    """Scaled sides are multiples of so many pixels."""

    depth_rounding: DepthRounding = "up"
    """Scaled depths are rounded up, or to the nearest where the family can."""

    @model_validator(mode="after")
    def _coefficients_are_used(self) -> Self:
        if self._law() and "compound" not in _split(self.curves):
            raise ValueError("alpha, beta and gamma are those of the compound curve, not asked for")
        return self

    def document(self) -> dict[str, Any]:
        """The same question as the body of a POST."""
        found = super().document()
        for name in (*_COEFFICIENTS, "start", "stop", "points"):
            found.pop(name, None)
        law = self._law()
        found["curves"] = [
            {"name": name, **law} if law and name == "compound" else name
            for name in _split(self.curves)
        ]
        return {
            **found,
            "phi": {"start": self.start, "stop": self.stop, "points": self.points},
        }

    def _law(self) -> dict[str, float]:
        given = {name: getattr(self, name) for name in _COEFFICIENTS}
        return {name: value for name, value in given.items() if value is not None}


class SensitivityQuery(LabQuery):
    """By how many per cent totals grow when a knob grows by one."""

    knobs: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    """Only these, separated by commas, with all that is inside them."""

    def document(self) -> dict[str, Any]:
        """The same question as the body of a POST."""
        found = super().document()
        return found if self.knobs is None else {**found, "knobs": _split(self.knobs)}


class CliffsQuery(LabQuery):
    """Sizes of the input at which maps gain a row."""

    low: Side | None = None
    """The least side of the range; without it, 3/4 of the network's own, or of the largest."""

    high: Side | None = None
    """The largest; without it, 5/4 of the network's own, or of the least."""


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
