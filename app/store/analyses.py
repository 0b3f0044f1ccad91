"""Use cases over stored analyses, independent of HTTP: routes only translate to and from these."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import ValidationError

from archmeter.analyzers import COUNTING_RULES
from archmeter.analyzers.answers import adapter
from archmeter.app.ask.errors import NotAudited, OutdatedAnalysis, UnknownAnalysis
from archmeter.app.ask.network import Network
from archmeter.app.ask.records import AuditRecord, Record, StoredBody, Summary
from archmeter.app.ask.totals import figures, ratios
from archmeter.app.questions import analyze, audit
from archmeter.app.questions.audit import AuditReport
from archmeter.app.store import Search, Store
from archmeter.models import registry
from archmeter.models.errors import ArchmeterError
from archmeter.models.spec import InputSpec


class Analyses:
    """The analyses of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, network: Network) -> tuple[StoredBody, bool]:
        """Analyze a network and keep the answer; says whether nobody was faster."""
        found = record(network)
        return found.stored, self._store.insert(found)

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

    def network(self, key: str) -> tuple[Summary, Network]:
        """A stored analysis and the network it is of.

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
        asked = summary.name.partition(" ")[0]
        known = {preset.name for preset in registry.family(spec.family).presets}
        return summary, Network(spec, given, asked if asked in known else None)

    def audit(self, key: str) -> AuditReport:
        """Have other tools recount the network, and keep what they say.

        Seconds, and the first call imports torch.

        Raises:
            UnknownAnalysis: if the id is not stored.
            ArchmeterError: if the network is too large to be built.
        """
        summary, network = self.network(key)
        report = audit.recount(network, audit.AuditRequest(analysis=key))
        self._store.keep_audit(
            AuditRecord(
                analysis_id=summary.id,
                report={"checks": report.checks.to_list()},
                agrees=report.agrees,
                counting_rules=report.counting_rules,
                torch_version=report.torch_version,
                created_at=report.created_at,
            )
        )
        return report

    def audited(self, key: str) -> AuditReport:
        """What other tools said when they recounted the network last.

        Raises:
            UnknownAnalysis: if the id is not stored.
            NotAudited: if they have not been asked yet.
        """
        (summary,) = self._found([key], field="id")
        record = self._store.audit(key)
        if record is None:
            raise NotAudited(key)
        document = {**asdict(record), **record.report, "id": summary.id, "name": summary.name}
        found: AuditReport = adapter(AuditReport).validate_python(document)
        return found

    def _found(self, keys: Sequence[str], *, field: str) -> list[Summary]:
        summaries = self._store.summaries(keys)
        if missing := [key for key in keys if key not in summaries]:
            raise UnknownAnalysis(missing, field=field)
        return [summaries[key] for key in keys]


def record(network: Network) -> Record:
    """The analysis of a network as it is stored: the answer's bytes, and totals to search by."""
    answer = analyze.QUESTION.answered(analyze.AnalysisRequest(preset="-"), network)
    return Record(
        summary=Summary(
            id=network.id,
            family=network.spec.family,
            name=answer.name,
            batch=network.input.batch,
            dtype=network.input.dtype,
            counting_rules=COUNTING_RULES,
            architecture=answer.architecture,
            figures=figures(network.profile()),
            created_at=datetime.now(UTC),
        ),
        stored=StoredBody.of(answer.to_json()),
    )
