import type { Line, Message } from '../src/chat/channel.ts';
import { defineCommand } from '../src/chat/command.ts';
import { inKorea, koreanDay } from '../src/clock.ts';
import { krxHolidays, shiftedHours } from '../src/domain/krx-holidays.ts';
import { errorSentence, type Words } from '../src/i18n/index.ts';
import type { MarketSession } from '../src/services/calendar.ts';

export const market = defineCommand({
  name: 'market',
  aliases: ['장', '장상태'],
  role: 'viewer',
  args: {},
  examples: ['/market'],
  async run({ calendar, words, now }): Promise<Message> {
    const session = await calendar.session();
    const next = await calendar.nextOpening();
    const { market: text } = words;
    const day = koreanDay(now);
    const shifted = session.endsAt === undefined && session.reason !== 'hours' ? undefined : shiftedOn(words, day);
    const lines: Line[] = [
      ...stateLines(words, session, day),
      ...(shifted === undefined ? [] : [shifted]),
      ...(next === undefined ? [] : [text.next(words.moment(inKorea(next.at)))]),
      ...(session.source === 'table' && session.reason !== 'weekend' ? [text.byTable] : []),
    ];
    return {
      lines,
      buttons: [[{ id: 'run:/market', label: words.buttons.refresh }]],
      data: { ...session, next },
      ...(session.kind === 'unknown'
        ? { failure: { code: session.failure?.code ?? 'market.unknown', mistyped: false } }
        : {}),
    };
  },
});

/** What trades, until when and whether orders are taken; or why nothing does. */
function stateLines(words: Words, session: MarketSession, day: string): readonly Line[] {
  const { market: text, clockTime } = words;
  const { failure, kind, reason, source, endsAt, takesOrders } = session;
  if (kind === 'unknown')
    return [
      [{ bold: text.unknown }],
      text.unknownWhy,
      ...(failure === undefined ? [] : [errorSentence(words, failure)]),
    ];
  if (source === 'always') return [[{ bold: text.session.regular }], text.always];
  if (endsAt !== undefined) {
    const until = text.until(clockTime(inKorea(endsAt)));
    return [[{ bold: text.session[kind] }, ` · ${until}`], takesOrders ? text.takesOrders : text.takesNone];
  }
  if (reason === 'hours') return [[{ bold: text.closed }], text.hours];
  const holiday = krxHolidays[day];
  const why = reason === 'weekend' ? text.weekend : holiday === undefined ? text.holiday : text.holidays[holiday];
  return [[{ bold: text.session.closed }, ` · ${why}`]];
}

/** Said on days with hours of their own, which nobody has in their head. */
function shiftedOn({ market: text }: Words, day: string): Line | undefined {
  const shifted = shiftedHours.find((candidate) => candidate.day === day);
  if (shifted === undefined) return undefined;
  const time = (digits: string): string => `${digits.slice(0, 2)}:${digits.slice(2)}`;
  return text.shifted(time(shifted.open), time(shifted.close), text.shiftedWhy[shifted.why]);
}
