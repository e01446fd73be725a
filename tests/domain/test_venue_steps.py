"""The steps from any server to what the workshop wants, tried on a model of Discord that does as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.discord_limits import CATEGORY_CHANNELS
from bot.domain.people.roles import ROLES, Role
from bot.domain.plan import Plan
from bot.domain.venue import (
    CATEGORY,
    HELP_DESK,
    TEAM,
    Room,
    RoomForm,
    breakout_room,
    category_room,
    role_key,
    venue_rooms,
)
from bot.domain.venue_permissions import PERMISSIONS, Rights
from bot.domain.venue_steps import (
    EVERYONE,
    ME,
    EditChannel,
    GrantPermissions,
    MakeRole,
    MakeRoom,
    Server,
    ServerChannel,
    Step,
    WantedVenue,
    Who,
    is_archived,
    match_existing,
    role_name,
    setup_steps,
)

Tiny = Callable[..., Plan]

BOT, EVERYBODY, FOREIGN, STRANGER = 1, 2, 3, 4
BEFORE, AFTER = datetime(2023, 2, 19, tzinfo=UTC), datetime(2023, 2, 21, tzinfo=UTC)
ARCHIVE = "Archive · Tiny workshop"
#: A permission of which the bot never speaks: Embed Links.
FOREIGN_BIT = 1 << 14
BITS = [bit for bit, _ in PERMISSIONS.values()] + [FOREIGN_BIT]
RIGHTS = st.builds(
    lambda allow, deny: Rights(sum(allow - deny), sum(deny)),
    st.sets(st.sampled_from(BITS)),
    st.sets(st.sampled_from(BITS)),
)


def wanted(
    plan: Plan, now: datetime = BEFORE, *, archived: bool | None = None, groups: Sequence[Room] = ()
) -> WantedVenue:
    return WantedVenue((*venue_rooms(plan), *groups), ARCHIVE, now, plan.agenda.ends_at, archived)


def carried_out(
    planned: Sequence[Step], server: Server, known: Mapping[str, int], wishes: WantedVenue
) -> tuple[Server, dict[str, int]]:
    """What Discord has after the steps; it takes each only if what it rests on is there."""
    numbers = count(max([9_999, *server.channels, *server.roles]) + 1)
    roles, channels, ids = dict(server.roles), dict(server.channels), match_existing(wishes, server, known)

    def target(who: Who) -> int:
        if isinstance(who, int):
            return who
        return {ME: server.me, EVERYONE: server.everyone}.get(who) or ids[who]

    for step in planned:
        match step:
            case MakeRole():
                ids[step.key] = next(numbers)
                roles[ids[step.key]] = step.name
            case MakeRoom():
                parent = None if step.category is None else ids[step.category]
                assert sum(each.category == parent for each in channels.values() if parent) < CATEGORY_CHANNELS
                assert len(step.name) <= 100
                form = RoomForm.VOICE if step.room.form is RoomForm.STAGE else step.room.form  # no Community server
                rights = {target(who): granted for who, granted in step.rights.items()}
                ids[step.key] = next(numbers)
                channels[ids[step.key]] = ServerChannel(ids[step.key], form, step.name, parent, rights)
            case GrantPermissions():
                there = channels[step.channel.id]
                channels[there.id] = replace(there, rights={**there.rights, target(step.who): step.rights})
            case EditChannel():
                there = channels[step.channel.id]
                whole = there.rights if step.rights is None else {target(w): r for w, r in step.rights.items()}
                channels[there.id] = replace(there, name=step.name or there.name, rights=whole)
    return Server(server.me, server.everyone, roles, channels), ids


def assert_whole(wishes: WantedVenue, server: Server, known: Mapping[str, int]) -> None:
    assert setup_steps(wishes, server, known) == ()


@st.composite
def servers(draw: st.DrawFn, plan: Plan) -> tuple[Server, dict[str, int]]:
    """A server half made, half undone, with foreign things in it; and what of it is remembered, wrongly at times."""
    numbers = iter(range(100, 1000))
    roles = {FOREIGN: "Guests", **{next(numbers): role_name(role) for role in ROLES if draw(st.booleans())}}
    channels: dict[int, ServerChannel] = {}
    known: dict[str, int] = {}

    def add(name: str, form: RoomForm, category: int | None, key: str | None) -> int:
        number = next(numbers)
        targets = st.sampled_from([BOT, EVERYBODY, FOREIGN, STRANGER, *roles])
        rights = draw(st.dictionaries(targets, RIGHTS, max_size=3))
        channels[number] = ServerChannel(number, form, name, category, rights)
        if key and draw(st.booleans()):
            known[key] = number
        return number

    first, *others = venue_rooms(plan)
    category = None
    if draw(st.booleans()):
        category = add(draw(st.sampled_from((first.name, ARCHIVE))), RoomForm.CATEGORY, None, CATEGORY)
    for room in others:
        if draw(st.booleans()):
            name = draw(st.sampled_from((room.name, "renamed by hand")))
            add(name, room.form, draw(st.sampled_from((category, None))), room.key)
    for _ in range(draw(st.sampled_from((0, 3, 45, 50)))):
        number = next(numbers)
        channels[number] = ServerChannel(number, RoomForm.TEXT, "foreign", category)
    if draw(st.booleans()):
        known["role:moderator"] = 9  # deleted since
    return Server(BOT, EVERYBODY, roles, channels), known


@given(st.data(), st.sampled_from((None, True, False)), st.sampled_from((BEFORE, AFTER)))
def test_after_the_steps_there_are_none_and_nothing_of_others_is_touched(
    tiny: Tiny,
    data: st.DataObject,
    archived: bool | None,  # noqa: FBT001 - drawn
    now: datetime,
) -> None:
    """Whatever was there, made by hand or half made: applied twice, the second time does nothing."""
    plan = tiny()
    wishes = wanted(plan, now, archived=archived)
    server, known = data.draw(servers(plan))
    planned = setup_steps(wishes, server, known)
    after, ids = carried_out(planned, server, known, wishes)
    assert_whole(wishes, after, ids)
    # Also for one who remembers nothing of what was made, but what was ours before: by the names.
    there = {key: number for key, number in match_existing(wishes, server, known).items() if key in known}
    assert_whole(wishes, after, there)
    assert server.channels.keys() <= after.channels.keys()
    ours = {ids.get(key) for key in (*(role_key(role) for role in ROLES),)} | {BOT, EVERYBODY}
    for number, channel in server.channels.items():
        kept = after.channels[number]
        if number not in ids.values():
            assert kept == channel
        assert {who: r for who, r in kept.rights.items() if who not in ours} == {
            who: r for who, r in channel.rights.items() if who not in ours
        }
    # What ours don't speak of stays where ours are set, too.
    for step in planned:
        if isinstance(step, GrantPermissions):
            who = {ME: BOT, EVERYONE: EVERYBODY}.get(str(step.who)) or ids[str(step.who)]
            before = server.channels[step.channel.id].rights.get(who, Rights())
            assert step.rights.allow & FOREIGN_BIT == before.allow & FOREIGN_BIT
            assert step.rights.deny & FOREIGN_BIT == before.deny & FOREIGN_BIT
    if archived is not None:
        assert is_archived(wishes, after, ids) is archived


@given(st.data())
def test_a_run_that_is_cut_off_anywhere_is_completed_by_the_next(tiny: Tiny, data: st.DataObject) -> None:
    """Also into the archive, and by one who isn't told whether the rooms are to be there."""
    plan = tiny()
    wishes = wanted(plan, AFTER, archived=True)
    made, _ = carried_out(setup_steps(wanted(plan), bare := Server(BOT, EVERYBODY, {}, {}), {}), bare, {}, wanted(plan))
    server, known = data.draw(st.one_of(servers(plan), st.just((made, {}))))
    planned = setup_steps(wishes, server, known)
    half, ids = carried_out(planned[: data.draw(st.integers(0, len(planned)))], server, known, wishes)
    category = half.channels.get(match_existing(wishes, half, ids).get(CATEGORY, 0))
    goes_on = wanted(plan, AFTER) if category and category.name == ARCHIVE else wishes
    whole, ids = carried_out(setup_steps(goes_on, half, ids), half, ids, goes_on)
    assert_whole(wishes, whole, ids)


