"""One small schedule in each format: the same three sessions, as that format has them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import openpyxl

FRAB = """<?xml version="1.0" encoding="UTF-8"?>
<schedule>
  <conference><title>Small</title><time_zone_name>Europe/Brussels</time_zone_name></conference>
  <day index="1" date="2023-02-20">
    <room name="Hall">
      <event id="101" guid="5a3f">
        <date>2023-02-20T09:30:00+01:00</date><start>09:30</start><duration>00:30</duration><room>Hall</room>
        <title>Welcome</title><type>Opening</type><persons><person id="1">Ada</person></persons>
      </event>
      <event id="102">
        <start>10:00</start><duration>00:45</duration><title>Ledgers</title><track>Ledgers in ports</track>
        <abstract>&lt;p&gt;Who writes &amp;amp; who reads&lt;/p&gt;</abstract><language>en</language>
        <links><link href="https://example.org/slides.pdf">Slides</link><link href="javascript:0">Bad</link></links>
      </event>
    </room>
    <room name="Annex">
      <event id="103"><start>10:45</start><duration>00:15</duration><title>Coffee</title><type>Break</type></event>
    </room>
  </day>
</schedule>
"""

C3VOC: Mapping[str, Any] = {
    "schedule": {
        "version": "1",
        "conference": {
            "title": "Small",
            "time_zone_name": "Europe/Brussels",
            "days": [
                {
                    "index": 0,
                    "date": "2023-02-20",
                    "rooms": {
                        "Hall": [
                            {
                                "id": 101,
                                "guid": "5a3f",
                                "date": "2023-02-20T09:30:00+01:00",
                                "start": "09:30",
                                "duration": "00:30",
                                "title": "Welcome",
                                "type": "Opening",
                                "persons": [{"id": 1, "public_name": "Ada"}],
                            },
                            {
                                "id": 102,
                                "date": "2023-02-20T10:00:00+01:00",
                                "duration": "00:45",
                                "title": "Ledgers",
                                "track": {"en": "Ledgers in ports"},
                                "abstract": "<p>Who writes &amp; who reads</p>",
                                "links": [{"url": "https://example.org/slides.pdf", "title": "Slides"}],
                                "persons": [],
                            },
                        ],
                        "Annex": [
                            {"id": 103, "start": "10:45", "duration": "0:15", "title": "Coffee", "type": "Break"},
                        ],
                    },
                }
            ],
        },
    }
}

PRETALX: Mapping[str, Any] = {
    "slots": [
        {
            "code": "WELCOM",
            "title": "Welcome",
            "submission_type": {"en": "Opening"},
            "speakers": [{"name": "Ada"}],
            "slot": {
                "room_id": 7,
                "room": {"en": "Hall"},
                "start": "2023-02-20T09:30:00+01:00",
                "end": "2023-02-20T10:00:00+01:00",
            },
        },
        {
            "code": "LEDGER",
            "title": "Ledgers",
            "abstract": "Who writes & who reads",
            "track": {"en": "Ledgers in ports"},
            "resources": [{"resource": "https://example.org/slides.pdf", "description": "Slides"}],
            "slot": {
                "room_id": 7,
                "room": {"en": "Hall"},
                "start": "2023-02-20T10:00:00+01:00",
                "end": "2023-02-20T10:45:00+01:00",
            },
        },
    ],
    "breaks": [
        {
            "room": {"en": "Annex"},
            "room_id": 8,
            "description": {"en": "Coffee"},
            "start": "2023-02-20T10:45:00+01:00",
            "end": "2023-02-20T11:00:00+01:00",
        }
    ],
    "version": "0.1",
}

PROGRAMAPI: Mapping[str, Any] = {
    "days": {
        "2023-02-20": {
            "rooms": ["Hall", "Annex"],
            "events": [
                {
                    "event_type": "session",
                    "code": "WELCOM",
                    "title": "Welcome",
                    "session_type": "Opening",
                    "start": "2023-02-20T09:30:00+01:00",
                    "duration": 30,
                    "rooms": ["Hall"],
                    "speakers": [{"name": "Ada"}],
                },
                {
                    "event_type": "session",
                    "code": "LEDGER",
                    "title": "Ledgers",
                    "track": "Ledgers in ports",
                    "start": "2023-02-20T10:00:00+01:00",
                    "duration": 45,
                    "rooms": ["Hall"],
                    "speakers": [],
                    "website_url": "https://example.org/ledgers",
                },
                {
                    "event_type": "break",
                    "title": "Coffee",
                    "start": "2023-02-20T10:45:00+01:00",
                    "duration": 15,
                    "rooms": ["Hall", "Annex"],
                },
            ],
        }
    }
}

CONFERENCE_BOT: Mapping[str, Any] = {
    "title": "Small",
    "streams": [
        {
            "stream_name": "Hall",
            "talks": [
                {
                    "id": 101,
                    "title": "Welcome",
                    "start": "2023-02-20T08:30:00Z",
                    "end": "2023-02-20T09:00:00Z",
                    "speakers": [{"display_name": "Ada"}],
                },
                {
                    "id": "102",
                    "title": "Ledgers",
                    "description": "Who writes & who reads",
                    "start": "2023-02-20T09:00:00Z",
                    "end": "2023-02-20T09:45:00Z",
                    "tracks": ["Ledgers in ports"],
                },
                {"id": 103, "title": "Coffee", "start": "2023-02-20T09:45:00Z", "end": "2023-02-20T10:00:00Z"},
            ],
        }
    ],
}

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Small//EN
X-WR-CALNAME:Small
X-WR-TIMEZONE:Europe/Brussels
BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:welcome@small.example
DTSTART;TZID=Europe/Brussels:20230220T093000
DTEND;TZID=Europe/Brussels:20230220T100000
SUMMARY;LANGUAGE=en:Welcome
LOCATION:Hall
CATEGORIES:Opening
BEGIN:VALARM
TRIGGER:-PT10M
DESCRIPTION:Soon
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:ledgers@small.example
DTSTART:20230220T090000Z
DURATION:PT45M
SUMMARY:Ledgers
DESCRIPTION:Who writes & who
  reads\\nAll of it
LOCATION:https://video.example/1
URL:https://example.org/ledgers
END:VEVENT
BEGIN:VEVENT
UID:coffee@small.example
DTSTART;TZID=Romance Standard Time:20230220T104500
DTEND;TZID=Romance Standard Time:20230220T110000
SUMMARY:Coffee
END:VEVENT
BEGIN:VEVENT
UID:all-day@small.example
DTSTART;VALUE=DATE:20230220
SUMMARY:The whole workshop
END:VEVENT
END:VCALENDAR
"""

