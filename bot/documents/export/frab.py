"""The agenda as a schedule of frab and Pentabarf, in XML and JSON, which conference programs read."""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from bot.documents.export import calendars
from bot.domain.agenda.sessions import Session
from bot.domain.plan import Plan
from bot.domain.text import all_writable, clean, spoken, writable

#: Minutes that a slot of the schedule lasts.
_SLOT = "00:05"


def as_json(plan: Plan, rule: str, language: str) -> bytes:
    """schedule.json; cancelled sessions aren't in it. Texts are in one language."""
    schedule = {"version": _version(plan), "base_url": "", "conference": _conference(plan, language)}
    content = all_writable({"rule": rule, "schedule": schedule})
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _conference(plan: Plan, language: str) -> dict[str, Any]:
    days = plan.agenda.days
    return {
        "acronym": plan.id,
        "title": plan.title[language],
        "start": days[0].isoformat(),
        "end": days[-1].isoformat(),
        "daysCount": len(days),
        "timeslot_duration": _SLOT,
        "time_zone_name": plan.zone,
        "days": [_day(plan, index, day, language) for index, day in enumerate(days, 1)],
    }


def _day(plan: Plan, index: int, day: date, language: str) -> dict[str, Any]:
    sessions = plan.agenda.on(day)
    rooms: dict[str, list[dict[str, Any]]] = {}
    for session in sessions:
        room = calendars.room_name(plan, session, language)
        rooms.setdefault(room, []).append(_event(plan, session, room, language))
    return {
        "index": index,
        "date": day.isoformat(),
        "day_start": _instant(plan, min(session.starts_at for session in sessions)),
        "day_end": _instant(plan, max(session.ends_at for session in sessions)),
        "rooms": rooms,
    }


def _event(plan: Plan, session: Session, room: str, language: str) -> dict[str, Any]:
    topic = plan.topic(session.topic) if session.topic else None
    described = spoken(session.description, language) if session.description else ""
    return {
        "guid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{plan.id}/{session.id}")),
        "id": 1 + [planned.id for planned in plan.agenda].index(session.id),
        "code": session.id,
        "date": _instant(plan, session.starts_at),
        "start": f"{session.starts_at.astimezone(plan.tz):%H:%M}",
        "duration": _length(session.length),
        "room": room,
        "slug": f"{plan.id}-{session.id}",
        "title": clean(spoken(session.title, language)),
        "subtitle": "",
        "track": topic.title[language] if topic else "",
        "type": str(session.kind),
        "language": language,
        # Schedule readers interpret this field as HTML.
        "abstract": html.escape(clean(described), quote=False),
        "description": "",
        "persons": [
            {"id": number, "public_name": speaker.named(language)} for number, speaker in enumerate(session.speakers, 1)
        ],
        "links": [{"url": material.url, "title": spoken(material.title, language)} for material in session.materials],
        "attachments": [],
    }


def as_xml(plan: Plan, rule: str, language: str) -> bytes:
    """schedule.xml, of the same sessions; the rule stands in a comment above it."""
    conference = all_writable(_conference(plan, language))
    schedule = ET.Element("schedule")
    ET.SubElement(schedule, "version").text = _version(plan)
    head = ET.SubElement(schedule, "conference")
    _texts(head, [(name, value) for name, value in conference.items() if name not in {"daysCount", "days"}])
    ET.SubElement(head, "days").text = str(conference["daysCount"])
    for day in conference["days"]:
        marks = {"index": str(day["index"]), "date": day["date"], "start": day["day_start"], "end": day["day_end"]}
        parent = ET.SubElement(schedule, "day", marks)
        for name, events in day["rooms"].items():
            room = ET.SubElement(parent, "room", {"name": name})
            for event in events:
                _append(room, event)
    ET.indent(schedule)
    # NOTE: no comment may hold two hyphens in a row.
    comment = writable(rule).replace("--", "- -").rstrip("-")
    written = ET.tostring(schedule, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {comment} -->\n{written}\n'.encode()


def _append(room: ET.Element, event: dict[str, Any]) -> None:
    element = ET.SubElement(room, "event", {name: str(event[name]) for name in ("guid", "id", "code")})
    lists = ("persons", "links", "attachments")
    _texts(element, [(name, value) for name, value in event.items() if name not in {"guid", "id", "code", *lists}])
    persons = ET.SubElement(element, "persons")
    for person in event["persons"]:
        ET.SubElement(persons, "person", {"id": str(person["id"])}).text = person["public_name"]
    links = ET.SubElement(element, "links")
    for link in event["links"]:
        ET.SubElement(links, "link", {"href": link["url"]}).text = link["title"]
    ET.SubElement(element, "attachments")


def _texts(parent: ET.Element, values: Sequence[tuple[str, str]]) -> None:
    for name, value in values:
        ET.SubElement(parent, name).text = value


def _version(plan: Plan) -> str:
    """A version id that depends only on the agenda."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, repr(plan.agenda)))


def _instant(plan: Plan, moment: datetime) -> str:
    return moment.astimezone(plan.tz).isoformat(timespec="seconds")


def _length(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
