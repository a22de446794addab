import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, oneOf, optional } from '../../src/chat/command.ts';
import { inKorea, koreanDay } from '../../src/clock.ts';
import type { Opinion } from '../../src/domain/market/research.ts';
import { dayText } from '../shared.ts';

const months = 6;
const view = oneOf('view', { issue: ['종목별'], broker: ['증권사별', '증권사'] });

export const opinion = defineCommand({
  name: 'opinion',
  section: 'look',
  aliases: ['의견', '투자의견'],
  role: 'viewer',
  args: { instrument, view: optional(view), page: optional(pageNumber) },
  examples: ['/opinion 삼성전자', '/opinion 005930 증권사별'],
  async run(context, args): Promise<Message> {
    const { words, broker } = context;
    const { symbol, name } = args.instrument;
    context.progress({ lines: [words.progress.opinion] });
    const by = args.view ?? 'issue';
    const [found, { last }] = await Promise.all([opinions(context, symbol, by), broker.quote(symbol)]);
    if (found.length === 0) return { lines: [words.opinion.none(name, months)], data: [] };
    const page = pageOf(words, found, args.page, `/opinion ${symbol} ${by}`);
    const lines: Line[] = [
      [{ bold: words.opinion.title(name) }, page.label === '' ? '' : ` ${page.label}`],
      ...averageLine(context, found, last),
      ...page.rows.map((one) => opinionLine(context, one, last)),
    ];
    const other = by === 'issue' ? 'broker' : 'issue';
    return {
      lines,
      buttons: [...page.buttons, [{ id: `show:/opinion ${symbol} ${other}`, label: words.opinion.view[other] }]],
      data: found,
    };
  },
});

async function opinions(
  { research, now }: CommandContext,
  symbol: string,
  by: 'issue' | 'broker',
): Promise<readonly Opinion[]> {
  const [from, to] = [koreanDay(inKorea(now).minus({ months }).toMillis()), koreanDay(now)];
  if (by === 'issue') return research.opinions(symbol, from, to);
  return (await research.brokerOpinions(symbol, from, to)).filter((one) => one.symbol === symbol);
}

/** How far a target price is from the current price, in percent. */
function away({ words }: CommandContext, target: number, last: number): string {
  return words.percentSigned(((target - last) / last) * 100);
}

function averageLine(context: CommandContext, found: readonly Opinion[], last: number): readonly Line[] {
  const { words } = context;
  // Each broker counts once, with its newest opinion.
  const newest = new Map<string, number>();
  for (const { broker, target } of found) {
    if (broker !== undefined && target !== undefined && !newest.has(broker)) newest.set(broker, target);
  }
  const targets = newest.size > 0 ? [...newest.values()] : found.flatMap(({ target }) => target ?? []);
  if (targets.length === 0) return [];
  const average = Math.round(targets.reduce((sum, target) => sum + target, 0) / targets.length);
  return [words.opinion.average(words.won(average), away(context, average, last), targets.length)];
}

function opinionLine(context: CommandContext, one: Opinion, last: number): Line {
  const { words } = context;
  const target = one.target === undefined ? '' : ` ${words.won(one.target)} (${away(context, one.target, last)})`;
  const { grade } = words.opinion;
  const before = one.before === undefined || one.before === one.opinion ? '' : ` ← ${grade(one.before)}`;
  return [`${dayText(one.day)} ${one.broker ?? ''} `, { bold: grade(one.opinion) }, `${before}${target}`];
}
