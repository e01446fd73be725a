"""Joining: the roster, introductions, substitutes, two who want one place, and languages."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import openpyxl
import pytest

from bot.rehearsal.discord.calls import Attachment, ReceivedAnswer
from bot.rehearsal.discord.people import Person

if TYPE_CHECKING:
    from tests.e2e.world import World

ROSTER = """Nom;Administration;Pays;Type;Langue;Rôle
Amina Al-Kuwari;General Authority of Customs;Qatar;douane;arabe;participante
Karim Boudjellal;Direction générale des douanes;Algérie;douane;français;participant
Karim Ziani;Direction générale des douanes;Algérie;douane;français;participant
Mona Moderator;WCO;;internationale;;modératrice
Tarig Abdelgadir;Sudan Customs;Soudan;douane;anglais;participant
"""


@pytest.fixture
async def opened(world: World) -> World:
    """The rooms are open, the roster is read, and nobody but the organiser has a role."""
    (world.folder / "people.csv").write_text(ROSTER, "utf-8")
    plan = world.folder / "plan.yaml"
    plan.write_text(plan.read_text("utf-8") + "roster: people.csv\n", "utf-8")
    await world.start_bot()
    await world.organiser.slash(world.general, "workshop setup")
    await world.settle()
    return world


async def join(world: World, person: Person, name: str) -> ReceivedAnswer:
    """Press the button and give a name."""
    form = await world.press(person, "welcome", "join:")
    assert form.modal is not None
    return await person.submit(form.modal, {"name": name})


async def fill(world: World, person: Person, answer: ReceivedAnswer, button: str, **typed: str) -> ReceivedAnswer:
    """Press a button of an answer, and fill in the form that opens."""
    form = await world.press_in(person, answer, "welcome", button)
    assert form.modal is not None
    return await person.submit(form.modal, typed)


def roles(world: World, person: Person) -> set[str]:
    guild = world.discord.backend.guilds[world.guild_id]
    held = {guild.roles[number].name for number in guild.members[person.id].role_ids}
    return held & {"Organiser", "Moderator", "Participant"}


def nick(world: World, person: Person) -> str | None:
    return world.discord.backend.guilds[world.guild_id].members[person.id].nick


async def test_the_welcome_is_there_for_everybody_at_once_and_only_once(opened: World) -> None:
    [message] = opened.messages("welcome")
    for words in (
        "Customs lab",
        "Atelier des douanes",
        "مختبر الجمارك",
        "What is kept",
        "Ce qui est conservé",
        "ما يُحفظ",
    ):
        assert words in message.text
    kinds = [custom_id.rpartition(":")[0] for custom_id in message.custom_ids]
    assert kinds == ["join", "me", "language:en", "language:fr", "language:ar"]
    assert opened.may(opened.visitor, "welcome", "view_channel")
    assert opened.messages("team") == []  # it is not counted as late
    await opened.stop_bot()
    await opened.start_bot()
    assert [each.id for each in opened.messages("welcome")] == [message.id]


async def test_who_is_on_the_roster_gets_their_place_role_and_name(opened: World) -> None:
    answer = await join(opened, opened.amina, " KUWARI al amina")
    assert answer.ephemeral
    assert answer.text.startswith("✅ أهلاً بك")  # the roster says that she speaks Arabic
    assert roles(opened, opened.amina) == {"Participant"}
    assert nick(opened, opened.amina) == "Amina Al-Kuwari · QA"
    assert opened.may(opened.amina, "agenda", "view_channel")
    again = await opened.amina.slash(opened.channel("welcome"), "join")
    assert again.modal is None
    assert again.text.startswith("✅")
    assert opened.rows("SELECT name FROM participant WHERE person = ?", opened.amina.id) == [("Amina Al-Kuwari",)]

    # A place of the team is given by an organiser; see test_team_places.
    await join(opened, opened.moderator, "Mona Moderator")
    await opened.settle()
    opened.discord.give_role(opened.organiser, opened.role("Organiser"))
    await opened.press(opened.organiser, "team", "approve:")
    assert roles(opened, opened.moderator) == {"Moderator"}
    assert nick(opened, opened.moderator) == "Mona Moderator"
    await opened.settle()
    [line] = opened.titles("team")
    assert f"approved <@{opened.moderator.id}> as Mona Moderator (Moderator)" in line


async def test_the_form_asks_for_the_language_which_discord_may_lack(opened: World) -> None:
    shown = await opened.karim.slash(opened.channel("welcome"), "join")
    assert shown.modal is not None
    [language] = [part["component"] for part in shown.modal["components"] if part["component"]["type"] == 21]
    options = [(option["value"], option["label"], option.get("default", False)) for option in language["options"]]
    assert options == [("en", "English", False), ("fr", "Français", True), ("ar", "العربية", False)]
    answer = await opened.karim.submit(shown.modal, {"name": "Nobody", "language": "ar"})
    assert "لا يوجد في القائمة أحد" in answer.text
    assert opened.rows("SELECT language FROM chosen_language WHERE person = ?", opened.karim.id) == [("ar",)]
    # It is the language of what follows.
    again = await opened.karim.slash(opened.channel("welcome"), "join")
    assert again.modal is not None
    assert again.modal["title"] == "الانضمام إلى ورشة العمل"


async def test_who_is_one_of_several_chooses(opened: World) -> None:
    answer = await join(opened, opened.karim, "karim")
    assert answer.text.startswith("Êtes-vous")
    place = opened.rows("SELECT id FROM participant WHERE name = 'Karim Ziani'")[0][0]
    await opened.press_in(opened.karim, answer, "welcome", f"take:{place}")
    assert nick(opened, opened.karim) == "Karim Ziani · DZ"
    # The other button is still there; who has a place is told so.
    again = await opened.press_in(opened.karim, answer, "welcome", "take:")
    assert again.text.startswith("✅ Vous participez déjà sous le nom de Karim Ziani")


async def test_of_two_who_want_one_place_at_once_one_has_it_and_the_other_is_told(opened: World) -> None:
    both = (opened.amina, opened.visitor)
    forms = [await opened.press(person, "welcome", "join:") for person in both]
    told = await asyncio.gather(
        *(
            person.submit(form.modal or {}, {"name": "Tarig Abdelgadir"})
            for person, form in zip(both, forms, strict=True)
        )
    )
    assert sorted(answer.text[0] for answer in told) == ["⚠", "✅"]
    [(holder,)] = opened.rows("SELECT person FROM participant WHERE name = 'Tarig Abdelgadir'")
    winner = both[[answer.text[0] for answer in told].index("✅")]
    loser = both[1 - both.index(winner)]
    assert holder == winner.id
    assert (roles(opened, winner), roles(opened, loser)) == ({"Participant"}, set())
    refused = told[both.index(loser)]
    # What they are told to do works.
    answer = await fill(
        opened, loser, refused, "introduce", name="Tarig the Other", administration="Sudan Customs",
        country="soudan", kind="customs",
    )  # fmt: skip
    assert answer.text.startswith("✅ Welcome, Tarig the Other (Sudan Customs, Sudan)")


async def test_a_stranger_introduces_themselves_and_the_team_reads_of_it(opened: World) -> None:
    refused = await join(opened, opened.visitor, "Nobody @everyone")
    assert refused.text.startswith("⚠️ Nobody called “Nobody \\@everyone”")
    typed = {"name": "*Lena*\u202e", "administration": "Blue | Caravel", "country": "Atlantis", "kind": "company"}
    answer = await fill(opened, opened.visitor, refused, "introduce", **typed)
    assert "“Atlantis” is not a country" in answer.text
    answer = await fill(opened, opened.visitor, refused, "introduce", **{**typed, "name": " … "})
    assert answer.text.startswith("⚠️ A name was left empty")
    assert opened.rows("SELECT * FROM participant WHERE person IS NOT NULL") == []
    answer = await fill(opened, opened.visitor, refused, "introduce", **{**typed, "country": "jo"})
    assert answer.text.startswith("✅ Welcome, \\*Lena\\* (Blue \\| Caravel, Jordan)")
    assert nick(opened, opened.visitor) == "*Lena* · JO"
    again = await fill(opened, opened.visitor, refused, "introduce", **{**typed, "country": "jo"})
    assert again.text.startswith("✅ You have joined")
    await opened.settle()
    [line] = opened.titles("team")
    assert line.startswith("🛠️ \\*Lena\\* (Blue \\| Caravel, Jordan) is not on the list")
    assert opened.rows("SELECT role, organisation FROM participant WHERE person = ?", opened.visitor.id) == [
        (1, "company")
    ]


async def test_a_substitute_takes_a_participants_place_and_nobody_elses(opened: World) -> None:
    refused = await join(opened, opened.visitor, "Esra Eltayeb")
    for absent, words in (("Mona Moderator", "is still awaited"), ("Karim", "several people")):
        answer = await fill(opened, opened.visitor, refused, "replace", name="Esra Eltayeb", absent=absent)
        assert answer.text.startswith("⚠️")
        assert words in answer.text
    answer = await fill(opened, opened.visitor, refused, "replace", name="Esra Eltayeb", absent="abdelgadir tarig")
    assert answer.text.startswith("✅ Welcome, Esra Eltayeb (Sudan Customs, Sudan)")
    assert nick(opened, opened.visitor) == "Esra Eltayeb · SD"
    await opened.settle()
    assert opened.titles("team")[0].startswith("🛠️ Esra Eltayeb has taken the place of Tarig Abdelgadir")
    assert (await join(opened, opened.karim, "Tarig Abdelgadir")).text.startswith("⚠️")
    # Another start reads the roster anew, and the place stays hers.
    (opened.folder / "people.csv").write_text(ROSTER.replace("Soudan", "Tchad"), "utf-8")
    await opened.stop_bot()
    await opened.start_bot()
    rows = opened.rows("SELECT name, country FROM participant WHERE person = ?", opened.visitor.id)
    assert rows == [("Esra Eltayeb", "TD")]


async def test_who_left_and_came_back_has_everything_again_at_the_next_press(opened: World) -> None:
    backend = opened.discord.backend
    await join(opened, opened.amina, "Amina Al-Kuwari")
    for press in ("join:", "agenda"):
        backend.remove_member(opened.guild_id, opened.amina.id)
        backend.add_member(opened.guild_id, opened.amina.id, announce=True)
        assert roles(opened, opened.amina) == set()
        if press == "agenda":
            answer = await opened.amina.slash(opened.channel("welcome"), "agenda")
            assert "Bienvenue" not in answer.text
        else:
            answer = await opened.press(opened.amina, "welcome", press)
        assert not answer.text.startswith("⚠️")
        assert answer.modal is None
        assert roles(opened, opened.amina) == {"Participant"}
        assert nick(opened, opened.amina) == "Amina Al-Kuwari · QA"


async def test_where_discord_refuses_role_and_name_the_place_is_taken_all_the_same(opened: World) -> None:
    """Somebody whose role is above the bot's, and a role that stands above it."""
    backend = opened.discord.backend
    guild = backend.guilds[opened.guild_id]
    own = max(guild.roles[number].position for number in guild.members[backend.bot_user.id].role_ids)
    backend.edit_role(opened.guild_id, opened.role("Participant"), {"position": own + 1})
    guild.roles[opened.role("Participant")].position = own + 1
    opened.discord.give_role(opened.visitor, opened.role("Participant"))
    backend.remove_member_role(opened.guild_id, opened.visitor.id, opened.role("Participant"))
    await opened.settle()
    answer = await join(opened, opened.karim, "Karim Ziani")
    assert answer.text.startswith("✅ Bienvenue, Karim Ziani")
    assert "vous donner le rôle Participant" in answer.text
    assert roles(opened, opened.karim) == set()
    assert (await opened.karim.slash(opened.channel("welcome"), "agenda")).text.startswith("## ")


