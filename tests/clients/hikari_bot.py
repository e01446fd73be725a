# pyright: basic, reportMissingImports=false
"""A small hikari bot for tests/clients/__main__.py. Environment: API (".../api"), TOKEN, SERVER."""

import os

import hikari

bot = hikari.GatewayBot(
    os.environ["TOKEN"], rest_url=os.environ["API"] + "/v10", intents=hikari.Intents.GUILDS, banner=None
)
COMMANDS = ("quick", "late", "form", "panel", "file", "thread", "role")
CREATE, UPDATE = hikari.ResponseType.MESSAGE_CREATE, hikari.ResponseType.MESSAGE_UPDATE
EPHEMERAL = hikari.MessageFlag.EPHEMERAL


@bot.listen(hikari.StartedEvent)
async def register(_: hikari.StartedEvent) -> None:
    """Register the commands in the server."""
    application = await bot.rest.fetch_application()
    builders = [bot.rest.slash_command_builder(name, name) for name in COMMANDS]
    await bot.rest.set_application_commands(application, builders, guild=int(os.environ["SERVER"]))


@bot.listen(hikari.InteractionCreateEvent)
async def answer(event: hikari.InteractionCreateEvent) -> None:
    """Answer a command, a press, a choice or a form."""
    interaction = event.interaction
    if isinstance(interaction, hikari.ModalInteraction):
        await interaction.create_initial_response(CREATE, f"wrote {interaction.components[0][0].value}")
    elif isinstance(interaction, hikari.ComponentInteraction):
        if interaction.custom_id == "button":
            await interaction.create_initial_response(UPDATE, "pressed")
        else:
            await interaction.create_initial_response(CREATE, f"chose {interaction.values[0]}", flags=EPHEMERAL)
    elif isinstance(interaction, hikari.CommandInteraction):
        await command(interaction)


async def command(interaction: hikari.CommandInteraction) -> None:
    """Answer a command by its name."""
    match interaction.command_name:
        case "quick":
            await interaction.create_initial_response(CREATE, "quick", flags=EPHEMERAL)
        case "late":
            await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
            await interaction.edit_initial_response("late")
            await interaction.execute("more", flags=EPHEMERAL)
        case "form":
            row = bot.rest.build_modal_action_row()
            row.add_text_input("text", "Text")
            await interaction.create_modal_response("Form", "form", components=[row])
        case "panel":
            buttons, select = bot.rest.build_message_action_row(), bot.rest.build_message_action_row()
            buttons.add_interactive_button(hikari.ButtonStyle.PRIMARY, "button", label="Press")
            menu = select.add_text_menu("select")
            menu.add_option("A", "a")
            menu.add_option("B", "b")
            await interaction.create_initial_response(CREATE, "panel", components=[buttons, select])
        case "file":
            await interaction.create_initial_response(CREATE, "file", attachment=hikari.Bytes(b"a,b", "a.csv"))
        case "thread":
            kind = hikari.ChannelType.GUILD_PUBLIC_THREAD
            thread = await bot.rest.create_thread(interaction.channel_id, kind, "side")
            await thread.send("in the thread")
            await interaction.create_initial_response(CREATE, "thread")
        case _:
            role = await bot.rest.create_role(interaction.guild_id, name="Speakers")
            await bot.rest.add_role_to_member(interaction.guild_id, interaction.user, role)
            await interaction.create_initial_response(CREATE, "role")


bot.run(check_for_updates=False)
