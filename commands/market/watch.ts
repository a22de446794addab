import type { Button, Message } from '../../src/chat/channel.ts';
import {
  type Answer,
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  instruments,
  type NamedIssues,
  oneOf,
  optional,
} from '../../src/chat/command.ts';
import { boardMessage, watchMessage } from '../../src/chat/messages/boards.ts';
import { withMissing } from '../../src/chat/messages/choices.ts';
import { AppError } from '../../src/errors.ts';
import { readPriceBasis } from '../../src/services/extended-prices.ts';

/**
 * The most issues on a watchlist: one request to KIS returns thirty prices, and a phone shows thirty lines with little
 * scrolling.
 */
const mostIssues = 30;
/** The most groups that are offered: Discord shows 25 buttons. */
const mostGroups = 25;

const action = oneOf('watchAction', {
  add: ['추가'],
  remove: ['삭제'],
  import: ['가져오기'],
  live: ['실시간'],
  stop: ['멈춤'],
});

/** The number of a watchlist saved at KIS. It is shorter than an issue's code. */
const group: ArgumentKind<string> = {
  name: 'group',
  optional: false,
  read: ([token = '']) => ({ value: token, used: 1 }),
};

export const watch = defineCommand({
  name: 'watch',
  section: 'look',
  aliases: ['관심', '관심종목'],
  role: 'viewer',
  effect: 'change',
  args: {
    action: optional(action),
    group: optional(group, (word) => /^\d{1,4}$/.test(word)),
    instruments: optional(instruments),
  },
  examples: ['/watch add 삼성전자 SK하이닉스', '/watch remove 삼성전자', '/watch import', '/watch live', '/watch'],
  async run(context, { action, group: chosen, instruments: named }): Promise<Answer> {
    if (chosen !== undefined && (action !== 'import' || named !== undefined))
      throw new AppError('args.extra', { text: chosen });
    switch (action) {
      case 'import':
        return chosen === undefined ? groups(context) : importGroup(context, chosen);
      case 'remove':
        return remove(context, named);
      case 'live':
        return goLive(context);
      case 'stop':
        await context.liveBoards.stop(context.address);
        return board(context);
      default:
        if (action === 'add' && named === undefined) throw new AppError('args.missing', { argument: 'instruments' });
        if (named === undefined) return board(context);
        await add(
          context,
          named.found.map(({ symbol }) => symbol),
        );
        return withMissing(await board(context), named, 'watch add', context.words, context.directory);
    }
  },
});

async function add({ watchlists, person }: CommandContext, symbols: readonly string[]): Promise<void> {
  await watchlists.watchIssues(person.id, symbols, mostIssues);
}

async function remove(context: CommandContext, named: NamedIssues | undefined): Promise<Message> {
  if (named === undefined) throw new AppError('args.missing', { argument: 'instruments' });
  const { watchlists, person, words, directory } = context;
  const { found } = named;
  const removed = await watchlists.unwatchIssues(
    person.id,
    found.map(({ symbol }) => symbol),
  );
  if (removed === 0) throw new AppError('watch.not-watched', { name: found[0].name });
  return withMissing(await board(context), named, 'watch remove', words, directory);
}

async function board(context: CommandContext): Promise<Message> {
  const { words, directory } = context;
  const symbols = await watched(context);
  if (symbols.length === 0) return empty(context);
  context.progress({ lines: [words.progress.price] });
  return watchMessage(words, directory, { symbols, ...(await pricesOf(context, symbols)), supply: 'asked' });
}

async function goLive(context: CommandContext): Promise<Answer> {
  const { words, directory, broker, liveBoards, address } = context;
  const symbols = await watched(context);
  if (symbols.length === 0) return empty(context);
  context.progress({ lines: [words.progress.price] });
  const frame = await liveBoards.startWatch(broker, address, symbols, await pricesOf(context, symbols));
  return { ...boardMessage(words, directory, frame), view: frame.view };
}

async function pricesOf(context: CommandContext, symbols: readonly string[]) {
  const [quotes, basis] = await Promise.all([context.broker.quotes(symbols), readPriceBasis(context, symbols)]);
  return { quotes, basis };
}

function watched({ watchlists, person }: CommandContext): Promise<readonly string[]> {
  return watchlists.watchlist(person.id);
}

function empty({ words }: CommandContext): Message {
  return { lines: [words.watch.empty], buttons: [[{ id: 'run:/watch import', label: words.buttons.importGroups }]] };
}

/** The watchlists saved at KIS, with a button for each. */
async function groups(context: CommandContext): Promise<Message> {
  const { words, research } = context;
  context.progress({ lines: [words.progress.groups] });
  const saved = await research.savedWatchlists();
  if (saved.length === 0) return { lines: [words.watch.noGroups] };
  const buttons = saved
    .slice(0, mostGroups)
    .map(({ id, name }): readonly Button[] => [{ id: `run:/watch import ${id}`, label: name }]);
  const left = saved.length - mostGroups;
  return { lines: [words.watch.chooseGroup, ...(left > 0 ? [words.watch.moreGroups(left)] : [])], buttons };
}

async function importGroup(context: CommandContext, id: string): Promise<Message> {
  const { words, research } = context;
  context.progress({ lines: [words.progress.groups] });
  const issues = await research.watchlistIssues(id);
  if (issues.length === 0) return { lines: [words.watch.emptyGroup] };
  const there = await watched(context);
  const fresh = issues.map(({ symbol }) => symbol).filter((symbol) => !there.includes(symbol));
  const room = mostIssues - there.length;
  await add(context, fresh.slice(0, room));
  const message = await board(context);
  const left = fresh.length - room;
  return left <= 0 ? message : { ...message, lines: [...message.lines, words.watch.leftOut(left, mostIssues)] };
}