async def test_who_is_not_in_the_workshop_is_told_where_to_join(opened: World) -> None:
    answer = await opened.visitor.slash(opened.channel("welcome"), "agenda")
    assert answer.text == (
        "⚠️ This is for the workshop\u2019s participants. Press the button Join in "
        f"<#{opened.channel('welcome')}>, then try again."
    )


# --- languages -------------------------------------------------------------------------------------------------


async def test_a_chosen_language_is_kept_for_visitors_too(opened: World) -> None:
    welcome = opened.channel("welcome")
    offered = await opened.visitor.autocomplete(welcome, "language", "name", "")
    assert [each["name"] for each in offered] == ["English", "Français", "العربية"]
    answer = await opened.visitor.slash(welcome, "language", name="ar")
    assert answer.text.startswith("✅ من الآن")
    assert (await opened.visitor.slash(welcome, "agenda")).text.startswith("⚠️ هذا مخصص")
    assert (await opened.press(opened.visitor, "welcome", "language:fr")).text.startswith("✅ Désormais")
    assert (await opened.visitor.slash(welcome, "language", name="Klingon")).text.startswith("⚠️ L\u2019atelier")
    await opened.stop_bot()
    await opened.start_bot()
    form = await opened.press(opened.visitor, "welcome", "join:")
    assert form.modal is not None
    assert form.modal["title"] == "Participer à l\u2019atelier"


