import { interval } from '../../src/chat/arguments/interval.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, optional } from '../../src/chat/command.ts';
import { changeSpan } from '../../src/chat/messages/prices.ts';
import { type BarInterval, minutesOf } from '../../src/domain/market/bars.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import type { Quote } from '../../src/domain/market/quote.ts';
import { AppError } from '../../src/errors.ts';
import type { ChartLevel } from '../../src/ports/charts.ts';

/** The number of candles in the picture. */
const shown = 120;
/** The number of candles before the picture, which the longest moving average of the first candle needs. */
const past = 119;
/** The most alert levels that are drawn, nearest first; more would hide the candles. */
const mostAlerts = 4;

export const chart = defineCommand({
  name: 'chart',
  section: 'look',
  aliases: ['차트'],
  role: 'viewer',
  args: { instrument, interval: optional(interval) },
  examples: ['/chart 삼성전자 5분', '/chart 005930', '/chart 삼성전자 1w'],
  async run(context, args): Promise<Message> {
    const { broker, candles, charts, words } = context;
    const { symbol, name } = args.instrument;
    const length = args.interval ?? '1d';
    context.progress({ lines: [words.progress.chart] });
    const quoting = broker.quote(symbol);
    const [bars, quote, own] = await Promise.all([
      candles.newest({ symbol, exchange: 'KRX' }, length, shown + past, () => quoting),
      quoting,
      ownLines(context, symbol),
    ]);
    if (bars.length === 0) {
      throw new AppError('chart.no-bars', { symbol, minutes: minutesOf(length) !== undefined });
    }
    const change = changeSpan(words, quote.change, quote.changePercent);
    const picture = await charts.render({
      title: name,
      subtitle: `${symbol} · ${words.chart.interval[length]}`,
      price: words.won(quote.last),
      change,
      last: quote.last,
      bars,
      shown,
      levels: [...own.costs, ...nearest(own.alerts, quote)],
      words: { ...words.chart, grouped: words.grouped },
    });
    const lines: Line[] = [
      [{ bold: name }, ' ', { code: symbol }, ` · ${words.chart.interval[length]}`],
      [{ bold: words.won(quote.last) }, ' ', change],
      ...own.notes,
    ];
    return {
      lines,
      buttons: buttonsFor(context, args.instrument, length),
      attachments: [
        { kind: 'photo', name: `chart-${symbol}-${length}.png`, data: Buffer.from(picture).toString('base64') },
      ],
      data: { quote, bars },
      // A picture with the person's own levels is private, because nobody can take them out of it later.
      ...(context.alone ? { private: true } : {}),
    };
  },
});

interface OwnLines {
  readonly costs: readonly ChartLevel[];
  readonly alerts: readonly ChartLevel[];
  readonly notes: readonly Line[];
}

/** The person's average cost and alert levels; none in a chat that others can read. */
async function ownLines(context: CommandContext, symbol: string): Promise<OwnLines> {
  const { alone, alerts, broker, person, words } = context;
  if (!alone) return { costs: [], alerts: [], notes: [] };
  const waiting = alerts
    .list(person.id)
    .filter((alert) => alert.symbol === symbol)
    .flatMap(({ level, condition }): readonly ChartLevel[] => {
      // The level of a cross of moving averages can be below zero.
      const ofPrice = level?.metric === 'price' && level.value > 0 ? level.value : undefined;
      const price = condition.kind === 'candle-close' ? condition.price : ofPrice;
      return price === undefined ? [] : [{ kind: 'alert', price, label: words.chart.alert }];
    });
  try {
    const { positions } = await broker.balance();
    const costs = positions
      .filter((position) => position.symbol === symbol)
      .map(({ averageCost }): ChartLevel => {
        return { kind: 'cost', price: Math.round(Number(averageCost)), label: words.chart.cost };
      });
    return { costs, alerts: waiting, notes: [] };
  } catch (error) {
    // Without the average cost the chart is still useful; the text says that the holding is unknown.
    if (!(error instanceof AppError)) throw error;
    return { costs: [], alerts: waiting, notes: [words.chart.noCost] };
  }
}

function nearest(alerts: readonly ChartLevel[], { last }: Quote): readonly ChartLevel[] {
  return alerts.toSorted((a, b) => Math.abs(a.price - last) - Math.abs(b.price - last)).slice(0, mostAlerts);
}

function buttonsFor(
  { words }: CommandContext,
  { symbol }: Instrument,
  length: BarInterval,
): readonly (readonly Button[])[] {
  const others = Object.entries(words.chart.short).map(([name, label]) => ({
    id: `run:/chart ${symbol} ${name}`,
    label,
  }));
  return [
    others,
    [
      { id: `run:/chart ${symbol} ${length}`, label: words.buttons.refresh },
      { id: `run:/price ${symbol}`, label: words.buttons.price },
    ],
  ];
}
