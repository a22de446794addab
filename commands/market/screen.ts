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
import { AppError } from '../../src/errors.ts';
import { errorSentence } from '../../src/i18n/index.ts';
import { issueName } from '../shared.ts';

/** The most conditions that are offered. Discord shows no more buttons. */
const mostButtons = 20;
const buttonsPerRow = 4;

type Wanted = { readonly kind: 'golden' } | { readonly kind: 'stop' } | { readonly kind: 'saved'; readonly id: string };

/** The built-in search, a stop of it, or the number of a condition saved at KIS. */
const wanted: ArgumentKind<Wanted> = {
  name: 'screen',
  optional: false,
  read([token = '']) {
    const word = token.toLowerCase();
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
  examples: ['/screen golden 시총≥1조 거래대금≥100억', '/screen 골든크로스 3일', '/screen'],
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
    if (args.screen?.kind === 'stop') {
      return { lines: [screens.stop(person.id) ? words.screen.stopping : words.screen.noneRunning] };
    }
    return args.screen === undefined ? conditions(context) : matchesOf(context, args.screen.id, args.page);
  },
});

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
  if (matches.length === 0) return { lines: [words.screen.none] };
  const { rows, label, buttons } = pageOf(words, matches, page, `/screen ${id}`);
  await context.learnNames(rows);
  const title = `${words.screen.matches(matches.length)}${label === '' ? '' : ` · ${label}`}`;
  return { lines: [[{ bold: title }], ...table(rows.map((match) => rowOf(context, match)))], buttons };
}

function rowOf(context: CommandContext, match: ScreenMatch) {
  const { words } = context;
  const { symbol, last, changePercent } = match;
  const percent = changePercent === undefined ? '' : words.percentSigned(changePercent);
  return { cells: [words.grouped(last), percent], rest: [issueName(context, match), ' ', { code: symbol }] };
}
