"""The bodies of requests and responses, as OpenAPI shows them.

Figures are not listed here: the models are derived from the analyzers' dataclasses, so the schema
cannot lag behind what is counted. All numbers are plain integers: bytes, elements, operations.
"""

import re
from dataclasses import asdict
from datetime import datetime
from inspect import cleandoc, getdoc
from typing import Annotated, Any, Self, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from archmeter.analyzers import Memory, RollUp, Row, Totals
from archmeter.app.figures import FIGURES
from archmeter.app.question import ID_DIGITS
from archmeter.app.records import AuditRecord, AuditVerdict, Summary
from archmeter.models.spec import Family, Preset

ANALYSIS_ID = rf"^[0-9a-f]{{{ID_DIGITS}}}$"

AnalysisId = Annotated[str, Field(pattern=ANALYSIS_ID, examples=["0123456789abcdef01234567"])]


_ATTRIBUTES = "\n\nAttributes:\n"
_MEANING = re.compile(r"^    (\w+): (.+(?:\n {5,}\S.*)*)", re.MULTILINE)


class Body(BaseModel):
    """Base of all bodies."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        # Each attribute is described where it stands; the list of them would say it twice.
        if cls.__doc__:
            cls.__doc__ = cleandoc(cls.__doc__).partition(_ATTRIBUTES)[0]


class Derived(Body):
    """Base of bodies made from the analyzers' own tuples: there is no source to read words from."""

    model_config = ConfigDict(use_attribute_docstrings=False)


def described(kind: type[Any], /, *left_out: str, **nested: Any) -> dict[str, Any]:
    """The fields of a named tuple, with the meanings that its docstring gives them.

    Args:
        kind: the named tuple.
        left_out: fields of it that a body does not have.
        nested: types that a body has in the place of the tuple's; also of fields that it adds.
    """
    attributes = (getdoc(kind) or "").partition(_ATTRIBUTES)[2]
    meanings = {name: " ".join(text.split()) for name, text in _MEANING.findall(attributes)}
    return {
        name: (hint, Field(description=meanings.get(name)))
        for name, hint in (get_type_hints(kind) | nested).items()
        if name not in left_out
    }


TotalFigures = create_model("Totals", __base__=Derived, __doc__=Totals.__doc__, **described(Totals))
MemoryFigures = create_model("Memory", __base__=Derived, __doc__="Bytes.", **described(Memory))

_roll_up = described(RollUp)
del _roll_up["blocks"]
Block = create_model("Block", __base__=Derived, __doc__=RollUp.__doc__, **_roll_up)


class Stage(Block):
    """A stage, stem or head: the sum of its rows, and the same for each of its blocks."""

    blocks: tuple[Block, ...] = ()


class AnalysisInput(Body):
    """What the network was fed."""

    batch: int
    """Images at once."""

    dtype: str
    """Of weights and activations alike."""

    shape: list[int]
    """Batch, channels, height, width."""


class AnalysisLinks(Body):
    """Where to go from here. Relative, because a host may be reached under several names."""

    self: str
    layers: str
    memory: str
    training: str
    conventions: str
    formulas: str
    roofline: str
    receptive_field: str
    audit: str
    family: str


class Analysis(Body):
    """What one architecture costs."""

    id: AnalysisId
    """Derived from architecture, input and counting rules: the same question has the same id."""

    name: str
    """The nearest preset, and what differs from it."""

    architecture: dict[str, JsonValue]
    """The canonical spec: every knob of the family, defaults included."""

    input: AnalysisInput
    output_shape: list[int]
    counting_rules: str
    """Version of the rules behind the figures; another version may count otherwise."""

    totals: TotalFigures
    """A MAC is one multiply-accumulate; FLOPs are 2·MACs and everything counted besides."""

    memory: MemoryFigures
    """Bytes, by dtype: inference peak and what training keeps are different figures."""

    stages: list[Stage]
    """Stem, stages and head with their blocks; each figure sums to its total."""

    links: AnalysisLinks


Layer = create_model(
    "Layer",
    __base__=Derived,
    __doc__="One operator of the network, in execution order.",
    **described(Row),
)


class LayerTable(Body):
    """Every operator of an analyzed network."""

    id: AnalysisId
    name: str
    rows: list[Layer]
    totals: TotalFigures
    """What the rows sum to."""


class PaperInfo(Body):
    """Where a family was published."""

    title: str
    authors: str
    year: int
    url: str


class PresetInfo(Body):
    """A published network by the name people know."""

    name: str
    family: str
    architecture: dict[str, JsonValue]
    """Its canonical spec."""

    source: str
    """Table of the paper, or the library the name comes from."""

    @classmethod
    def of(cls, preset: Preset) -> Self:
        """Describe a preset."""
        return cls(
            name=preset.name,
            family=preset.family,
            architecture=preset.spec.canonical(),
            source=preset.source,
        )


