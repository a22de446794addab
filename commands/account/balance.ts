import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import type { AssetSummary, Balance, IntegratedMargin, Position } from '../../src/domain/account.ts';
import type { Words } from '../../src/i18n/index.ts';
import { ifAnswered, issueName, pnlSpan } from '../shared.ts';

const view = oneOf('assets', { assets: ['자산'] });
/** The most holdings of each account in an answer for several. A button shows one account's in full. */
const mostInPart = 5;

export const balance = defineCommand({
  name: 'balance',
  section: 'account',
  aliases: ['잔고', '보유', 'b'],
  role: 'viewer',
  account: true,
  private: true,
  args: { view: optional(view), page: optional(pageNumber) },
  examples: ['/balance', '/balance 자산'],
  sum: (words, data) => worthLines(words, data as readonly (Balance | AssetSummary)[]),
  part({ words, directory }, data) {
    const answer = data as Balance | AssetSummary;
    const worth = worthLines(words, [answer]);
    if (!('positions' in answer)) return worth;
    const { positions } = answer;
    const held = positions.slice(0, mostInPart).map((position): Line => {
      const { quantity, unrealizedPnl, unrealizedPnlPercent } = position;
      const name = issueName({ directory }, position);
      return [`${name} ${words.shares(quantity)} `, pnlSpan(words, unrealizedPnl, unrealizedPnlPercent)];
    });
    const left = positions.length - held.length;
    return [...worth, ...held, ...(left > 0 ? [words.more(left)] : [])];
  },
  run(context, args): Promise<Message> {
    context.progress({ lines: [context.words.progress.balance] });
    return args.view === undefined ? holdings(context, args.page) : assets(context);
  },
});

/** What accounts are worth together, and what they gained. */
function worthLines(words: Words, answers: readonly (Balance | AssetSummary)[]): readonly Line[] {
  const figures = answers.map((answer) => ('totals' in answer ? answer.totals : { ...answer, assets: answer.total }));
  const total = (of: (each: (typeof figures)[number]) => number): number =>
    figures.reduce((sum, each) => sum + of(each), 0);
  const [cost, profit] = [total(({ costBasis }) => costBasis), total(({ unrealizedPnl }) => unrealizedPnl)];
  const isSummary = answers.some((answer) => 'total' in answer);
  return [
    `${isSummary ? words.balance.total : words.balance.assets} ${words.won(total(({ assets: all }) => all))}`,
    [`${words.balance.pnl} `, pnlSpan(words, profit, cost === 0 ? 0 : (profit / cost) * 100)],
  ];
}

async function holdings(
  { broker, reports, words, directory, learnNames }: CommandContext,
  at: number | undefined,
): Promise<Message> {
  const [held, margin] = await Promise.all([broker.balance(), ifAnswered(reports.margin(), undefined)]);
  const { cash, positions, totals, truncated } = held;
  const percent = totals.costBasis === 0 ? 0 : (totals.unrealizedPnl / totals.costBasis) * 100;
  const page = pageOf(words, positions, at, '/balance');
  await learnNames(page.rows);
  const lines: Line[] = [
    [{ bold: words.balance.title }, ` ${broker.venue.account}${page.label === '' ? '' : ` ${page.label}`}`],
    `${words.balance.deposit} ${words.won(cash.deposit)}`,
    ...(cash.settled === cash.deposit ? [] : [`${words.balance.settled} ${words.won(cash.settled)}`]),
    ...(margin === undefined ? [] : marginLines(words, margin)),
    `${words.balance.assets} ${words.won(totals.assets)}`,
    [`${words.balance.pnl} `, pnlSpan(words, totals.unrealizedPnl, percent)],
    '',
    ...(positions.length === 0
      ? [words.balance.none]
      : page.rows.flatMap((position) => positionLines(words, issueName({ directory }, position), position))),
    ...(truncated ? [words.balance.truncated] : []),
  ];
  const buttons = [
    { id: 'show:/balance', label: words.buttons.refresh },
    { id: 'run:/balance assets', label: words.balance.summary },
  ];
  return { lines, buttons: [...page.buttons, buttons], data: { ...held, margin } };
}

/** The buying power of the account's integrated margin, in each currency. */
function marginLines({ balance: text, won, grouped }: Words, margin: IntegratedMargin): readonly Line[] {
  const { orderableCash, unpaid, currencies } = margin;
  return [
    `${text.margin} ${won(orderableCash)}`,
    ...currencies.map(({ currency, orderable }) => `  ${currency} ${grouped(orderable)}`),
    ...(unpaid === undefined || unpaid === 0 ? [] : [[{ bold: `${text.unpaid} ${won(unpaid)}` }]]),
  ];
}

/** All assets of the account, by kind. */
async function assets({ broker, reports, words }: CommandContext): Promise<Message> {
  const summary = await reports.assets();
  const { balance: text, won } = words;
  const percent = summary.costBasis === 0 ? 0 : (summary.unrealizedPnl / summary.costBasis) * 100;
  const also = (label: string, amount: number): readonly Line[] => (amount === 0 ? [] : [`${label} ${won(amount)}`]);
  return {
    lines: [
      [{ bold: text.summary }, ` ${broker.venue.account}`],
      `${text.total} ${won(summary.total)}`,
      `${text.net} ${won(summary.net)}`,
      `${text.deposit} ${won(summary.cash)}`,
      `${text.marketValue} ${won(summary.marketValue)}`,
      `${text.costBasis} ${won(summary.costBasis)}`,
      [`${text.pnl} `, pnlSpan(words, summary.unrealizedPnl, percent)],
      ...also(text.overseas, summary.overseas),
      ...also(text.loans, summary.loans),
    ],
    buttons: [[{ id: 'show:/balance assets', label: words.buttons.refresh }]],
    data: summary,
  };
}

function positionLines(words: Words, name: string, position: Position): readonly Line[] {
  const average = words.won(Math.round(Number(position.averageCost)));
  return [
    [
      { bold: name },
      ` ${words.balance.position(words.shares(position.quantity), words.shares(position.sellableQuantity))}`,
      ...(position.onCredit === 0 ? [] : [` · ${words.balance.onCredit(words.shares(position.onCredit))}`]),
    ],
    [
      `  ${words.balance.average} ${average} · ${words.balance.last} ${words.won(position.last)} `,
      pnlSpan(words, position.unrealizedPnl, position.unrealizedPnlPercent),
    ],
  ];
}
