"""The chapters about how the workshop went: context, participation, proceedings, questions, evaluation, annexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from bot.documents.export.subject import ExportSubject
from bot.documents.export.subjects import AGENDA, ATTENDANCE, FEEDBACK, INTERVALS, NOTES, PEOPLE, PLEDGES, QUESTIONS
from bot.documents.report.blocks import Block, CardsBlock, ChartBlock, HeadingBlock, Look, ParagraphBlock, TableBlock
from bot.documents.report.charts import NAVY, SKY, Band, ChartSeries, bars, profile
from bot.documents.report.figures import figures
from bot.documents.report.material import ReportMaterial
from bot.documents.report.wording import DASH, clock, days, number, percent, times, typed
from bot.domain.agenda.sessions import Session
from bot.domain.attendance.presence import headcounts
from bot.domain.contributions import chatham
from bot.domain.contributions.feedback import SMALLEST_GROUP, WORKSHOP, feedback_form
from bot.domain.contributions.notes import Audience
from bot.domain.contributions.questions import QuestionState
from bot.domain.languages import is_right_to_left
from bot.domain.people.participants import OrganisationKind
from bot.domain.text import isolate, spoken
from bot.messages.i18n import country_name, day_name, enumeration, text
from bot.store.agenda import HeldSession

#: The time between two points of a presence chart.
_STEP = timedelta(minutes=5)
_AT_A_GLANCE = ("people", "organisations", "members", "sessions", "notes", "recommendations", "questions", "pledges")


def source(language: str, *exports: ExportSubject) -> ParagraphBlock:
    """The exports that contain the figures above."""
    # Isolated one by one: the Arabic "and" is a single letter attached to the next word.
    named = enumeration(language, (isolate(export.name) for export in exports))
    return ParagraphBlock(text(language, "report.source", exports=named), Look.SOURCE)


def cards(material: ReportMaterial, language: str, names: Iterable[str]) -> CardsBlock:
    """The named figures as cards."""
    known = figures(material, language)
    return CardsBlock([(known[name].value, known[name].label(language)) for name in names])


# --- context ---------------------------------------------------------------------------------------------------


def context(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The context chapter: the workshop's purpose, organiser and dates."""
    plan = material.plan
    yield HeadingBlock(text(language, "report.context"))
    yield ParagraphBlock(spoken(plan.description, language), Look.LEAD)
    yield cards(material, language, _AT_A_GLANCE)
    yield source(language, PEOPLE, AGENDA, NOTES, QUESTIONS, PLEDGES)
    rows = [
        (text(language, "report.fact.organiser"), spoken(plan.organiser, language)),
        (text(language, "report.fact.dates"), days(language, plan.agenda.days[0], plan.agenda.days[-1])),
        (text(language, "report.fact.place"), text(language, "report.place")),
        (text(language, "report.fact.topics"), enumeration(language, (spoken(t.title, language) for t in plan.topics))),
    ]
    if plan.donor:
        rows.append((text(language, "report.fact.donor"), spoken(plan.donor, language)))
    if plan.region:
        rows.append((text(language, "report.fact.region"), spoken(plan.region, language)))
    if place := series(material, language):
        rows.append((text(language, "report.fact.series"), place))
    yield TableBlock((), rows, (1, 3))


def series(material: ReportMaterial, language: str) -> str:
    """The workshop's place in its series; empty if it belongs to none."""
    position = material.plan.series
    if position is None:
        return ""
    return text(
        language, "report.series", number=position.number, of=position.of, title=spoken(position.title, language)
    )


# --- participation ---------------------------------------------------------------------------------------------