def test_the_archive_is_read_by_participants_and_opened_again_as_it_was(tiny: Tiny) -> None:
    """And the team's room stays the team's."""
    plan = tiny()
    bare = Server(BOT, EVERYBODY, {}, {})
    opened, ids = carried_out(setup_steps(wanted(plan, AFTER), bare, {}), bare, {}, wanted(plan, AFTER))
    archive = wanted(plan, AFTER, archived=True)
    planned = setup_steps(archive, opened, ids)
    assert isinstance(planned[0], EditChannel)
    assert planned[0].name == ARCHIVE
    closed, _ = carried_out(planned, opened, ids, archive)
    participant = ids[role_key(Role.PARTICIPANT)]
    for key, number in ids.items():
        if number in closed.channels:
            granted = closed.channels[number].rights[participant]
            assert bool(granted.allow & PERMISSIONS["send_messages"][0]) == (key == HELP_DESK)
            assert granted.allow & PERMISSIONS["speak"][0] == 0
            assert bool(granted.allow & PERMISSIONS["view_channel"][0]) == (key != TEAM)
            assert closed.channels[number].rights[BOT].allow & PERMISSIONS["send_messages"][0]
    again = wanted(plan, AFTER, archived=False)
    reopened, _ = carried_out(setup_steps(again, closed, ids), closed, ids, again)
    assert reopened == opened


