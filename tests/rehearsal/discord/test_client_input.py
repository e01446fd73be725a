"""A form as a Discord client fills it in and sends it. Source: components/reference, by component."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.discord_limits import UPLOAD_BYTES
from bot.rehearsal.discord.calls import Attachment, CannotDo
from bot.rehearsal.discord.client_input import filled_component
from bot.rehearsal.discord.payloads import modal_faults

OPTIONS = [{"value": "a", "label": "A"}, {"value": "b", "label": "B", "default": True}]
RADIO = {"type": 21, "id": 2, "custom_id": "one", "options": OPTIONS}
BOXES = {"type": 22, "id": 2, "custom_id": "some", "options": OPTIONS, "required": False, "min_values": 0}
BOX = {"type": 23, "id": 2, "custom_id": "agreed"}
FILES = {
    "type": 19, "id": 2, "custom_id": "files", "required": False, "min_values": 0, "max_values": 3,
    "file_types": ["image", ".pdf"],
}  # fmt: skip
PICTURE = Attachment("photo.PNG", b"PNG")


def sent(part: dict[str, Any], **values: object) -> dict[str, Any]:
    """What a client sends for a field in a label; uploaded files are named by their content."""
    label = {"type": 18, "id": 1, "label": "L", "component": part}
    return filled_component(label, values, lambda file: file.content.decode())["component"]


def faults(*parts: dict[str, Any]) -> list[str]:
    return list(modal_faults({"title": "T", "custom_id": "c", "components": list(parts)}))


def labelled(part: dict[str, Any], **changed: object) -> dict[str, Any]:
    return {"type": 18, "label": "L", "component": {**part, **changed}}


def test_what_a_person_leaves_alone_is_sent_as_it_is_shown() -> None:
    assert sent(RADIO) == {"type": 21, "id": 2, "custom_id": "one", "value": "b"}
    assert sent(BOXES) == {"type": 22, "id": 2, "custom_id": "some", "values": ["b"]}
    assert sent(BOX) == {"type": 23, "id": 2, "custom_id": "agreed", "value": False}
    assert sent(BOX | {"default": True})["value"] is True
    assert sent(FILES) == {"type": 19, "id": 2, "custom_id": "files", "values": []}
    assert sent(RADIO | {"required": False, "options": OPTIONS[:1]})["value"] is None


def test_what_a_person_fills_in_is_sent() -> None:
    assert sent(RADIO, one="a")["value"] == "a"
    assert sent(BOXES, some=["a", "b"])["values"] == ["a", "b"]
    assert sent(BOXES, some=[])["values"] == []
    assert sent(BOX, agreed=True)["value"] is True
    assert sent(FILES, files=[PICTURE, Attachment("paper.pdf", b"PDF")])["values"] == ["PNG", "PDF"]


@pytest.mark.parametrize(
    ("part", "values", "reason"),
    [
        (RADIO, {"one": "c"}, "doesn't offer c"),
        (RADIO | {"options": OPTIONS[:1]}, {}, "is required"),
        (BOX, {"agreed": "yes"}, "is ticked or not"),
        (FILES, {"files": [PICTURE] * 4}, "takes 0 to 3 files, not 4"),
        (FILES, {"files": [Attachment("notes.docx", b"")]}, "doesn't take 'notes.docx'"),
        (FILES, {"files": [Attachment("large.png", b"0" * (UPLOAD_BYTES + 1))]}, "is too large"),
        ({"type": 19, "id": 2, "custom_id": "files"}, {}, "is required"),
        ({"type": 19, "id": 2, "custom_id": "files"}, {"files": [PICTURE] * 2}, "takes 1 to 1 files, not 2"),
    ],
)
def test_a_client_sends_nothing_that_the_form_does_not_allow(
    part: dict[str, Any], values: dict[str, object], reason: str
) -> None:
    with pytest.raises(CannotDo, match=reason):
        sent(part, **values)


def test_discord_takes_a_form_of_each_kind_of_field() -> None:
    assert faults(*map(labelled, (RADIO, BOXES | {"custom_id": "x"}, BOX, FILES)), {"type": 10, "content": "T"}) == []


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (BOX, "component 23 stands outside a label"),
        (labelled(RADIO, options=OPTIONS[:1]), "1 options; 2 to 10"),
        (labelled(RADIO, options=[OPTIONS[1], OPTIONS[1] | {"value": "c"}]), "two radio buttons are chosen"),
        (labelled(BOXES, options=[{"value": str(n), "label": "L"} for n in range(11)]), "11 options; 1 to 10"),
        (labelled(BOXES, required=True), "component 22 is required, and takes none"),
        (labelled(FILES, max_values=11), "component 19 takes 0 to 11"),
        (labelled(FILES, file_types=[".a"] * 11), "component 19 names more than 10 types of files"),
        (labelled(FILES, custom_id="c" * 101), "component 19: custom_id has 101 characters; at most 100"),
        (labelled(RADIO, options=[OPTIONS[0], {"value": "b", "label": "B" * 101}]), "option: label has 101 characters"),
    ],
)
def test_discord_refuses_a_form_that_breaks_its_rules(part: dict[str, Any], fault: str) -> None:
    [found] = faults(part)
    assert found.startswith(fault)
