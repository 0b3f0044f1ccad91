"""The catalogue of requests: everything that was released, in the order in which it is asked."""

from collections import Counter

from tests.released.asking import Request
from tests.released.requests_analyses import analyses, catalogue, parts, stored
from tests.released.requests_charts import badges, charts
from tests.released.requests_lab import lab
from tests.released.requests_pages import documents, elsewhere, explorer, pages
from tests.released.requests_refused import refused


def requests() -> dict[str, Request]:
    """Every request by its name.

    What is stored decides what lists and pages show, so the order is part of the questions.
    """
    nouns = (catalogue, analyses, parts, lab, charts, badges, pages, documents, elsewhere, refused,
             explorer, stored)  # fmt: skip
    named: dict[str, Request] = {}
    times: Counter[str] = Counter()
    for noun in nouns:
        for request in noun():
            times[request.name] += 1
            again = f" #{times[request.name]}" if times[request.name] > 1 else ""
            named[request.name + again] = request
    return named
