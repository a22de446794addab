import { type APIEmbed, type APIMessageTopLevelComponent, ButtonStyle, ComponentType } from 'discord.js';
import { type Button, ChannelError, type Line, longestButtonId, type Message } from '../../chat/channel.ts';
import { plainLine } from '../../chat/render.ts';

/** The longest text of an embed that Discord accepts, in UTF-16 units with markdown. */
export const discordTextLimit = 4_096;
const buttonsPerRow = 5;
const mostRows = 5;
const longestLabel = 80;

/** Red for a rise and blue for a fall, as on Korean screens. */
const colours = { up: 0xe03131, down: 0x1c7ed6, even: 0x868e96 } as const;
/** Where the money is, for people with several accounts: the orange of real money is in no other message. */
const venueColours: Readonly<Record<NonNullable<Message['venue']>, number>> = {
  live: 0xf4900c,
  paper: 0x7048e8,
  simulator: 0x0ca678,
  'paper-simulator': 0x0ca678,
};

/** One message in Discord's form, with its files. */
export interface DiscordBody {
  readonly json: {
    readonly embeds: readonly APIEmbed[];
    readonly components: readonly APIMessageTopLevelComponent[];
    readonly attachments: readonly { readonly id: string; readonly filename: string }[];
    readonly allowed_mentions: { readonly parse: readonly never[] };
  };
  readonly files: readonly { readonly name: string; readonly data: Buffer }[];
}

/** A message as one or more of Discord's, depending on its length; the last one has the buttons and the files. */
export function discordBodies(message: Message): readonly DiscordBody[] {
  const parts = discordParts(message);
  const attachments = message.attachments ?? [];
  const shown = attachments.find(({ kind }) => kind === 'photo');
  const color = message.venue === undefined ? colours[toneOf(message)] : venueColours[message.venue];
  return parts.map((description, index) => {
    const last = index === parts.length - 1;
    const image = last && shown !== undefined ? { image: { url: `attachment://${shown.name}` } } : {};
    return {
      json: {
        embeds: [{ description, color, ...image }],
        components: last ? rowsOf(message.buttons ?? []) : [],
        attachments: last ? attachments.map(({ name }, id) => ({ id: String(id), filename: name })) : [],
        allowed_mentions: { parse: [] },
      },
      files: last ? attachments.map(({ name, data }) => ({ name, data: Buffer.from(data, 'base64') })) : [],
    };
  });
}

/** The text of a message in parts of at most `limit`, cut between lines, or within a line that is too long. */
export function discordParts(message: Message, limit = discordTextLimit): readonly string[] {
  const parts: string[] = [];
  let current: string | undefined;
  const add = (text: string, glue: string): void => {
    if (current !== undefined && current.length + glue.length + text.length <= limit) {
      current += `${glue}${text}`;
      return;
    }
    if (current !== undefined) parts.push(current);
    current = text;
  };
  for (const line of message.lines) {
    const text = discordLine(line);
    if (text.length <= limit) add(text, '\n');
    else escaped(plainLine(line)).forEach((character, index) => void add(character, index === 0 ? '\n' : ''));
  }
  if (current !== undefined) parts.push(current);
  const shown = parts.filter((part) => part.trim() !== '');
  return shown.length === 0 ? [''] : shown;
}

/** A line in Discord's markdown. */
export function discordLine(line: Line): string {
  const text = (typeof line === 'string' ? [line] : line)
    .map((span) => {
      if (typeof span === 'string') return escapeMarkdown(span);
      if ('bold' in span) return span.bold === '' ? '' : `**${escapeMarkdown(span.bold)}**`;
      if ('code' in span) return codeOf(span.code);
      return escapeMarkdown(span.text);
    })
    .join('');
  return text.replace(listStart, '$1\\$2');
}

/** Characters at the start of a line that Discord would turn into a list or small print. */
const listStart = /^(\s*(?:\d+(?=\.))?)([-+.])(?=[\s#])/;

/** Text as inline code, unless it contains a backtick, which would end the code. */
function codeOf(code: string): string {
  const text = code.toWellFormed();
  return text.trim() === '' || text.includes('`') ? escapeMarkdown(text) : `\`${text}\``;
}

function escapeMarkdown(text: string): string {
  return escaped(text).join('');
}

/**
 * The characters of a text, each escaped where markdown would interpret it; `://` is broken up because it would make a
 * link.
 */
function escaped(text: string): readonly string[] {
  const characters = [...text.toWellFormed()];
  return characters.map((character, index) => {
    const link = character === ':' && characters[index + 1] === '/';
    return link || /[\\*_~`|<>[\]#@]/.test(character) ? `\\${character}` : character;
  });
}

function toneOf(message: Message): keyof typeof colours {
  for (const line of message.lines) {
    const toned =
      typeof line === 'string' ? undefined : line.find((span) => typeof span === 'object' && 'tone' in span);
    if (typeof toned === 'object' && 'tone' in toned) return toned.tone;
  }
  return 'even';
}

/**
 * Buttons in Discord's rows of five. A row that is too long continues in the next. More rows than Discord's five are
 * packed more densely; buttons that still do not fit are left out, and so are duplicates.
 */
function rowsOf(rows: readonly (readonly Button[])[]): readonly APIMessageTopLevelComponent[] {
  const seen = new Set<string>();
  const once = rows.map((row) => row.filter(({ id }) => !seen.has(id) && seen.add(id)));
  const cut = once.flatMap(inRowsOfFive);
  const filled = cut.filter((row) => row.length > 0);
  return (filled.length <= mostRows ? filled : inRowsOfFive(filled.flat())).slice(0, mostRows).map((row) => ({
    type: ComponentType.ActionRow,
    components: row.map(({ id, label }) => {
      const bytes = Buffer.byteLength(id);
      if (bytes < 1 || bytes > longestButtonId) throw new ChannelError(`a button id of ${bytes} bytes`, 'never');
      const style = id.startsWith('confirm:') ? ButtonStyle.Success : ButtonStyle.Secondary;
      return { type: ComponentType.Button, custom_id: id, label: cutText(label, longestLabel), style };
    }),
  }));
}

function inRowsOfFive(buttons: readonly Button[]): readonly (readonly Button[])[] {
  return Array.from({ length: Math.ceil(buttons.length / buttonsPerRow) }, (_, part) =>
    buttons.slice(part * buttonsPerRow, (part + 1) * buttonsPerRow),
  );
}

/** A text of at most `most` UTF-16 units, cut between characters. */
export function cutText(text: string, most: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= most) return whole;
  let cut = '';
  for (const character of whole) {
    if (cut.length + character.length > most - 1) break;
    cut += character;
  }
  return `${cut}…`;
}
