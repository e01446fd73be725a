"""The figures of a report, each with the export from whose rows it can be recounted."""

from __future__ import annotations

from dataclasses import dataclass

from bot.documents.export.subject import ExportSubject
from bot.documents.export.subjects import AGENDA, FEEDBACK, NOTES, PEOPLE, PLEDGES, QUESTIONS
from bot.documents.report.material import ReportMaterial
from bot.documents.report.wording import DASH, number, percent
from bot.domain.contributions.feedback import WORKSHOP
from bot.domain.contributions.notes import NoteKind
from bot.messages.i18n import text


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """One figure, formatted for a language."""

    name: str
    """Its sentences in the catalogues are `report.figure.…` and `report.counted.…`."""
    value: str
    export: ExportSubject

    def label(self, language: str) -> str:
        """The name of what the figure counts."""
        return text(language, f"report.figure.{self.name}")

    def counted(self, language: str) -> str:
        """How the figure is counted from the rows of the export."""
        return text(language, f"report.counted.{self.name}")


def figures(material: ReportMaterial, language: str) -> dict[str, ReportFigure]:
    """Every figure of the workshop, by name."""
    evaluation = material.rated(WORKSHOP)
    recommendations = sum(note.kind is NoteKind.RECOMMENDATION for note in material.notes)
    counts = {
        "people": (len(material.attended), PEOPLE),
        "organisations": (len(material.organisations), PEOPLE),
        "members": (len(material.members), PEOPLE),
        "hours": (round(material.person_minutes / 60), PEOPLE),
        "complete": (material.complete, PEOPLE),
        "sessions": (len(material.sessions), AGENDA),
        "notes": (len(material.notes), NOTES),
        "recommendations": (recommendations, NOTES),
        "questions": (len(material.questions), QUESTIONS),
        "pledges": (len(material.pledges), PLEDGES),
    }
    counted = {name: ReportFigure(name, number(language, count), export) for name, (count, export) in counts.items()}
    mean = evaluation.mean("overall")
    overall = DASH if mean is None else text(language, "report.of_five", value=number(language, mean))
    return {
        **counted,
        "response": ReportFigure("response", percent(language, evaluation.response_rate), FEEDBACK),
        "overall": ReportFigure("overall", overall, FEEDBACK),
    }
