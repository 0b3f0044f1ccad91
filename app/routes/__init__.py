"""The REST interface: one noun per file (see README.md)."""

from app.routes import (
    analyses,
    audit,
    compare,
    families,
    health,
    index,
    layers,
    presets,
    published,
)

ROUTERS = (
    index.router,
    families.router,
    presets.router,
    published.router,
    analyses.router,
    layers.router,
    audit.router,
    compare.router,
    health.router,
)
"""In the order in which the documentation shows them."""