# --- what organisers see ---------------------------------------------------------------------------------------


async def test_the_team_sees_who_has_come_and_who_has_not(opened: World) -> None:
    opened.discord.give_role(opened.moderator, opened.role("Moderator"))
    await join(opened, opened.amina, "Amina Al-Kuwari")
    team = opened.channel("team")
    missing = await opened.moderator.slash(team, "participants missing")
    assert missing.text.startswith("✅ 4 people have not joined yet.")
    assert "Karim Ziani" in missing.text
    assert "Amina" not in missing.text
    listed = await opened.moderator.slash(team, "participants list")
    assert "✅ **Amina Al-Kuwari** · General Authority of Customs · Qatar" in listed.text
    assert "▫️ **Tarig Abdelgadir** · Sudan Customs · Sudan" in listed.text


async def test_a_place_taken_by_the_wrong_person_is_freed(opened: World) -> None:
    lobby = opened.channel("welcome")
    await join(opened, opened.visitor, "Amina Al-Kuwari")
    answer = await opened.organiser.slash(lobby, "participants release", person=opened.visitor)
    assert answer.text == "✅ The place of Amina Al-Kuwari is free again."
    assert roles(opened, opened.visitor) == set()
    assert (await opened.organiser.slash(lobby, "participants release", person=opened.visitor)).text.startswith("⚠️")
    assert (await join(opened, opened.amina, "Amina Al-Kuwari")).text.startswith("✅")


