import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import { inKorea } from '../../src/clock.ts';
import { krxHolidays, shiftedHours } from '../../src/domain/market/krx-holidays.ts';
import type { DayHours } from '../../src/domain/market/session.ts';
import type { Exchange } from '../../src/domain/orders/order.ts';
import { orderTypeTraits } from '../../src/domain/orders/order-types.ts';
import { errorSentence, type Words } from '../../src/i18n/index.ts';
import type { MarketSession, NextSession } from '../../src/services/calendar.ts';

export const market = defineCommand({
  name: 'market',
  section: 'look',
  aliases: ['장', '장상태'],
  role: 'viewer',
  args: {},
  examples: ['/market'],
  async run(context): Promise<Message> {
    const { calendar, words, broker } = context;
    const { day } = await calendar.today();
    const session = await calendar.session();
    const { kind, source, reason } = session;
    const exchanges = kind === 'unknown' ? [] : broker.venue.exchanges;
    const states = await Promise.all(
      exchanges.map(async (exchange) => ({
        exchange,
        ...(await calendar.session(exchange)),
        next: await calendar.nextSession(exchange),
      })),
    );
    const lines: Line[] = [
      ...dayLines(words, session, day, await calendar.lateHours()),
      ...states.flatMap((state) => exchangeLines(words, state)),
      ...(source === 'table' && reason !== 'weekend' ? [words.market.byTable] : []),
    ];
    return {
      lines,
      buttons: [[{ id: 'run:/market', label: words.buttons.refresh }]],
      data: states,
      ...(session.kind === 'unknown'
        ? { failure: { code: session.failure?.code ?? 'market.unknown', mistyped: false } }
        : {}),
    };
  },
});

/** What is special about the day, such as a holiday. */
function dayLines(
  words: Words,
  { kind, reason, source, failure }: MarketSession,
  day: string,
  late: DayHours | undefined,
): readonly Line[] {
  const { market: text } = words;
  if (kind === 'unknown') {
    const why = failure === undefined ? [] : [errorSentence(words, failure)];
    return [[{ bold: text.unknown }], text.unknownWhy, ...why];
  }
  if (source === 'always') return [text.always];
  if (reason === 'weekend' || reason === 'holiday') {
    const holiday = krxHolidays[day];
    const why = reason === 'weekend' ? text.weekend : holiday === undefined ? text.holiday : text.holidays[holiday];
    return [[{ bold: text.session.closed }, ` · ${why}`]];
  }
  if (late === undefined) return [];
  const why = shiftedHours.find((candidate) => candidate.day === late.day)?.why ?? 'told';
  const time = (digits: string): string => `${digits.slice(0, 2)}:${digits.slice(2)}`;
  return [text.shifted(time(late.open), time(late.close), text.shiftedWhy[why])];
}

interface ExchangeState extends MarketSession {
  readonly exchange: Exchange;
  readonly next: NextSession | undefined;
}

/** The current session of an exchange, its end and the order types it accepts; then the next session. */
function exchangeLines(words: Words, { exchange, kind, types, endsAt, next }: ExchangeState): readonly Line[] {
  const { market: text } = words;
  const isOpen = kind !== 'unknown' && types.length > 0;
  const until = endsAt === undefined ? '' : ` · ${text.until(words.clockTime(inKorea(endsAt)))}`;
  // IOC and FOK can be combined with most types and are not listed.
  const plain = types.filter((type) => orderTypeTraits[type].condition === 'none').map((type) => words.orderType[type]);
  return [
    [{ bold: exchange }, isOpen ? ` · ${text.session[kind]}${until}` : ` · ${text.takesNone}`],
    ...(isOpen ? [text.takes(plain.join(', '))] : []),
    ...(next === undefined ? [] : [text.next(words.moment(inKorea(next.at)), text.session[next.kind])]),
  ];
}
