"""Use cases over stored analyses, independent of HTTP: routes only translate to and from these."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from pydantic import ValidationError

from archmeter.analyzers import COUNTING_RULES, Profile
from archmeter.app.errors import NotAudited, OutdatedAnalysis, UnknownAnalysis
from archmeter.app.figures import ratios
from archmeter.app.question import Question, inside_architecture
from archmeter.app.records import AuditRecord, StoredBody, Summary
from archmeter.app.store import Search, Store
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import InputSpec


class Analyses:
    """The analyses of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, question: Question) -> tuple[StoredBody, bool]:
        """Answer a question and keep the answer; says whether nobody was faster."""
        record = question.answer()
        return record.stored, self._store.insert(record)

    def search(self, search: Search) -> tuple[int, list[Summary]]:
        """How many analyses match, and one page of them."""
        if search.family is not None:
            registry.family(search.family)  # a misspelt family is an error, not an empty list
        return self._store.search(search)

    def compare(self, keys: Sequence[str]) -> list[tuple[Summary, dict[str, float | None]]]:
        """Each analysis with its figures as multiples of the first one's.

        Raises:
            UnknownAnalysis: naming every id that is not stored.
        """
        found = self._found(keys, field="ids")
        reference = found[0].figures
        return [(summary, ratios(summary.figures, reference)) for summary in found]

    def stored(self, key: str) -> Summary | None:
        """A stored analysis; None if there is none of this id."""
        return self._store.summaries([key]).get(key)

    def question(self, key: str) -> tuple[Summary, Question]:
        """A stored analysis and the question it answers.

        Raises:
            UnknownAnalysis: if the id is not stored.
            OutdatedAnalysis: if this version would answer it otherwise.
        """
        (summary,) = self._found([key], field="id")
        outdated = OutdatedAnalysis(
            f"analysis {key} was counted by rules {summary.counting_rules!r}, "
            f"this version counts by {COUNTING_RULES!r}",
            field="id",
            value=key,
            accepted="the id of the same architecture analyzed again",
        )
        if summary.counting_rules != COUNTING_RULES:
            raise outdated
        try:
            spec = registry.resolve(summary.architecture)
        except (ArchmeterError, ValidationError) as error:
            raise outdated from error
        given = InputSpec.model_validate({"batch": summary.batch, "dtype": summary.dtype})
        return summary, Question(spec, given)

    def layers(self, key: str) -> tuple[Summary, Profile]:
        """The layer table, counted again: a millisecond, where storing it would cost megabytes."""
        summary, question = self.question(key)
        return summary, question.profile()

    def audit(self, key: str) -> tuple[Summary, AuditRecord]:
        """Have other tools recount the network, and keep what they say.

        Seconds, and the first call imports torch.

        Raises:
            UnknownAnalysis: if the id is not stored.
            ArchmeterError: if the network is too large to be built.
        """
        from archmeter.analyzers.audit import audit  # noqa: PLC0415 - imports fvcore, and torch after it

        summary, question = self.question(key)
        with inside_architecture():
            report = audit(question.spec, question.input)
        record = AuditRecord(
            analysis_id=summary.id,
            report=report.as_dict(),
            agrees=report.agrees,
            counting_rules=summary.counting_rules,
            torch_version=version("torch"),
            created_at=datetime.now(UTC),
        )
        self._store.keep_audit(record)
        return summary, record

    def audited(self, key: str) -> tuple[Summary, AuditRecord]:
        """What other tools said when they recounted the network last.

        Raises:
            UnknownAnalysis: if the id is not stored.
            NotAudited: if they have not been asked yet.
        """
        (summary,) = self._found([key], field="id")
        record = self._store.audit(key)
        if record is None:
            raise NotAudited(key)
        return summary, record

    def _found(self, keys: Sequence[str], *, field: str) -> list[Summary]:
        summaries = self._store.summaries(keys)
        if missing := [key for key in keys if key not in summaries]:
            raise UnknownAnalysis(missing, field=field)
        return [summaries[key] for key in keys]
