"""The languages that the program speaks: one record for each, with everything the code must know about it.

A language is this record, its catalogue in config/locales and its words in config/words.yaml, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. Its words are those that people write in schedules and rosters; case and accents don't matter."""

    code: str
    """ISO 639-1; the name of its catalogue."""
    name: str
    """Its English name."""
    locale: str
    """Its CLDR locale, by which dates, numbers and lists are written."""
    plural_forms: str
    """The rule of gettext that chooses the plural form of a number."""
    right_to_left: bool = False
    discord_locales: tuple[str, ...] = ()
    """The locales in which Discord shows translated command names; empty where Discord lacks the language.

    English is what the commands are written in, so it needs none.
    """
    script: str = ""
    """The letters of its own script, as a range of a regular expression. Empty for Latin letters."""
    codepage: str = "cp1252"
    """The encoding of Windows text files that are not in Unicode."""
    month_locales: tuple[str, ...]
    """The CLDR locales whose names of months are understood."""

    articles: tuple[str, ...]
    """What people may say before the word of a session."""
    until: tuple[str, ...]
    """Words between the two times of `09:30 to 10:15`."""
    hours: tuple[str, ...] = ()
    minutes: tuple[str, ...] = ()
    morning: tuple[str, ...] = ()
    afternoon: tuple[str, ...] = ()
    """The signs after a time of a twelve-hour clock."""

    schedule_columns: Mapping[str, tuple[str, ...]]
    """By the value of `importing.readers.headings.Column`: what the column of a schedule may be called."""
    session_kinds: Mapping[str, tuple[str, ...]]
    """By the value of `SessionKind`: words that tell it in the name of a type of session."""
    roster_columns: Mapping[str, tuple[str, ...]]
    """By the value of `importing.roster.RosterColumn`: what the column of a roster may be called."""
    organisations: Mapping[str, tuple[str, ...]]
    """By the value of `OrganisationKind`: what a roster may call it."""
    roles: Mapping[str, tuple[str, ...]]
    """By the name of `Role` in small letters: what a roster may call it."""


ENGLISH = Language(
    code="en",
    name="English",
    locale="en_GB",  # as international organisations write it: day before month
    plural_forms="nplurals=2; plural=(n != 1);",
    month_locales=("en",),
    articles=("the", "a", "an"),
    until=("to", "until"),
    hours=("hour", "hours"),
    morning=("am",),
    afternoon=("pm",),
    schedule_columns={
        "id": ("id", "code", "identifier", "session id", "no", "nr", "number"),
        "date": ("date", "day"),
        "start": (
            "start", "start time", "starts", "begin", "begins", "from", "time", "when", "hour", "hours", "schedule",
        ),
        "end": ("end", "end time", "ends", "to", "until", "finish"),
        "minutes": ("minutes", "duration", "length", "min", "mins"),
        "kind": ("kind", "type", "session type", "format"),
        "title": (
            "title", "session", "session title", "name", "item", "activity", "agenda item", "programme", "program",
        ),
        "room": ("room", "location", "place", "venue", "where"),
        "topic": ("topic", "track", "theme", "subject"),
        "speakers": ("speakers", "speaker", "presenter", "presenters", "by", "moderator", "who"),
        "description": ("description", "abstract", "details", "summary", "notes"),
        "link": ("link", "url", "document", "material", "materials"),
    },
    session_kinds={
        "break": ("break", "lunch", "coffee"),
        "opening": ("opening", "welcome"),
        "closing": ("closing",),
        "panel": ("panel",),
        "discussion": ("discussion", "workshop", "tutorial", "open space", "bof"),
    },
    roster_columns={
        "name": ("name", "full name", "participant"),
        "administration": ("administration", "organisation", "organization"),
        "country": ("country",),
        "kind of organisation": (
            "kind of organisation", "kind of organization", "kind", "type", "type of organisation",
            "type of organization",
        ),
        "language": ("language",),
        "role": ("role",),
    },
    organisations={
        "customs": ("customs", "customs administration"),
        "international": ("international", "international organisation", "international organization"),
        "company": ("company", "private", "private sector"),
        "other": ("other",),
    },
    roles={
        "participant": ("participant",),
        "moderator": ("moderator",),
        "organiser": ("organiser", "organizer"),
    },
)  # fmt: skip

