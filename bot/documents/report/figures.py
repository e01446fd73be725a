"""The figures that a report tells, each with the export whose rows it can be counted in again."""

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
    """One figure, as it is written."""

    name: str
    """Its sentences in the catalogues are `report.figure.…` and `report.counted.…`."""
    value: str
    export: ExportSubject

    def label(self, language: str) -> str:
        """What it counts."""
        return text(language, f"report.figure.{self.name}")

    def counted(self, language: str) -> str:
        """How it is counted from the rows of the export."""
        return text(language, f"report.counted.{self.name}")


def figures(material: ReportMaterial, language: str) -> dict[str, ReportFigure]:
    """Every figure of the whole workshop, by its name."""
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
    told = {name: ReportFigure(name, number(language, count), export) for name, (count, export) in counts.items()}
    mean = evaluation.mean("overall")
    overall = DASH if mean is None else text(language, "report.of_five", value=number(language, mean))
    return {
        **told,
        "response": ReportFigure("response", percent(language, evaluation.response_rate), FEEDBACK),
        "overall": ReportFigure("overall", overall, FEEDBACK),
    }
