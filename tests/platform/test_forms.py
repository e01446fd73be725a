"""Forms as they go to Discord, and what is read from a form that was sent."""

from __future__ import annotations

from typing import Any, cast

import discord

from bot.platform import interactions
from bot.platform.forms import FormPart, checkbox, checkboxes, file_upload, form, line, radio
from bot.platform.interactions import TICKED, Interaction, SentFile
from bot.rehearsal.discord.payloads import modal_faults

OFFERED = (("a", "Alpha"), ("b", ""))
PARTS: tuple[FormPart, ...] = (
    ("Which", None, radio("which", OFFERED, "b")),
    "Read this **first**.",
    ("Agreed", "Only if you like", checkbox("agreed", ticked=True)),
    ("Keep", None, checkboxes("keep", OFFERED, ("a",))),
    ("Files", None, file_upload("files", 3, ("image", ".pdf"))),
)


def wire() -> dict[str, Any]:
    return form("kind:1", "Heading", PARTS).to_dict()


def interaction(*fields: dict[str, Any], **resolved: object) -> Interaction:
    """A submitted form, with a text between its fields, as Discord sends it."""
    parts = [{"type": 18, "id": 1, "component": field} for field in fields]
    data = {"custom_id": "c", "components": [*parts, {"type": 10, "id": 9}], "resolved": resolved}
    sent = type("Sent", (), {"data": data, "type": discord.InteractionType.modal_submit})
    return cast("Interaction", sent())


def test_a_form_has_its_fields_and_texts_in_their_order() -> None:
    components = wire()["components"]
    assert [part["type"] for part in components] == [18, 10, 18, 18, 18]
    assert components[1]["content"] == "Read this **first**."
    which, agreed, keep, files = (part["component"] for part in components if "component" in part)
    assert [(option["value"], option["label"], option.get("default", False)) for option in which["options"]] == [
        ("a", "Alpha", False),
        ("b", "…", True),
    ]
    assert agreed == {"type": 23, "custom_id": "agreed", "default": True}
    assert [option.get("default", False) for option in keep["options"]] == [True, False]
    assert (keep["required"], keep["min_values"]) == (False, 0)
    assert files == {
        "type": 19, "custom_id": "files", "required": False, "min_values": 0, "max_values": 3,
        "file_types": ["image", ".pdf"],
    }  # fmt: skip
    assert list(modal_faults(wire())) == []


def test_what_was_sent_is_read_by_the_name_of_each_field() -> None:
    sent = interaction(
        {"type": 21, "custom_id": "which", "value": "a"},
        {"type": 21, "custom_id": "none", "value": None},
        {"type": 23, "custom_id": "agreed", "value": True},
        {"type": 23, "custom_id": "refused", "value": False},
        {"type": 22, "custom_id": "keep", "values": ["a", "b"]},
        {"type": 4, "custom_id": "words", "value": " Words "},
        {"type": 19, "custom_id": "files", "values": ["7"]},
        attachments={"7": {"id": "7", "filename": "a.png", "size": 9, "url": "https://cdn/a.png"}},
    )
    typed = interactions.submitted(sent)
    assert (typed["which"], typed["none"], typed["agreed"], typed["refused"], typed["words"]) == (
        "a", "", TICKED, "", "Words",
    )  # fmt: skip
    assert interactions.all_chosen(sent, "keep") == ["a", "b"]
    assert interactions.all_chosen(sent, "unknown") == []
    assert interactions.uploaded(sent, "files") == [SentFile("a.png", 9, "https://cdn/a.png")]
    # Only what was typed is given back, not what was chosen.
    assert interactions.typed_text(sent) == " Words "


def test_a_form_of_an_older_version_has_no_files() -> None:
    sent = interaction({"type": 4, "custom_id": "words", "value": "W"})
    assert interactions.uploaded(sent, "files") == []
    assert list(modal_faults(form("c", "H", [("L", None, line("w", 9))]).to_dict())) == []
