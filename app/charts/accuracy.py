"""Published accuracies of networks: those that the table of published figures has."""

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from archmeter.models.published import published


class Accuracy(NamedTuple):
    """What a source prints.

    Attributes:
        top1: accuracy on ImageNet in per cent.
        source: paper and table.
    """

    top1: float
    source: str


def accuracies(architecture: Mapping[str, Any]) -> list[Accuracy]:
    """Every accuracy that is published of exactly this architecture; mostly none.

    Args:
        architecture: a canonical spec, its resolution included.
    """
    return _by_architecture().get(_key(architecture), [])


@cache
def _by_architecture() -> dict[str, list[Accuracy]]:
    found: defaultdict[str, list[Accuracy]] = defaultdict(list)
    for row in published():
        spec = row.spec() if row.top1 else None
        if spec is not None:
            accuracy = Accuracy(float(row.top1), row.source)
            known = found[_key(spec.canonical())]
            if accuracy not in known:
                known.append(accuracy)
    return dict(found)


def _key(architecture: Mapping[str, Any]) -> str:
    return json.dumps(dict(architecture), sort_keys=True)
