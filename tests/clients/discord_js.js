// A small discord.js bot for tests/clients/__main__.py. Environment: API (".../api"), TOKEN, SERVER.
const { Client, GatewayIntentBits } = require("discord.js");

const { API, TOKEN, SERVER } = process.env;
const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: API } });
const row = (component) => ({ type: 1, components: [component] });
const commands = ["quick", "late", "form", "panel", "file", "thread", "role"];

const handlers = {
  quick: (i) => i.reply({ content: "quick", flags: 64 }),
  late: async (i) => {
    await i.deferReply();
    await i.editReply("late");
    await i.followUp({ content: "more", flags: 64 });
  },
  form: (i) =>
    i.showModal({
      custom_id: "form", title: "Form", components: [row({ type: 4, custom_id: "text", label: "Text", style: 1 })],
    }),
  panel: (i) =>
    i.reply({
      content: "panel",
      components: [
        row({ type: 2, style: 1, custom_id: "button", label: "Press" }),
        row({ type: 3, custom_id: "select", options: [{ label: "A", value: "a" }, { label: "B", value: "b" }] }),
      ],
    }),
  file: (i) => i.reply({ content: "file", files: [{ attachment: Buffer.from("a,b"), name: "a.csv" }] }),
  thread: async (i) => {
    const thread = await i.channel.threads.create({ name: "side" });
    await thread.send("in the thread");
    await i.reply("thread");
  },
  role: async (i) => {
    const role = await i.guild.roles.create({ name: "Speakers" });
    await i.member.roles.add(role);
    await i.reply("role");
  },
  button: (i) => i.update({ content: "pressed" }),
  select: (i) => i.reply({ content: `chose ${i.values.join()}`, flags: 64 }),
};

client.on("interactionCreate", async (i) => {
  if (i.isModalSubmit()) await i.reply(`wrote ${i.fields.getTextInputValue("text")}`);
  else await handlers[i.isChatInputCommand() ? i.commandName : i.customId](i);
});
client.once("clientReady", async () => {
  await client.application.commands.set(commands.map((name) => ({ name, description: name })), SERVER);
});
client.login(TOKEN);
