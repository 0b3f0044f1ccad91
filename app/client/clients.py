"""The two clients: the same calls, one set of descriptions, two ways to make them."""

from archmeter.app.client import analyses, catalogue, drawing, scaling
from archmeter.app.client.transports import AsyncTransport, SyncTransport


class Calls:
    """Everything that can be asked, under the names it has on both clients."""

    analyze = analyses.analyze
    get = analyses.get_analysis
    stages = analyses.stages
    layers = analyses.layers
    memory = analyses.memory
    training = analyses.training
    kept = analyses.kept
    plans = analyses.plans
    training_layers = analyses.training_layers
    training_timeline = analyses.training_timeline
    largest_batch = analyses.largest_batch
    conventions = analyses.conventions
    formulas = analyses.formulas
    roofline = analyses.roofline
    receptive_field = analyses.receptive_field
    audit = analyses.audit
    audited = analyses.audited
    compare = analyses.compare
    find = analyses.find
    search = analyses.search

    families = catalogue.families
    family = catalogue.family
    presets = catalogue.presets
    published = catalogue.published
    devices = catalogue.devices
    device = catalogue.device
    blocks = catalogue.blocks
    block_formulas = catalogue.block_formulas

    curves = scaling.curves
    search_laws = scaling.search_laws
    scale_fast = scaling.scale_fast
    sensitivity = scaling.sensitivity
    cliffs = scaling.cliffs
    schedule = scaling.schedule
    published_scaling = scaling.published_scaling
    fit = scaling.fit
    sample = scaling.sample
    iso_cost = scaling.iso_cost
    cardinality = scaling.cardinality

    charts = drawing.charts
    chart = drawing.chart
    draw = drawing.draw


class Client(Calls, SyncTransport):
    """Asks the service and waits for the answer."""


class AsyncClient(Calls, AsyncTransport):
    """Asks the service; every call is awaited, and searches are iterated over with `async for`."""
