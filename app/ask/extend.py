"""Answers that say more than another one does."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from archmeter.analyzers.answers import Answer


def fields_of(answer: Answer, kind: type[Answer] | None = None) -> dict[str, Any]:
    """The fields of an answer by name: all, or those that a kind has as well."""
    names = {field.name for field in fields(kind or type(answer))}  # type: ignore[arg-type]
    return {
        field.name: getattr(answer, field.name)
        for field in fields(answer)  # type: ignore[arg-type]
        if field.name in names
    }
