"""Discord's limits, in one table.

Sources, all under https://discord.com/developers/docs: resources/message (create message), components/reference
(messages with Components V2, modals, selects), resources/channel, resources/guild, resources/guild-scheduled-event,
interactions/application-commands (autocomplete), reference (audit log reason); as of 2026-08.
"""

from __future__ import annotations

#: Characters that all texts of one message may show together (Components V2).
MESSAGE_TEXT = 4000
#: Characters of a message that is plain text.
PLAIN_TEXT = 2000
#: Components in one message, nested ones included (Components V2).
MESSAGE_COMPONENTS = 40
#: Channels in a category.
CATEGORY_CHANNELS = 50
#: Characters of a channel's, a category's or a role's name.
NAME = 100
#: Characters of somebody's name in a server.
NICKNAME = 32
#: Characters of a channel's topic line.
CHANNEL_TOPIC = 1024
#: Buttons in a row.
ROW_BUTTONS = 5
#: Rows of buttons in a message, and buttons in all of them.
ROWS = 5
BUTTONS = ROWS * ROW_BUTTONS
#: Characters of a button's label, and of a modal's title and of a label in it.
BUTTON_LABEL = 80
MODAL_TITLE = 45
MODAL_LABEL = 45
MODAL_DESCRIPTION = 100
#: Characters of the name of a command or of an entry in a menu, and of the description of a command or of its option.
COMMAND_NAME = 32
COMMAND_DESCRIPTION = 100
#: Parts of a modal.
MODAL_COMPONENTS = 5
#: Characters that a text field of a modal takes.
TEXT_INPUT = 4000
#: Characters of a custom id.
CUSTOM_ID = 100
#: Options in a radio group and in a group of checkboxes.
RADIO_OPTIONS = 10
#: Bytes of a file that anybody may upload: the limit of a server without boosts.
UPLOAD_BYTES = 10 * 1024 * 1024
#: Options in a select, and answers to an autocomplete; characters of each.
OPTIONS = 25
OPTION_LABEL = 100
#: Characters of the reason that the server's audit log shows.
AUDIT_REASON = 512
#: Characters of a nonce.
NONCE = 25
#: Scheduled events of a server that are not over; characters of an event's description and of a place outside Discord.
EVENTS = 100
EVENT_DESCRIPTION = 1000
EVENT_LOCATION = 100
