"""What type checkers and editors are told of the methods: one for each question.

At run time every question that is discovered is a method; a test holds this list to that.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar

from archmeter.app.client.calls import Of
from archmeter.app.client.methods import Awaited, Method
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
from archmeter.app.questions.features import FeatureList
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

A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)


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


AboutNetwork: TypeAlias = Method[OfNetwork[A], OfNetwork[Awaited[A]]]
AboutName: TypeAlias = Method[OfName[A], OfName[Awaited[A]]]
AboutAll: TypeAlias = Method[OfAll[A], OfAll[Awaited[A]]]


class Questions:
    """Methods that answer, or whose answers are awaited."""

    analyze: AboutNetwork[Analysis]
    block_formulas: AboutName[BlockFormulas]
    blocks: AboutAll[BlockList]
    cardinality: AboutNetwork[CardinalityReport]
    cliffs: AboutNetwork[CliffsReport]
    conventions: AboutNetwork[ConventionReport]
    curves: AboutNetwork[CurvesReport]
    device: AboutName[DeviceInfo]
    devices: AboutAll[DeviceList]
    families: AboutAll[FamilyList]
    family: AboutName[FamilyInfo]
    fast_scaling: AboutNetwork[FastReport]
    features: AboutNetwork[FeatureList]
    fit: AboutNetwork[FitReport]
    formulas: AboutNetwork[AnalysisFormulas]
    iso_cost: AboutNetwork[IsoCostReport]
    largest_batch: AboutNetwork[LargestBatchReport]
    laws: AboutNetwork[LawsReport]
    layers: AboutNetwork[LayerTable]
    memory: AboutNetwork[MemoryReport]
    presets: AboutAll[PresetList]
    published: AboutAll[PublishedList]
    published_scaling: AboutAll[PublishedScaling]
    receptive_field: AboutNetwork[ReceptiveFieldReport]
    roofline: AboutNetwork[RooflineReport]
    sample: AboutNetwork[SampleReport]
    schedule: AboutNetwork[ScheduleReport]
    sensitivity: AboutNetwork[SensitivityReport]
    torch_source: AboutNetwork[TorchSource]
    training: AboutNetwork[TrainingReport]
    training_kept: AboutNetwork[KeptList]
    training_layers: AboutNetwork[LayerMacsList]
    training_plans: AboutNetwork[PlanList]
    training_timeline: AboutNetwork[Timeline]
