"""The columns that a table may have, and what people call them in English, French and Arabic."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Column(StrEnum):
    """What a column holds; the value is its name in the template."""

    ID = "id"
    DATE = "date"
    START = "start"
    END = "end"
    LENGTH = "minutes"
    KIND = "kind"
    TITLE = "title"
    ROOM = "room"
    TOPIC = "topic"
    SPEAKERS = "speakers"
    DESCRIPTION = "description"
    LINK = "link"


#: What else columns are called, in each language.
NAMES: Mapping[Column, Mapping[str, tuple[str, ...]]] = {
    Column.ID: {
        "en": ("id", "code", "identifier", "session id", "no", "nr", "number"),
        "fr": ("identifiant", "numéro", "n°"),
        "ar": ("المعرف", "الرمز", "الرقم", "رقم"),
    },
    Column.DATE: {
        "en": ("date", "day"),
        "fr": ("jour", "date de la session"),
        "ar": ("التاريخ", "تاريخ", "اليوم", "يوم"),
    },
    Column.START: {
        "en": ("start", "start time", "starts", "begin", "begins", "from", "time", "when", "hour", "hours", "schedule"),
        "fr": ("début", "heure de début", "de", "heure", "heures", "horaire", "horaires", "commence"),
        "ar": ("البداية", "بداية", "وقت البدء", "البدء", "من", "الوقت", "التوقيت", "الساعة"),
    },
    Column.END: {
        "en": ("end", "end time", "ends", "to", "until", "finish"),
        "fr": ("fin", "heure de fin", "à", "jusqu'à"),
        "ar": ("النهاية", "نهاية", "وقت الانتهاء", "الانتهاء", "إلى", "حتى"),
    },
    Column.LENGTH: {
        "en": ("minutes", "duration", "length", "min", "mins"),
        "fr": ("durée",),
        "ar": ("المدة", "مدة", "الدقائق", "دقائق"),
    },
    Column.KIND: {
        "en": ("kind", "type", "session type", "format"),
        "fr": ("genre", "nature", "type de session"),
        "ar": ("النوع", "نوع", "نوع الجلسة"),
    },
    Column.TITLE: {
        "en": ("title", "session", "session title", "name", "item", "activity", "agenda item", "programme", "program"),
        "fr": ("titre", "intitulé", "activité", "titre de la session", "point de l'ordre du jour"),
        "ar": ("العنوان", "عنوان", "الجلسة", "عنوان الجلسة", "النشاط", "البند"),
    },
    Column.ROOM: {
        "en": ("room", "location", "place", "venue", "where"),
        "fr": ("salle", "lieu"),
        "ar": ("القاعة", "قاعة", "المكان", "الغرفة"),
    },
    Column.TOPIC: {
        "en": ("topic", "track", "theme", "subject"),
        "fr": ("thème", "sujet", "thématique", "filière"),
        "ar": ("الموضوع", "موضوع", "المحور", "محور"),
    },
    Column.SPEAKERS: {
        "en": ("speakers", "speaker", "presenter", "presenters", "by", "moderator", "who"),
        "fr": ("intervenants", "intervenant", "orateur", "orateurs", "intervenante", "animateur", "par"),
        "ar": ("المتحدثون", "المتحدث", "متحدث", "المتحدثين", "المحاضر", "المقدم"),
    },
    Column.DESCRIPTION: {
        "en": ("description", "abstract", "details", "summary", "notes"),
        "fr": ("résumé", "détails", "descriptif"),
        "ar": ("الوصف", "وصف", "الملخص", "ملاحظات"),
    },
    Column.LINK: {
        "en": ("link", "url", "document", "material", "materials"),
        "fr": ("lien", "documents"),
        "ar": ("الرابط", "رابط", "الوثيقة"),
    },
}
