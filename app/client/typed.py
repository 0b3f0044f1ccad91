"""What type checkers and editors are told of the methods: one for each question.

At run time every question that is discovered is a method; a test holds this list to that.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol, TypeAlias, TypeVar

from archmeter.app.client.calls import Of
from archmeter.app.questions.analyze import Analysis
from archmeter.app.questions.block_formulas import BlockFormulas
from archmeter.app.questions.blocks import BlockList
from archmeter.app.questions.cardinality import CardinalityReport
from archmeter.app.questions.cliffs import CliffsReport
from archmeter.app.questions.conventions import ConventionReport
from archmeter.app.questions.curves import CurvesReport
from archmeter.app.questions.devices import DeviceInfo, DeviceList
from archmeter.app.questions.families import FamilyList
from archmeter.app.questions.family import FamilyInfo
from archmeter.app.questions.fast_scaling import FastReport
from archmeter.app.questions.fit import FitReport
from archmeter.app.questions.formulas import AnalysisFormulas
from archmeter.app.questions.iso_cost import IsoCostReport
from archmeter.app.questions.largest_batch import LargestBatchReport
from archmeter.app.questions.laws import LawsReport
from archmeter.app.questions.layers import LayerTable
from archmeter.app.questions.memory import MemoryReport
from archmeter.app.questions.presets import PresetList
from archmeter.app.questions.published import PublishedList
from archmeter.app.questions.published_scaling import PublishedScaling
from archmeter.app.questions.receptive_field import ReceptiveFieldReport
from archmeter.app.questions.roofline import RooflineReport
from archmeter.app.questions.sample import SampleReport
from archmeter.app.questions.schedule import ScheduleReport
from archmeter.app.questions.sensitivity import SensitivityReport
from archmeter.app.questions.torch_source import TorchSource
from archmeter.app.questions.training import TrainingReport
from archmeter.app.questions.training_kept import KeptList
from archmeter.app.questions.training_layers import LayerMacsList
from archmeter.app.questions.training_plans import PlanList
from archmeter.app.questions.training_timeline import Timeline

T = TypeVar("T")
A_co = TypeVar("A_co", covariant=True)

Awaited: TypeAlias = Coroutine[Any, Any, T]


class OfNetwork(Protocol[A_co]):
    """A question about a network; what is no option of it is a knob of the network."""

    def __call__(self, network: Of = ..., /, **options: Any) -> A_co:
        """Ask it."""


class OfName(Protocol[A_co]):
    """A question about something that has a name."""

    def __call__(self, name: str, /, **options: Any) -> A_co:
        """Ask it."""


class OfAll(Protocol[A_co]):
    """A question about everything there is, or some of it."""

    def __call__(self, **options: Any) -> A_co:
        """Ask it."""


class SyncQuestions:
    """Methods that answer."""

    analyze: OfNetwork[Analysis]
    block_formulas: OfName[BlockFormulas]
    blocks: OfAll[BlockList]
    cardinality: OfNetwork[CardinalityReport]
    cliffs: OfNetwork[CliffsReport]
    conventions: OfNetwork[ConventionReport]
    curves: OfNetwork[CurvesReport]
    device: OfName[DeviceInfo]
    devices: OfAll[DeviceList]
    families: OfAll[FamilyList]
    family: OfName[FamilyInfo]
    fast_scaling: OfNetwork[FastReport]
    fit: OfNetwork[FitReport]
    formulas: OfNetwork[AnalysisFormulas]
    iso_cost: OfNetwork[IsoCostReport]
    largest_batch: OfNetwork[LargestBatchReport]
    laws: OfNetwork[LawsReport]
    layers: OfNetwork[LayerTable]
    memory: OfNetwork[MemoryReport]
    presets: OfAll[PresetList]
    published: OfAll[PublishedList]
    published_scaling: OfAll[PublishedScaling]
    receptive_field: OfNetwork[ReceptiveFieldReport]
    roofline: OfNetwork[RooflineReport]
    sample: OfNetwork[SampleReport]
    schedule: OfNetwork[ScheduleReport]
    sensitivity: OfNetwork[SensitivityReport]
    torch_source: OfNetwork[TorchSource]
    training: OfNetwork[TrainingReport]
    training_kept: OfNetwork[KeptList]
    training_layers: OfNetwork[LayerMacsList]
    training_plans: OfNetwork[PlanList]
    training_timeline: OfNetwork[Timeline]


class AsyncQuestions:
    """Methods that are awaited."""

    analyze: OfNetwork[Awaited[Analysis]]
    block_formulas: OfName[Awaited[BlockFormulas]]
    blocks: OfAll[Awaited[BlockList]]
    cardinality: OfNetwork[Awaited[CardinalityReport]]
    cliffs: OfNetwork[Awaited[CliffsReport]]
    conventions: OfNetwork[Awaited[ConventionReport]]
    curves: OfNetwork[Awaited[CurvesReport]]
    device: OfName[Awaited[DeviceInfo]]
    devices: OfAll[Awaited[DeviceList]]
    families: OfAll[Awaited[FamilyList]]
    family: OfName[Awaited[FamilyInfo]]
    fast_scaling: OfNetwork[Awaited[FastReport]]
    fit: OfNetwork[Awaited[FitReport]]
    formulas: OfNetwork[Awaited[AnalysisFormulas]]
    iso_cost: OfNetwork[Awaited[IsoCostReport]]
    largest_batch: OfNetwork[Awaited[LargestBatchReport]]
    laws: OfNetwork[Awaited[LawsReport]]
    layers: OfNetwork[Awaited[LayerTable]]
    memory: OfNetwork[Awaited[MemoryReport]]
    presets: OfAll[Awaited[PresetList]]
    published: OfAll[Awaited[PublishedList]]
    published_scaling: OfAll[Awaited[PublishedScaling]]
    receptive_field: OfNetwork[Awaited[ReceptiveFieldReport]]
    roofline: OfNetwork[Awaited[RooflineReport]]
    sample: OfNetwork[Awaited[SampleReport]]
    schedule: OfNetwork[Awaited[ScheduleReport]]
    sensitivity: OfNetwork[Awaited[SensitivityReport]]
    torch_source: OfNetwork[Awaited[TorchSource]]
    training: OfNetwork[Awaited[TrainingReport]]
    training_kept: OfNetwork[Awaited[KeptList]]
    training_layers: OfNetwork[Awaited[LayerMacsList]]
    training_plans: OfNetwork[Awaited[PlanList]]
    training_timeline: OfNetwork[Awaited[Timeline]]
