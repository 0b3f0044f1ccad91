"""Answers in a sequence, which is also a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, get_args, overload

from pydantic_core import core_schema

from archmeter.analyzers.answers import columns
from archmeter.analyzers.answers.answer import adapter

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from pydantic import GetCoreSchemaHandler

T = TypeVar("T")


class Table(Sequence[T]):
    """A sequence of answers that is also a table; nested objects become columns ``a.b``."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from archmeter.analyzers.answers import html  # noqa: PLC0415 - notebooks alone need it

        return html.rows(self._kind(), self.to_list())

    def to_list(self) -> list[dict[str, Any]]:
        """The rows as JSON has them, as dicts of one's own."""
        kinds: set[Any] = {type(row) for row in self}
        how = adapter(list[kinds.pop() if len(kinds) == 1 else Any])  # type: ignore[misc]
        found: list[dict[str, Any]] = how.dump_python([*self], mode="json")
        return found

    def to_pandas(self) -> pd.DataFrame:
        """A pandas DataFrame; integers stay integers, where some are missing as well.

        Raises:
            MissingLibrary: if pandas is not installed.
        """
        return columns.to_pandas(self.to_list())

    def to_polars(self) -> pl.DataFrame:
        """A polars DataFrame.

        Raises:
            MissingLibrary: if polars is not installed.
        """
        return columns.to_polars(self.to_list())

    def to_arrow(self) -> pa.Table:
        """An Arrow table.

        Raises:
            MissingLibrary: if pyarrow is not installed.
        """
        return columns.to_arrow(self.to_list())

    def _kind(self) -> str:
        return type(self[0]).__name__ if len(self) else "nothing"


class Rows(tuple[T, ...], Table[T]):
    """A tuple of answers, which is also a table."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Rows[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | Rows[T]:
        if isinstance(index, slice):
            return Rows(super().__getitem__(index))
        return super().__getitem__(index)

    def __repr__(self) -> str:
        return f"Rows({len(self)} x {self._kind()})"

    @classmethod
    def __get_pydantic_core_schema__(
        cls,
        source: Any,  # noqa: ANN401 - as pydantic has it
        handler: GetCoreSchemaHandler,
    ) -> core_schema.CoreSchema:
        kind, *_ = get_args(source) or (Any,)
        items = core_schema.tuple_variable_schema(handler.generate_schema(kind))
        return core_schema.no_info_after_validator_function(cls, items)