@settings(max_examples=15)
@given(st.integers(40, 130), st.integers(0, 30))
def test_what_one_category_cannot_take_goes_to_the_next(tiny: Tiny, topics: int, deleted: int) -> None:
    """And what was deleted by hand comes back where there is space, without a channel more than needed."""
    many = [{"id": f"t{number}", "title": "T", "description": "D"} for number in range(topics)]
    sessions = [{"id": "one", "kind": "panel", "start": "10:00", "end": "11:00", "title": "One"}]
    plan = tiny(topics=many, days=[{"date": "2023-02-20", "sessions": sessions}])
    wishes = wanted(plan)
    bare = Server(BOT, EVERYBODY, {}, {})
    whole, ids = carried_out(setup_steps(wishes, bare, {}), bare, {}, wishes)
    assert len(whole.channels) == len(venue_rooms(plan)) + (len(venue_rooms(plan)) - 2) // CATEGORY_CHANNELS
    inside = Counter(channel.category for channel in whole.channels.values())
    assert max(inside.values()) <= CATEGORY_CHANNELS
    gone = {ids[f"topic:t{number}"] for number in range(deleted)}
    less = replace(whole, channels={n: channel for n, channel in whole.channels.items() if n not in gone})
    planned = setup_steps(wishes, less, ids)
    assert len(planned) == len(gone)
    mended, ids = carried_out(planned, less, ids, wishes)
    assert_whole(wishes, mended, ids)
    archive = wanted(plan, AFTER, archived=True)
    archived, ids = carried_out(setup_steps(archive, mended, ids), mended, ids, archive)
    assert_whole(archive, archived, ids)
    assert_whole(wanted(plan, AFTER), archived, {})
    if category_room(2) in ids:
        assert archived.channels[ids[category_room(2)]].name == f"{ARCHIVE} · 2"


def test_a_group_lets_in_its_members_and_is_renamed_once_it_is_over(tiny: Tiny) -> None:
    """In one request; whom somebody else let in stays, and a member of before doesn't."""
    plan, hour = tiny(), timedelta(hours=1)
    room = Room(
        breakout_room("talk.1", 1), RoomForm.VOICE, "Group 1", None, closes_at=BEFORE + hour,
        members=frozenset({50, 51}),
        strangers=frozenset({52}),
    )  # fmt: skip
    wishes = wanted(plan, groups=[room])
    bare = Server(BOT, EVERYBODY, {}, {})
    server, ids = carried_out(setup_steps(wishes, bare, {}), bare, {}, wishes)
    channel = server.channels[ids[room.key]]
    assert {50, 51} <= channel.rights.keys()
    meddled = replace(channel, rights={**channel.rights, 52: Rights(1 << 10), 53: Rights(1 << 10)})
    touched = replace(server, channels={**server.channels, channel.id: meddled})
    (step,) = setup_steps(wishes, touched, ids)
    assert isinstance(step, EditChannel)
    mended, _ = carried_out([step], touched, ids, wishes)
    assert mended.channels[channel.id].rights == {**channel.rights, 53: Rights(1 << 10)}
    over = wanted(plan, BEFORE + hour, groups=[replace(room, name="Archive · Group 1", wanted=False)])
    (renamed,) = [step for step in setup_steps(over, server, ids) if isinstance(step, EditChannel)]
    assert renamed.name == "Archive · Group 1"
    closed, _ = carried_out(setup_steps(over, server, ids), server, ids, over)
    assert closed.channels[channel.id].rights[50].deny & PERMISSIONS["speak"][0]
    # Gone by hand, it isn't made again once it is over.
    gone = replace(server, channels={n: each for n, each in server.channels.items() if n != channel.id})
    assert not [step for step in setup_steps(over, gone, ids) if isinstance(step, MakeRoom)]


def test_two_rooms_of_one_name_are_two_channels(tiny: Tiny) -> None:
    """Also where one of them was made and nobody remembers whose it was."""
    twins = [
        Room(breakout_room(f"{session}.1", 1), RoomForm.VOICE, "Group 1", None, members=frozenset({50}))
        for session in ("welcome", "talk")
    ]
    wishes = wanted(tiny(), groups=twins)
    bare = Server(BOT, EVERYBODY, {}, {})
    whole, ids = carried_out(setup_steps(wishes, bare, {}), bare, {}, wishes)
    gone = replace(whole, channels={n: each for n, each in whole.channels.items() if n != ids[twins[0].key]})
    mended, ids = carried_out(setup_steps(wishes, gone, {}), gone, {}, wishes)
    assert ids[twins[0].key] != ids[twins[1].key]
    assert_whole(wishes, mended, ids)