FRENCH = Language(
    code="fr",
    name="French",
    locale="fr",
    plural_forms="nplurals=2; plural=(n > 1);",
    discord_locales=("fr",),
    month_locales=("fr",),
    articles=("le", "la", "l", "les", "un", "une"),
    until=("à",),
    hours=("heure", "heures"),
    schedule_columns={
        "id": ("identifiant", "numéro", "n°"),
        "date": ("jour", "date de la session"),
        "start": ("début", "heure de début", "de", "heure", "heures", "horaire", "horaires", "commence"),
        "end": ("fin", "heure de fin", "à", "jusqu'à"),
        "minutes": ("durée",),
        "kind": ("genre", "nature", "type de session"),
        "title": ("titre", "intitulé", "activité", "titre de la session", "point de l'ordre du jour"),
        "room": ("salle", "lieu"),
        "topic": ("thème", "sujet", "thématique", "filière"),
        "speakers": ("intervenants", "intervenant", "orateur", "orateurs", "intervenante", "animateur", "par"),
        "description": ("résumé", "détails", "descriptif"),
        "link": ("lien", "documents"),
    },
    session_kinds={
        "break": ("pause", "déjeuner"),
        "opening": ("ouverture",),
        "closing": ("clôture",),
        "panel": ("table ronde",),
        "discussion": ("atelier",),
    },
    roster_columns={
        "name": ("nom", "nom complet", "nom et prénom"),
        "administration": ("organisme",),
        "country": ("pays",),
        "kind of organisation": ("type d'organisation", "type d'organisme"),
        "language": ("langue",),
        "role": ("rôle",),
    },
    organisations={
        "customs": ("douane", "douanes"),
        "international": ("organisation internationale", "internationale"),
        "company": ("entreprise", "privé", "secteur privé"),
        "other": ("autre",),
    },
    roles={
        "participant": ("participante",),
        "moderator": ("modérateur", "modératrice"),
        "organiser": ("organisateur", "organisatrice"),
    },
)

ARABIC = Language(
    code="ar",
    name="Arabic",
    locale="ar",
    plural_forms=(
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
    ),
    right_to_left=True,
    script="\u0621-\u064a",
    codepage="cp1256",
    month_locales=("ar", "ar_SY", "ar_TN", "ar_MA"),  # three sets of names
    articles=("ال",),
    until=("إلى", "حتى"),
    hours=("ساعة",),
    minutes=("دقيقة",),
    morning=("ص",),
    afternoon=("م",),
    schedule_columns={
        "id": ("المعرف", "الرمز", "الرقم", "رقم"),
        "date": ("التاريخ", "تاريخ", "اليوم", "يوم"),
        "start": ("البداية", "بداية", "وقت البدء", "البدء", "من", "الوقت", "التوقيت", "الساعة"),
        "end": ("النهاية", "نهاية", "وقت الانتهاء", "الانتهاء", "إلى", "حتى"),
        "minutes": ("المدة", "مدة", "الدقائق", "دقائق"),
        "kind": ("النوع", "نوع", "نوع الجلسة"),
        "title": ("العنوان", "عنوان", "الجلسة", "عنوان الجلسة", "النشاط", "البند"),
        "room": ("القاعة", "قاعة", "المكان", "الغرفة"),
        "topic": ("الموضوع", "موضوع", "المحور", "محور"),
        "speakers": ("المتحدثون", "المتحدث", "متحدث", "المتحدثين", "المحاضر", "المقدم"),
        "description": ("الوصف", "وصف", "الملخص", "ملاحظات"),
        "link": ("الرابط", "رابط", "الوثيقة"),
    },
    session_kinds={
        "break": ("استراحة",),
        "opening": ("افتتاح",),
        "closing": ("اختتام",),
        "panel": ("جلسة حوارية",),
        "discussion": ("نقاش",),
    },
    roster_columns={
        "name": ("الاسم", "الاسم الكامل"),
        "administration": ("الإدارة", "المنظمة"),
        "country": ("الدولة", "البلد"),
        "kind of organisation": ("نوع المنظمة", "النوع"),
        "language": ("اللغة",),
        "role": ("الدور",),
    },
    organisations={
        "customs": ("جمارك", "الجمارك"),
        "international": ("منظمة دولية", "دولية"),
        "company": ("شركة", "القطاع الخاص"),
        "other": ("أخرى",),
    },
    roles={
        "participant": ("مشارك", "مشاركة"),
        "moderator": ("مشرف", "مشرفة"),
        "organiser": ("منظم", "منظمة"),
    },
)

#: Each language by its code.
RECORDS: Mapping[str, Language] = {language.code: language for language in (ENGLISH, FRENCH, ARABIC)}

#: Their codes.
LANGUAGES = tuple(RECORDS)
#: The language in which commands are written, and the replacement for a missing language.
DEFAULT = ENGLISH.code


def is_right_to_left(language: str) -> bool:
    """Whether a language is written from right to left."""
    return RECORDS[language].right_to_left


def language_names() -> str:
    """`English, French or Arabic`."""
    *names, last = (language.name for language in RECORDS.values())
    return f"{', '.join(names)} or {last}"


def each_language(words: str) -> dict[str, tuple[str, ...]]:
    """The words of that field of the record by their key, those of all languages together."""
    gathered: dict[str, tuple[str, ...]] = {}
    for record in RECORDS.values():
        for key, names in getattr(record, words).items():
            gathered[key] = (*gathered.get(key, ()), *names)
    return gathered
