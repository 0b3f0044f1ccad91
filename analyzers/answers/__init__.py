"""What answers are made of: read-only objects and tables, which are also JSON and HTML."""

from archmeter.analyzers.answers.answer import Answer, Number, adapter, maker
from archmeter.analyzers.answers.rows import Rows, Table

__all__ = ["Answer", "Number", "Rows", "Table", "adapter", "maker"]
