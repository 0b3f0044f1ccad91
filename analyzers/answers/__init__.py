"""What answers are made of: read-only objects and tables, which are also JSON and HTML."""

from archmeter.analyzers.answers.answer import Answer, adapter
from archmeter.analyzers.answers.rows import Rows

__all__ = ["Answer", "Rows", "adapter"]
