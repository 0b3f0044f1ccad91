"""Answers that were given before: tables, queries and the hot path (see README.md)."""

from archmeter.app.store.query import Search
from archmeter.app.store.store import Store

__all__ = ["Search", "Store"]