class FamilySummary(Body):
    """A family in a list."""

    name: str
    title: str
    summary: str
    paper: PaperInfo
    presets: list[str]
    links: dict[str, str]

    @classmethod
    def of(cls, family: Family) -> Self:
        """Describe a family in brief."""
        return cls.model_validate(_family_fields(family))


class FamilyInfo(Body):
    """A family with its knobs and its published networks."""

    name: str
    title: str
    summary: str
    paper: PaperInfo
    presets: list[PresetInfo]
    links: dict[str, str]
    spec: dict[str, JsonValue]
    """JSON Schema of the family's knobs: bounds, defaults and meanings."""

    @classmethod
    def of(cls, family: Family) -> Self:
        """Describe a family in full."""
        return cls.model_validate(
            {
                **_family_fields(family),
                "presets": [PresetInfo.of(preset) for preset in family.presets],
                "spec": family.spec.model_json_schema(),
            }
        )


class FamilyList(Body):
    """Every family there is."""

    items: list[FamilySummary]


class PresetList(Body):
    """Published networks."""

    items: list[PresetInfo]


class _SummaryBody(Body):
    """An analysis in a list: flat, one column per figure."""

    id: AnalysisId
    family: str
    name: str
    batch: int
    dtype: str
    resolution: list[int]
    counting_rules: str
    created_at: datetime
    audit: AuditVerdict | None
    """How the second opinion came out; null if nobody has asked for one."""

    links: dict[str, str]


AnalysisSummary = create_model(
    "AnalysisSummary",
    __base__=_SummaryBody,
    __doc__=_SummaryBody.__doc__,
    **dict.fromkeys(FIGURES, (int, ...)),  # type: ignore[call-overload]
)


def summary_fields(summary: Summary) -> dict[str, Any]:
    """A stored analysis as the fields of an `AnalysisSummary`."""
    return {
        "id": summary.id,
        "family": summary.family,
        "name": summary.name,
        "batch": summary.batch,
        "dtype": summary.dtype,
        "resolution": summary.architecture["resolution"],
        "counting_rules": summary.counting_rules,
        **summary.figures,
        "created_at": summary.created_at,
        "audit": summary.audit,
        "links": {"self": f"/v1/analyses/{summary.id}"},
    }


class AnalysisList(Body):
    """One page of analyses."""

    total: int
    """How many match, on all pages."""

    items: list[AnalysisSummary]
    links: dict[str, str]
    """`next` is there while there is a next page."""


Ratios = create_model(
    "Ratios",
    __base__=Derived,
    __doc__="Figures as multiples of the first analysis'; null where that is zero.",
    **dict.fromkeys(FIGURES, (float | None, ...)),  # type: ignore[call-overload]
)


class ComparedAnalysis(Body):
    """One analysis beside others."""

    analysis: AnalysisSummary
    ratios: Ratios


class Comparison(Body):
    """Analyses side by side, in the order asked for."""

    reference: AnalysisId
    """The first one: every ratio is to its figures."""

    items: list[ComparedAnalysis]


class AuditDifference(Body):
    """A layer on which two counts differ."""

    path: str
    ours: int
    theirs: int


class AuditScratch(Body):
    """Memory that a kernel of the tool takes for itself."""

    path: str
    """The operator at which most is allocated because of it."""

    takes: int
    """Bytes that its kernel takes."""

    adds: int
    """Bytes by which the peak is higher."""

    why: str
    """What they are for."""


class AuditCheck(Body):
    """One figure, counted by us and by another tool."""

    figure: str
    tool: str
    input_shape: list[int]
    """What the tool was run on: a smaller image, if the one asked for would take too long."""

    ours: int
    theirs: int
    agrees: bool
    """Whether both are the same integer, once what the scratch adds is added to ours."""

    where: list[AuditDifference]
    """Layers that differ, the largest difference first."""

    scratch: AuditScratch | None
    """What the tool's own kernels add to our figure."""


class AuditReport(Body):
    """What other tools count for the same network, lowered to a torch module."""

    id: AnalysisId
    name: str
    agrees: bool
    """Whether every figure was confirmed to the unit."""

    checks: list[AuditCheck]
    counting_rules: str
    """Version of the rules that were audited."""

    torch_version: str
    """Of the torch that recounted."""

    created_at: datetime
    """When it did."""

    @classmethod
    def of(cls, summary: Summary, record: AuditRecord) -> Self:
        """The body for a stored audit."""
        return cls.model_validate(
            {
                "id": summary.id,
                "name": summary.name,
                **record.report,
                "counting_rules": record.counting_rules,
                "torch_version": record.torch_version,
                "created_at": record.created_at,
            }
        )


class Health(Body):
    """The service answers, and so does its database."""

    status: str
    counting_rules: str


class Index(Body):
    """Where everything is."""

    name: str
    counting_rules: str
    links: dict[str, str]


def _family_fields(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "title": family.title,
        "summary": family.summary,
        "paper": asdict(family.paper),
        "presets": [preset.name for preset in family.presets],
        "links": {
            "self": f"/v1/families/{family.name}",
            "presets": f"/v1/presets?family={family.name}",
        },
    }
