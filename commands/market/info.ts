import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument } from '../../src/chat/command.ts';
import { issueButtons } from '../../src/chat/messages/prices.ts';
import { inKorea, koreanDay } from '../../src/clock.ts';
import type { Dividend, IssueProfile, VolatilityInterruption } from '../../src/domain/market/research.ts';
import { dayText, ifAnswered, timeText } from '../shared.ts';

/** The period for which dividends are shown, in months: this year and the next. */
const dividendMonths = 15;

export const info = defineCommand({
  name: 'info',
  section: 'look',
  aliases: ['종목', '종목정보'],
  role: 'viewer',
  args: { instrument },
  examples: ['/info 삼성전자', '/info 005930'],
  async run(context, args): Promise<Message> {
    const { words, research, now } = context;
    const { symbol } = args.instrument;
    context.progress({ lines: [words.progress.info] });
    const today = koreanDay(now);
    const from = koreanDay(inKorea(now).minus({ months: dividendMonths }).toMillis());
    const to = koreanDay(inKorea(now).plus({ months: 3 }).toMillis());
    const [profile, dividends, interruptions] = await Promise.all([
      research.profile(symbol),
      ifAnswered(research.dividends(symbol, from, to), []),
      ifAnswered(research.interruptions(today, symbol), []),
    ]);
    const lines: Line[] = [
      [{ bold: args.instrument.name }, ' ', { code: symbol }],
      ...profileLines(context, profile),
      ...interruptionLines(context, interruptions),
      ...dividendLines(context, dividends),
    ];
    const more = [
      { id: `run:/fin ${symbol}`, label: words.buttons.fin },
      { id: `run:/opinion ${symbol}`, label: words.buttons.opinion },
      { id: `run:/flow ${symbol}`, label: words.buttons.flow },
      { id: `run:/news ${symbol}`, label: words.buttons.news },
    ];
    const data = { ...args.instrument, profile, dividends, interruptions };
    return { lines, buttons: [more, issueButtons(words, symbol)], data };
  },
});

function profileLines({ words }: CommandContext, profile: IssueProfile): readonly Line[] {
  const { info: text, grouped, won, wonShort } = words;
  const known = <T>(value: T | undefined, line: (value: T) => string): readonly string[] =>
    value === undefined ? [] : [line(value)];
  const ratio = (value: number): string => value.toFixed(2);
  const range = (which: IssueProfile['yearHigh']): readonly string[] =>
    known(which, ({ price, day }) => `${won(price)}${day === undefined ? '' : ` (${dayText(day)})`}`);
  const valuation = [
    ...known(profile.per, (value) => `PER ${ratio(value)}`),
    ...known(profile.pbr, (value) => `PBR ${ratio(value)}`),
    ...known(profile.eps, (value) => `EPS ${grouped(value)}`),
    ...known(profile.bps, (value) => `BPS ${grouped(value)}`),
  ].join(' · ');
  const warnings = profile.warnings.map((warning) => words.warnings[warning]).join(', ');
  return [
    [profile.board, profile.industry].filter((part) => part !== undefined && part !== '').join(' · '),
    ...(warnings === '' ? [] : [[{ bold: words.ticket.warning(warnings) }]]),
    ...known(profile.marketValue, (value) => `${text.marketValue} ${wonShort(value)}`),
    ...known(profile.sharesListed, (value) => `${text.listed} ${words.countShort(value)}${text.sharesUnit}`),
    ...(valuation === '' ? [] : [valuation]),
    ...range(profile.yearHigh).map((value) => `${text.yearHigh} ${value}`),
    ...range(profile.yearLow).map((value) => `${text.yearLow} ${value}`),
    ...known(profile.previousClose, (value) => `${text.previousClose} ${won(value)}`),
    ...known(profile.volumePercent, (value) => `${text.volumePercent} ${value.toFixed(0)}%`),
    ...known(profile.foreignPercent, (value) => `${text.foreign} ${ratio(value)}%`),
    ...known(profile.marginPercent, (value) => `${text.margin} ${value.toFixed(0)}%`),
    ...known(profile.credit, (value) => `${text.credit} ${value ? text.yes : text.no}`),
    ...known(profile.listedOn, (value) => `${text.listedOn} ${dayText(value)}`),
    ...known(profile.englishName, (value) => value),
  ].filter((line) => line !== '');
}

function interruptionLines({ words }: CommandContext, found: readonly VolatilityInterruption[]): readonly Line[] {
  return found.slice(0, 3).map((one) => {
    const { from, until, kind, price } = one;
    const over = until === undefined ? words.info.viNow : timeText(until);
    const at = price === undefined ? '' : ` ${words.won(price)}`;
    return `VI ${words.info.viKind[kind]} ${timeText(from)}–${over}${at}`;
  });
}

function dividendLines({ words }: CommandContext, found: readonly Dividend[]): readonly Line[] {
  return found.slice(-4).map(({ recordDay, kind, cash, cashPercent }) => {
    const amount = cash === undefined ? words.info.noCash : words.info.perShare(words.won(cash));
    const percent =
      cashPercent === undefined ? '' : ` (${words.info.ofFace} ${words.grouped(Number(cashPercent.toFixed(1)))}%)`;
    return `${words.info.dividend} ${dayText(recordDay)} ${words.info.dividendKind(kind)} ${amount}${percent}`;
  });
}
