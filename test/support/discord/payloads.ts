/** A message as it stands at the stand-in of Discord. */
export interface DiscordMessage {
  readonly id: string;
  readonly channelId: string;
  readonly guildId: string | undefined;
  /** Who alone sees it. */
  readonly onlyFor: string | undefined;
  /** The interaction it answers, and whose that was. */
  readonly interaction: { readonly id: string; readonly userId: string } | undefined;
  /** "thinks…": deferred, and not answered yet. */
  thinking: boolean;
  /** Without markdown. */
  text: string;
  markdown: string;
  color: number | undefined;
  image: string | undefined;
  buttons: readonly (readonly { readonly label: string; readonly custom_id: string; readonly style: number }[])[];
  files: readonly { readonly name: string; readonly bytes: number }[];
  edits: number;
}

export type Json = Readonly<Record<string, unknown>>;

export const applicationId = '900000000000000001';
const epoch = 1_420_070_400_000;
let counted = 0;

/** An id that says when it was made, as Discord's do, and comes once. */
export function snowflake(at: number): string {
  counted += 1;
  return ((BigInt(Math.floor(at) - epoch) << 22n) | BigInt(counted & 0x3fffff)).toString();
}

/** The channel in which somebody talks with the bot alone. */
export function ownChatOf(userId: string): string {
  return (BigInt(userId) + 5_000_000_000n).toString();
}

export function userJson(id: string): Json {
  return { id, username: `user${id}`, discriminator: '0', avatar: null, global_name: null };
}

export const botJson: Json = {
  id: applicationId,
  username: 'hoga-test',
  discriminator: '0',
  avatar: null,
  global_name: null,
  bot: true,
};

export function channelJson(id: string, guildId: string | undefined): Json {
  return guildId === undefined ? { id, type: 1, last_message_id: null, recipients: [], flags: 0 } : { id, type: 0 };
}

/** The part of an interaction's event that all kinds share. */
export function interactionJson(parts: {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId: string | undefined;
  readonly locale: string;
}): Json {
  const { id, token, type, userId, channelId, guildId, locale } = parts;
  const user = userJson(userId);
  const member = {
    user,
    roles: [],
    joined_at: '2026-01-01T00:00:00.000000+00:00',
    deaf: false,
    mute: false,
    flags: 0,
    permissions: '0',
  };
  return {
    id,
    token,
    type,
    application_id: applicationId,
    version: 1,
    channel_id: channelId,
    channel: channelJson(channelId, guildId),
    entitlements: [],
    authorizing_integration_owners: {},
    app_permissions: '0',
    attachment_size_limit: 10_485_760,
    context: guildId === undefined ? 1 : 0,
    locale,
    ...(guildId === undefined
      ? { user }
      : { guild_id: guildId, guild_locale: 'ko', guild: { id: guildId, locale: 'ko', features: [] }, member }),
  };
}

export function messageJson(message: DiscordMessage, at: number): Json {
  const { id, channelId, markdown, color, buttons, files, onlyFor, interaction, thinking } = message;
  return {
    id,
    channel_id: channelId,
    author: botJson,
    content: '',
    timestamp: new Date(at).toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    pinned: false,
    type: 0,
    flags: (onlyFor === undefined ? 0 : 64) | (thinking ? 128 : 0),
    application_id: applicationId,
    embeds: markdown === '' ? [] : [{ type: 'rich', description: markdown, ...(color !== undefined && { color }) }],
    attachments: files.map(({ name, bytes }, index) => ({
      id: String(index),
      filename: name,
      size: bytes,
      url: `https://cdn.invalid/${name}`,
      proxy_url: `https://cdn.invalid/${name}`,
    })),
    components: buttons.map((row, index) => ({
      type: 1,
      id: index + 1,
      components: row.map((button) => ({ type: 2, id: 1, ...button })),
    })),
    ...(interaction !== undefined && {
      interaction_metadata: {
        id: interaction.id,
        type: 2,
        user: userJson(interaction.userId),
        authorizing_integration_owners: {},
      },
    }),
  };
}

/** What somebody reads of Discord's markdown. */
export function readMarkdown(markdown: string): string {
  return markdown.replaceAll(
    /`([^`]+)`|\*\*|\\([^0-9A-Za-z\s])/g,
    (_, code?: string, plain?: string) => code ?? plain ?? '',
  );
}
