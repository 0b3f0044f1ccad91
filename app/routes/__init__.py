"""The REST interface: one noun per file (see README.md)."""

from app.routes import (
    analyses,
    audit,
    budgets,
    compare,
    conventions,
    devices,
    families,
    formulas,
    health,
    index,
    layers,
    memory,
    presets,
    published,
    receptive_field,
    roofline,
    scaling,
    training,
)

ROUTERS = (
    index.router,
    families.router,
    presets.router,
    published.router,
    devices.router,
    analyses.router,
    layers.router,
    memory.router,
    training.router,
    conventions.router,
    formulas.router,
    roofline.router,
    receptive_field.router,
    audit.router,
    compare.router,
    scaling.router,
    budgets.router,
    health.router,
)
"""In the order in which the documentation shows them."""
