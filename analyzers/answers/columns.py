"""Rows of JSON as columns, and these as tables of pandas, polars and Arrow.

The three are given the same columns. None of the libraries is needed, or imported, before.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from archmeter.analyzers.answers.libraries import needed

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_INT64 = range(-(2**63), 2**63)

_EMPTY = (list,)


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Every column in the order of its first appearance, null where a row lacks it.

    Objects within rows become columns ``a.b``. Of what else a column may hold, scalars of one kind
    and lists of them stay as they are; a mixture, and lists of objects, become JSON as text.
    """
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    # An object that is null in some rows is its columns, all null there, and none of its own.
    nested = {name for name in names for other in names if other.startswith(f"{name}.")}
    return {
        name: _even([row.get(name) for row in flat])
        for name in names
        if not (name in nested and all(row.get(name) is None for row in flat))
    }


def to_pandas(rows: Sequence[Mapping[str, Any]]) -> "pd.DataFrame":
    """A DataFrame; a column of integers with gaps is Int64, because floats would round it."""
    pandas = needed("pandas", "to_pandas()")
    made: pd.DataFrame = pandas.DataFrame(
        {
            name: pandas.Series(values, dtype=_pandas_type(values))
            for name, values in columns(rows).items()
        }
    )
    return made


def to_polars(rows: Sequence[Mapping[str, Any]]) -> "pl.DataFrame":
    """A polars DataFrame."""
    polars = needed("polars", "to_polars()")
    made: pl.DataFrame = polars.DataFrame(
        [polars.Series(name, values, strict=True) for name, values in columns(rows).items()]
    )
    return made


def to_arrow(rows: Sequence[Mapping[str, Any]]) -> "pa.Table":
    """An Arrow table."""
    made: pa.Table = needed("pyarrow", "to_arrow()").table(columns(rows))
    return made


def _flat(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _even(values: list[Any]) -> list[Any]:
    """Values of one kind, as every library can hold them."""
    kinds = {_kind(value) for value in values} - {None}
    if len(kinds) > 1:
        kinds -= {_EMPTY}  # a list of nothing goes with lists of anything
    if kinds == {int, float}:
        return [None if value is None else float(value) for value in values]
    if len(kinds) > 1 or kinds == {object}:
        return [None if value is None else _text(value) for value in values]
    return values


def _kind(value: Any) -> Any:  # noqa: ANN401
    """The kind of a value: null, a scalar, lists of these; object for what columns cannot hold."""
    if value is None or isinstance(value, str | bool | float):
        return None if value is None else type(value)
    if isinstance(value, int):
        return int if value in _INT64 else object
    if isinstance(value, Mapping):
        return object
    kinds = {_kind(part) for part in value} - {None}
    if object in kinds or len(kinds) > 1:
        return object
    return (*_EMPTY, *kinds)


def _text(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pandas_type(values: list[Any]) -> str | None:
    gaps = any(value is None for value in values)
    kinds = {type(value) for value in values if value is not None}
    return {int: "Int64", bool: "boolean"}.get(kinds.pop()) if gaps and len(kinds) == 1 else None