TABLE = (
    ("id", "Date", "Start", "End", "Minutes", "Kind", "Title", "Room", "Topic", "Speakers", "Description", "Link"),
    ("welcome", "20/02/2023", "09:30", "10:00", "", "opening", "Welcome", "Hall", "", "Ada (Customs)", "", ""),
    (
        "ledgers",
        "",
        "10:00",
        "",
        "45",
        "",
        "Ledgers",
        "Hall",
        "Ledgers in ports",
        "Grace; Alan (Bletchley)",
        "Who writes & who reads",
        "https://example.org/slides.pdf",
    ),
    ("coffee", "", "10:45 - 11:00", "", "", "", "Coffee", "Annex", "", "", "", ""),
)


def csv_of(rows: tuple[tuple[str, ...], ...], delimiter: str = ",") -> str:
    """A table as CSV."""
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


def xlsx_of(*sheets: tuple[tuple[Any, ...], ...]) -> bytes:
    """Tables as the sheets of a workbook."""
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number + 1}", number)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[-1])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


SAMPLES: Mapping[str, bytes] = {
    "frab": FRAB.encode(),
    "c3voc": json.dumps(C3VOC).encode(),
    "pretalx": json.dumps(PRETALX).encode(),
    "programapi": json.dumps(PROGRAMAPI).encode(),
    "conference-bot": json.dumps(CONFERENCE_BOT).encode(),
    "icalendar": CALENDAR.replace("\n", "\r\n").encode(),
    "csv": csv_of(TABLE).encode(),
    "xlsx": xlsx_of(TABLE),
}

#: A plan with comments, quotes and styles of its own, all of which an import must keep.
PLAN = """\
# Ours.
id: small
title: {en: Small, fr: Petit}   # as said
description: >-
  As small
  as can be
organiser: Nobody
zone: Europe/Brussels
languages: [en, fr]
topics:
  - id: ledgers
    title: {en: Ledgers in ports, fr: Registres}
    description: Who writes them

# Where we meet.
rooms:
  - id: main   # the big one
    title: {en: Hall, fr: Salle}
days:
  # The only day.
  - date: 2023-02-20
    sessions:
      - {id: welcome, kind: panel, start: "9:30", end: "10:00", room: main, title: {en: Welcome, fr: Bienvenue}}
      - id: ledgers
        kind: discussion
        start: "10:15"
        end: "11:00"
        room: main
        title: {en: Ledgers, fr: Registres}
        description: {en: Who writes & who reads, fr: Qui écrit}
        speakers: [{office: Grace, organisation: Navy}]
      - id: gone
        kind: break
        start: "12:00"
        end: "13:00"
        title: Lunch

# What is announced.
announcements:
  agenda: {at: "08:00"}
"""
