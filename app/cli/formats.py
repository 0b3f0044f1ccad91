"""Formats that several commands print in."""

from enum import StrEnum


class ListFormat(StrEnum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