def participation(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The participation chapter: who attended, from which kinds of organisation, and when."""
    known = figures(material, language)
    yield HeadingBlock(text(language, "report.participation"))
    yield ParagraphBlock(
        text(
            language,
            "report.participation_line",
            people=known["people"].value,
            organisations=known["organisations"].value,
            members=known["members"].value,
            hours=known["hours"].value,
        )
    )
    yield ParagraphBlock(
        text(
            language,
            "report.rule_line",
            complete=known["complete"].value,
            people=known["people"].value,
            percent=material.plan.attendance.percent,
        )
    )
    yield _kinds(material, language)
    yield source(language, PEOPLE)
    yield HeadingBlock(text(language, "report.presence"), 2)
    yield ParagraphBlock(text(language, "report.presence_line", zone=material.plan.zone))
    for day in material.plan.agenda.days:
        if svg := presence(material, day, language):
            yield ChartBlock(svg, text(language, "report.presence_on", day=day_name(language, day)))
    if material.plan.confidential_sessions:
        yield ParagraphBlock(text(language, "report.presence_chatham"))
    yield source(language, INTERVALS)
    if material.plan.topics:
        yield HeadingBlock(text(language, "report.by_topic"), 2)
        yield ParagraphBlock(text(language, "report.by_topic_line"))
        yield ChartBlock(_by_topic(material, language), text(language, "report.by_topic"))
        yield source(language, ATTENDANCE, NOTES)


def _kinds(material: ReportMaterial, language: str) -> TableBlock:
    """People and organisations by kind; small and unknown kinds share one row."""
    groups: dict[str, list[int]] = {}
    for record in material.attended:
        place = material.place_of(record.person)
        groups.setdefault(place.organisation if place else "", []).append(record.person)
    named_kinds = {kind: people for kind, people in chatham.merge_small_groups(groups, lambda person: person) if kind}
    ordered_kinds = sorted(named_kinds, key=lambda kind: (-len(named_kinds[kind]), kind))
    rows = [
        _kind_row(material, named_kinds[kind], f"organisation.{OrganisationKind(kind)}", language)
        for kind in ordered_kinds
    ]
    rest = [person for kind, people in groups.items() if kind not in named_kinds for person in people]
    if len(rest) >= SMALLEST_GROUP:
        rows.append(_kind_row(material, rest, "report.others", language))
    header = [text(language, f"report.column.{name}") for name in ("kind", "organisations", "people", "share")]
    return TableBlock(header, rows, (4, 2, 2, 2), (1, 2, 3))


def _kind_row(material: ReportMaterial, people: Sequence[int], key: str, language: str) -> tuple[str, ...]:
    organisations = {place.administration for place in material.represented(people) if place.administration}
    share = round(100 * len(people) / len(material.attended), 1)
    return (
        text(language, key),
        number(language, len(organisations)),
        number(language, len(people)),
        percent(language, share),
    )


def presence(material: ReportMaterial, day: date, language: str) -> str | None:
    """A chart of how many people were present over a day; None if nobody was."""
    plan = material.plan
    secret = plan.confidential_sessions
    sessions = [session for session in material.sessions if session.day == day and session.id not in secret]
    if not any(material.times[session.id] for session in sessions):
        return None
    begin, end = min(s.starts_at for s in sessions), max(s.ends_at for s in sessions)
    instants = [begin + n * _STEP for n in range((end - begin) // _STEP + 1)]
    people = {person for session in sessions for person in material.times[session.id]}
    intervals = {
        person: [interval for s in sessions for interval in material.times[s.id].get(person, ())] for person in people
    }

    def at(instant: datetime) -> float:
        return (instant - begin) / timedelta(minutes=1)

    points = list(zip(map(at, instants), headcounts(intervals, instants), strict=True))
    numbers = {session.id: n for n, session in enumerate(material.sessions, 1)}
    bands = [Band(at(s.starts_at), at(s.ends_at), str(numbers[s.id])) for s in sessions]

    def label(minutes: float) -> str:
        return clock(plan, begin + timedelta(minutes=minutes))

    return profile(points, bands, label, mirrored=is_right_to_left(language))


def _by_topic(material: ReportMaterial, language: str) -> str:
    plan = material.plan
    present: list[int] = []
    shared: list[int] = []
    for topic in plan.topics:
        inside = {person for s in material.sessions if s.topic == topic.id for person in material.times[s.id]}
        organisations = {place.administration for place in material.represented(inside) if place.administration}
        # The number of organisations is hidden where few people attended: somebody could be recognised.
        present.append(len(organisations) if len(inside) >= SMALLEST_GROUP else 0)
        signed = {note.signed.administration for note in material.notes if note.topic == topic.id}
        shared.append(len(signed - {""}))
    return bars(
        [spoken(topic.title, language) for topic in plan.topics],
        [
            ChartSeries(text(language, "report.by_topic_present"), SKY, present),
            ChartSeries(text(language, "report.by_topic_shared"), NAVY, shared),
        ],
        stacked=False,
        mirrored=is_right_to_left(language),
    )


# --- proceedings -----------------------------------------------------------------------------------------------


def proceedings(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The proceedings chapter, by day and session; sessions are numbered as in the charts."""
    yield HeadingBlock(text(language, "report.proceedings"))
    number_of = {session.id: n for n, session in enumerate(material.sessions, 1)}
    for day in material.plan.agenda.days:
        yield HeadingBlock(day_name(language, day), 2)
        for session in material.plan.agenda.on(day):
            if session.id in number_of:
                yield from _session(material, session, number_of[session.id], language)
    yield source(language, AGENDA, ATTENDANCE, QUESTIONS)


def _session(material: ReportMaterial, session: Session, position: int, language: str) -> Iterator[Block]:
    yield HeadingBlock(f"{position}. {spoken(session.title, language)}", 3)
    facts = [times(material.plan, session)]
    if (people := material.people_in(session)) is not None:
        facts.append(text(language, "report.attended", n=people))
    asked = sum(question.session == session.id for question in material.questions)
    if asked:
        facts.append(text(language, "report.asked", n=asked))
    yield ParagraphBlock(" · ".join(facts), Look.META)
    if session.speakers:
        names = enumeration(language, (speaker.named(language) for speaker in session.speakers))
        yield ParagraphBlock(text(language, "report.speakers", names=names), Look.META)
    if session.description:
        yield ParagraphBlock(spoken(session.description, language))


# --- questions and evaluation ----------------------------------------------------------------------------------


def questions(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The questions chapter: counts by state, never authors. Only participants and organisers see the texts."""
    yield HeadingBlock(text(language, "report.questions"))
    counted = Counter(question.state for question in material.questions)
    if not counted:
        yield ParagraphBlock(text(language, "report.questions_none"))
        return
    yield TableBlock(
        [text(language, f"report.column.{name}") for name in ("state", "questions")],
        [
            (text(language, f"question.state.{state}"), number(language, counted[state]))
            for state in QuestionState
            if counted[state]
        ],
        (4, 1),
        (1,),
    )
    if material.audience in {Audience.ORGANISERS, Audience.PARTICIPANTS}:
        yield TableBlock(
            [text(language, f"report.column.{name}") for name in ("question", "answer", "votes")],
            [
                (
                    typed(question.text),
                    typed(question.answer) if question.answer else text(language, f"question.state.{question.state}"),
                    number(language, question.votes),
                )
                for question in material.questions
            ],
            (5, 4, 1),
            (2,),
        )
    yield source(language, QUESTIONS)


def evaluation(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The evaluation chapter, as figures; written answers are for the organisers only."""
    yield HeadingBlock(text(language, "report.evaluation"))
    whole = material.rated(WORKSHOP)
    rate = percent(language, whole.response_rate)
    yield ParagraphBlock(
        text(language, "report.evaluation_line", answered=whole.answered, attended=whole.attended, percent=rate)
    )
    if whole.counts is None:
        yield ParagraphBlock(text(language, "feedback.few"))
    else:
        yield cards(material, language, ("overall", "response"))
        rows = [
            (
                text(language, f"feedback.{asked.name}") if choice == asked.choices[0] else "",
                choice if choice.isdigit() else text(language, f"feedback.choice.{choice}"),
                number(language, whole.counts[asked.name].get(choice, 0)),
            )
            for asked in feedback_form(WORKSHOP)
            for choice in asked.choices
        ]
        header = [text(language, f"report.column.{name}") for name in ("asked", "choice", "answers")]
        yield TableBlock(header, rows, (4, 3, 1), (2,))
    yield HeadingBlock(text(language, "report.by_session"), 2)
    header = [text(language, f"report.column.{name}") for name in ("session", "answers", "response", "useful", "pace")]
    rated_sessions = [
        session for session in material.sessions if session.kind in material.plan.announcements.feedback.kinds
    ]
    yield TableBlock(
        header, [_rating(material, session, language) for session in rated_sessions], (5, 2, 2, 2, 2), (1, 2, 3, 4)
    )
    yield ParagraphBlock(text(language, "report.few_note"), Look.SOURCE)
    yield source(language, FEEDBACK)


def _rating(material: ReportMaterial, session: Session, language: str) -> tuple[str, ...]:
    summary = material.rated(session.id)
    mean = summary.mean("useful")
    pace = summary.counts["pace"] if summary.counts else None
    right = round(100 * pace.get("right", 0) / sum(pace.values()), 1) if pace else None
    return (
        spoken(session.title, language),
        number(language, summary.answered),
        percent(language, summary.response_rate),
        DASH if mean is None else number(language, mean),
        percent(language, right),
    )


# --- annexes ---------------------------------------------------------------------------------------------------


def annexes(material: ReportMaterial, language: str) -> Iterator[Block]:
    """The annexes: the agenda as held, the organisations represented, and the source of each figure."""
    yield HeadingBlock(text(language, "report.annexes"))
    yield HeadingBlock(text(language, "report.annex.agenda"), 2)
    header = [text(language, f"report.column.{name}") for name in ("day", "time", "session", "state")]
    held = sorted(material.held, key=lambda entry: (entry.session.starts_at, entry.session.id))
    states = [_state(material, entry) for entry in held]
    rows = [
        (
            number(language, _number_of(material, entry.session.day)),
            times(material.plan, entry.session),
            spoken(entry.session.title, language),
            text(language, f"report.state.{state}"),
        )
        for entry, state in zip(held, states, strict=True)
    ]
    yield TableBlock(header, rows, (1, 2, 6, 3))
    yield source(language, AGENDA)
    yield HeadingBlock(text(language, "report.annex.represented"), 2)
    represented = sorted(
        {(place.administration, place.country) for place in material.represented_openly if place.administration}
    )
    header = [text(language, f"report.column.{name}") for name in ("organisation", "country")]
    yield TableBlock(
        header, [(typed(name), country_name(language, code) if code else DASH) for name, code in represented], (3, 2)
    )
    yield source(language, ATTENDANCE)
    yield HeadingBlock(text(language, "report.annex.figures"), 2)
    header = [text(language, f"report.column.{name}") for name in ("figure", "value", "export", "counted")]
    rows = [
        (figure.label(language), figure.value, str(figure.export), figure.counted(language))
        for figure in figures(material, language).values()
    ]
    yield TableBlock(header, rows, (4, 2, 2, 7), (1,))
    yield HeadingBlock(text(language, "report.annex.rule"), 2)
    yield ParagraphBlock(text(language, f"export.rule.notes.{material.audience}"))
    if material.plan.confidential_sessions:
        yield ParagraphBlock(text(language, "export.rule.chatham"))
        yield ParagraphBlock(text(language, "report.rule_chatham"))
    yield ParagraphBlock(text(language, "report.rule_names"))


def _state(material: ReportMaterial, held: HeldSession) -> str:
    if held.cancelled_at:
        return "cancelled"
    if held.session.starts_at > material.now:
        return "coming"
    return "changed" if held.sequence else "planned"


def _number_of(material: ReportMaterial, day: date) -> int:
    """The number of a workshop day, from 1; a day without sessions gets the number of the day before it."""
    return sum(held_day <= day for held_day in material.plan.agenda.days)