async def test_a_roster_is_imported_once_seen(opened: World) -> None:
    lobby = opened.channel("welcome")
    await join(opened, opened.karim, "Karim Ziani")
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["Name", "Administration", "Country", "Kind of organisation", "Language", "Role"],
        ["Amina Al-Kuwari", "General Authority of Customs", "Qatar", "customs", "English", ""],
        ["Tarig Abdelgadir", "Sudan Customs", "SD", "customs", "en", "participant"],
        ["New Person", "GS1", "", "international", "", ""],
    ):
        book.active.append(row)
    saved = io.BytesIO()
    book.save(saved)
    preview = await opened.organiser.slash(
        lobby, "participants import", file=Attachment("roster.xlsx", saved.getvalue())
    )
    counts = "New: 1; changed: 1; unchanged: 1; no longer there: 2."
    assert counts in preview.text
    assert opened.rows("SELECT count(*) FROM participant") == [(5,)]
    done = await opened.press_in(opened.organiser, preview, "welcome", "roster:")
    assert done.text == "✅ The list is imported. New: 1; changed: 1; unchanged: 1; removed: 2."
    names = {name for (name,) in opened.rows("SELECT name FROM participant")}
    assert names == {"Amina Al-Kuwari", "Tarig Abdelgadir", "New Person", "Karim Ziani"}
    assert "imported already" in (await opened.press_in(opened.organiser, preview, "welcome", "roster:")).text
    assert opened.rows("SELECT value FROM fact WHERE name = 'proposed roster' AND value LIKE '%New Person%'") == []

    # An import outlives a start whose roster file is the same.
    await opened.stop_bot()
    await opened.start_bot()
    assert {name for (name,) in opened.rows("SELECT name FROM participant")} == names

    faulty = Attachment("roster.csv", "name,administration,role\nA,B,boss\nC,D,king\n".encode("cp1252"))
    answer = await opened.organiser.slash(lobby, "participants import", file=faulty)
    assert answer.text.startswith("⚠️ The file has 2 faults")
    assert "row 2, role: found 'boss'; write one of: participant, moderator, organiser" in answer.text
    large = Attachment("roster.csv", bytes(2 * 1024 * 1024))
    assert "1024 KiB" in (await opened.organiser.slash(lobby, "participants import", file=large)).text


async def test_a_long_list_comes_as_a_file(opened: World) -> None:
    lobby = opened.channel("welcome")
    rows = "\n".join(f"Person {n} {'x' * 40},Administration of everything,TN" for n in range(200))
    file = Attachment("roster.csv", f"name,administration,country\n{rows}\n".encode())
    preview = await opened.organiser.slash(lobby, "participants import", file=file)
    await opened.press_in(opened.organiser, preview, "welcome", "roster:")
    answer = await opened.organiser.slash(lobby, "participants list")
    assert answer.text == "✅ 200 people are on the list. Joined: 0."
    [listed] = answer.attachments
    assert listed.filename == "participants.csv"
    assert listed.content.decode("utf-8-sig").count("Administration of everything") == 200
