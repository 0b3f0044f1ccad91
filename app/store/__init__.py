"""Answers that were given before: tables, queries and the hot path (see README.md)."""

from app.store.query import Search
from app.store.store import Store

__all__ = ["Search", "Store"]
