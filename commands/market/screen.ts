import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Button, Message } from '../../src/chat/channel.ts';
import {
  type Answer,
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  optional,
  shorten,
} from '../../src/chat/command.ts';
import { criteria, looksLikeCriteria, screenMessage, usualCriteria } from '../../src/chat/messages/screens.ts';
import { table } from '../../src/chat/messages/table.ts';
import type { ScreenMatch } from '../../src/domain/market/research.ts';
import { lastingChat } from '../../src/domain/people/chat-address.ts';
import { AppError } from '../../src/errors.ts';
import { errorSentence } from '../../src/i18n/index.ts';
import { mostScreenWatches, screenEveryMs } from '../../src/services/events/screen-watches.ts';
import { issueName } from '../shared.ts';

/** The most conditions that are offered. Discord shows no more buttons. */
const mostButtons = 20;
const buttonsPerRow = 4;

type Wanted =
  | { readonly kind: 'golden' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'saved'; readonly id: string }
  /** By number or name; blank to list what is watched. */
  | { readonly kind: 'watch' | 'unwatch'; readonly text: string };

const watchWords: Readonly<Record<string, 'watch' | 'unwatch'>> = {
  watch: 'watch',
  지켜보기: 'watch',
  감시: 'watch',
  unwatch: 'unwatch',
  그만보기: 'unwatch',
  감시해제: 'unwatch',
};

/**
 * The built-in search, a stop of it, the number of a condition saved at KIS, or a condition that is to be watched or not
 * any more, whose name takes the rest of the line.
 */
const wanted: ArgumentKind<Wanted> = {
  name: 'screen',
  optional: false,
  read([token = '', ...rest]) {
    const word = token.toLowerCase();
    const watch = Object.hasOwn(watchWords, word) ? watchWords[word] : undefined;
    if (watch !== undefined) return { value: { kind: watch, text: rest.join(' ') }, used: 1 + rest.length };
    if (['golden', 'gc', '골든크로스', '골든'].includes(word)) return { value: { kind: 'golden' }, used: 1 };
    if (['stop', '그만'].includes(word)) return { value: { kind: 'stop' }, used: 1 };
    if (/^\d{1,6}$/.test(word)) return { value: { kind: 'saved', id: word }, used: 1 };
    throw new AppError('args.screen', { text: shorten(token) });
  },
};

export const screen = defineCommand({
  name: 'screen',
  section: 'look',
  aliases: ['조건검색'],
  role: 'viewer',
  private: true,
  // A search runs on after its answer, so it counts as a change: one that was asked for long ago is not started.
  effect: 'change',
  args: {
    screen: optional(wanted),
    criteria: optional(criteria, looksLikeCriteria),
    page: optional(pageNumber),
  },
  examples: [
    '/screen golden 시총≥1조 거래대금≥100억',
    '/screen 골든크로스 3일',
    '/screen watch 거래량 급증',
    '/screen',
  ],
  async run(context, args): Promise<Answer> {
    const { words, screens, person, account, address } = context;
    if (args.screen?.kind === 'golden') {
      const { frame, begin } = await screens.golden(
        { personId: person.id, account: account?.broker },
        address,
        args.criteria ?? usualCriteria,
      );
      return { ...screenMessage(words, context.directory, frame, args.page), view: frame.view, onSaid: begin };
    }
    if (args.criteria !== undefined) throw new AppError('screen.golden-only');
    switch (args.screen?.kind) {
      case 'stop':
        return { lines: [screens.stop(person.id) ? words.screen.stopping : words.screen.noneRunning] };
      case 'watch':
        return args.screen.text === '' ? watched(context) : watch(context, args.screen.text);
      case 'unwatch':
        return unwatch(context, args.screen.text);
      case 'saved':
        return matchesOf(context, args.screen.id, args.page);
      default:
        return conditions(context);
    }
  },
});

/** Watches a condition, and says what that means. */
async function watch(context: CommandContext, text: string): Promise<Message> {
  const { words, events, person, address, alone } = context;
  context.progress({ lines: [words.progress.screens] });
  const { name } = await events.screens.add(person.id, lastingChat(address, alone), shorten(text));
  return watched(context, words.events.watching(name, screenEveryMs / 60_000));
}

async function unwatch(context: CommandContext, text: string): Promise<Message> {
  const { words, events, person } = context;
  if (text === '') throw new AppError('args.missing', { argument: 'screen' });
  const { name } = await events.screens.remove(person.id, shorten(text));
  return watched(context, words.events.unwatched(name));
}

/** What is watched for the person, with a button that ends each. */
function watched({ words, events, person, people }: CommandContext, said?: string): Message {
  const { events: text } = words;
  const own = events.screens.list(person.id);
  return {
    lines: [
      ...(said === undefined ? [] : [said]),
      ...(own.length === 0 && said === undefined ? [text.noneWatched] : []),
      ...(own.length === 0 ? [] : [[{ bold: text.watchedScreens(mostScreenWatches) }]]),
      ...own.map(({ name }, index) => `${index + 1}. ${name}`),
      ...(people.settings(person.id).events === 'off' ? [text.topicOff] : []),
    ],
    buttons: own.map(({ id, name }) => [{ id: `run:/screen unwatch ${id}`, label: text.unwatch(name) }]),
  };
}

/** The list of conditions saved at KIS, and the built-in one. */
async function conditions(context: CommandContext): Promise<Message> {
  const { words, research } = context;
  const golden: Button = { id: 'run:/screen golden', label: words.screen.golden };
  context.progress({ lines: [words.progress.screens] });
  try {
    const saved = await research.savedScreens();
    const buttons = saved
      .slice(0, mostButtons)
      .map(({ id, name }): Button => ({ id: `run:/screen ${id}`, label: name }));
    const rows = Array.from({ length: Math.ceil(buttons.length / buttonsPerRow) }, (_, row) =>
      buttons.slice(row * buttonsPerRow, (row + 1) * buttonsPerRow),
    );
    const left = saved.length - mostButtons;
    const lines = [
      saved.length === 0 ? words.screen.noneSaved : words.screen.choose,
      ...(left > 0 ? [words.more(left)] : []),
    ];
    return { lines: [[{ bold: words.screen.title }], ...lines], buttons: [...rows, [golden]] };
  } catch (error) {
    if (!(error instanceof AppError) || !['venue.unsupported', 'venue.no-hts-id'].includes(error.code)) throw error;
    return { lines: [[{ bold: words.screen.title }], errorSentence(words, error)], buttons: [[golden]] };
  }
}

async function matchesOf(context: CommandContext, id: string, page: number | undefined): Promise<Message> {
  const { words, research } = context;
  context.progress({ lines: [words.progress.screens] });
  const matches = await research.screenMatches(id);
  const watching: Button = { id: `run:/screen watch ${id}`, label: words.events.watch };
  if (matches.length === 0) return { lines: [words.screen.none], buttons: [[watching]] };
  const { rows, label, buttons } = pageOf(words, matches, page, `/screen ${id}`);
  await context.learnNames(rows);
  const title = `${words.screen.matches(matches.length)}${label === '' ? '' : ` · ${label}`}`;
  return {
    lines: [[{ bold: title }], ...table(rows.map((match) => rowOf(context, match)))],
    buttons: [...buttons, [watching]],
  };
}

function rowOf(context: CommandContext, match: ScreenMatch) {
  const { words } = context;
  const { symbol, last, changePercent } = match;
  const percent = changePercent === undefined ? '' : words.percentSigned(changePercent);
  return { cells: [words.grouped(last), percent], rest: [issueName(context, match), ' ', { code: symbol }] };
}
