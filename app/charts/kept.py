"""Answers that take long: counted once for a chart, its images and tables, and its page."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from archmeter.app.scaling.kept import KEPT, question_key


def kept(
    noun: str,
    request: BaseModel,
    architecture: Mapping[str, Any],
    give: Callable[[], Mapping[str, Any]],
) -> dict[str, Any]:
    """An answer as its body has it; given again only where it was long ago.

    Args:
        noun: what is asked.
        request: with every default filled in.
        architecture: the canonical spec of what it is about.
        give: what answers.
    """
    key = question_key(noun, request, dict(architecture))
    stored = KEPT.find(key) or KEPT.answer(key, give)
    found: dict[str, Any] = json.loads(stored.body)
    return found
