import { alertRequest, conditionText, levelText, otherDay } from '../../src/chat/arguments/alert-condition.ts';
import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type ArgumentKind, type CommandContext, defineCommand, instrument, optional } from '../../src/chat/command.ts';
import { polledText } from '../../src/chat/messages/alert-timeline.ts';
import { priceBasisLines } from '../../src/chat/messages/prices.ts';
import { koreanDay } from '../../src/clock.ts';
import { mainAccount } from '../../src/domain/account.ts';
import { type Alert, type Seen, takesExtended } from '../../src/domain/alerts/alert.ts';
import { isCandleCondition } from '../../src/domain/alerts/candle-alert.ts';
import { AppError } from '../../src/errors.ts';
import type { Words } from '../../src/i18n/index.ts';
import { readPriceBasis } from '../../src/services/extended-prices.ts';

const dayMs = 24 * 3_600_000;
/** Three buttons fit into a row on a phone, and a page of alerts then fits into Discord's five rows. */
const buttonsPerRow = 3;

const alertId: ArgumentKind<string> = {
  name: 'alert',
  optional: false,
  read: ([token = '']) => ({ value: token, used: 1 }),
};

export const alert = defineCommand({
  name: 'alert',
  section: 'tell',
  aliases: ['알림'],
  role: 'viewer',
  effect: 'change',
  args: { instrument, condition: alertRequest },
  examples: [
    '/alert 삼성전자 >= 71000',
    '/alert 005930 7만1천원 이하',
    '/alert 삼성전자 +3% 매번',
    '/alert 삼성전자 71000 이상 장외포함',
    '/alert 삼성전자 거래량 3배',
    '/alert 삼성전자 신고가 30일',
    '/alert 삼성전자 20일선 위',
    '/alert 삼성전자 골든크로스 5 20',
    '/alert 삼성전자 평단 -5% 까지 2026-12-31',
    '/alert 삼성전자 5분봉 종가 71000 이상',
    '/alert 삼성전자 5분봉 거래량 3배 매번',
  ],
  async run(context, args): Promise<Message> {
    const { words, person, people, address, alerts, account, broker, now } = context;
    const { condition, repeats, until: last, hours: said } = args.condition;
    // What is usual for the person holds where the condition can be on such prices.
    const usual = takesExtended(condition) ? people.settings(person.id).alertHours : 'regular';
    const hours = said ?? usual;
    const until = typeof last === 'number' ? koreanDay(now + last * dayMs) : last;
    if (until !== undefined && until < koreanDay(now)) throw new AppError('alerts.until-past');
    context.progress({ lines: [words.progress.price] });
    const { symbol } = args.instrument;
    const made = await alerts.create({
      personId: person.id,
      account: account?.ledgerName ?? mainAccount,
      address,
      symbol,
      condition,
      hours,
      repeats,
      until,
    });
    const basis = await readPriceBasis(context, hours === 'extended' ? [symbol] : []);
    const today = levelText(words, made.alert, now);
    const way = alerts.way(symbol);
    const lines: Line[] = [
      [{ bold: words.alerts.made }],
      alertText(context, made.alert),
      ...(today === undefined ? [] : [today]),
      ...(isCandleCondition(condition) ? [words.candles.rule(condition)] : []),
      seenText(words, made.seen),
      ...(isCandleCondition(condition) || basis.times.krx.isLive
        ? []
        : priceBasisLines(words, { last: made.seen.price }, basis)),
      ...(hours === 'extended' && !broker.venue.exchanges.includes('NXT') ? [words.alerts.noNextrade] : []),
      ...(made.alert.state === 'waiting' ? [waitingText(context, made.alert)] : []),
      ...(way.live
        ? []
        : [
            isCandleCondition(condition) ? words.candles.polled : words.alerts.polled(words.health.within(way.everyMs)),
          ]),
      ...(people.settings(person.id).alerts === 'off' ? [words.alerts.off] : []),
    ];
    return { lines, buttons: [[{ id: 'run:/alerts', label: words.alerts.list }]], ...privacyOf([made.alert]) };
  },
});

export const alerts = defineCommand({
  name: 'alerts',
  section: 'tell',
  aliases: ['알림목록'],
  role: 'viewer',
  args: { page: optional(pageNumber) },
  examples: ['/alerts', '/alerts 2'],
  run: async (context, args): Promise<Message> => ({
    ...listOf(context, args.page),
    data: context.alerts.list(context.person.id),
  }),
});

export const unalert = defineCommand({
  name: 'unalert',
  section: 'tell',
  aliases: ['알림삭제'],
  role: 'viewer',
  effect: 'change',
  args: { alert: alertId },
  examples: ['/alerts'],
  async run(context, args): Promise<Message> {
    if (!(await context.alerts.remove(args.alert, context.person.id))) throw new AppError('alerts.not-found');
    return listOf(context);
  },
});

function listOf(context: CommandContext, wanted?: number): Message {
  const { words, person } = context;
  const mine = context.alerts.list(person.id);
  if (mine.length === 0) return { lines: [words.alerts.none] };
  const page = pageOf(words, mine, wanted, '/alerts');
  const lines = page.rows.map((one, index): Line => {
    const today = levelText(words, one, context.now);
    const way = context.alerts.way(one.symbol);
    const notes = [...(today === undefined ? [] : [today]), ...(way.live ? [] : [polledText(words, way)])];
    return [`${page.before + index + 1}. ${alertText(context, one)}`, ...notes].join(' · ');
  });
  const remove = page.rows.map(({ id }, index): Button => {
    return { id: `run:/unalert ${id}`, label: words.alerts.remove(page.before + index + 1) };
  });
  const rows = Array.from({ length: Math.ceil(remove.length / buttonsPerRow) }, (_, row) =>
    remove.slice(row * buttonsPerRow, (row + 1) * buttonsPerRow),
  );
  const title: Line = [{ bold: words.alerts.list }, ...(page.label === '' ? [] : [` ${page.label}`])];
  return { lines: [title, ...lines], buttons: [...rows, ...page.buttons], ...privacyOf(page.rows) };
}

function alertText({ words, directory, visibleAccounts }: CommandContext, one: Alert): string {
  const text = `${directory.get(one.symbol)?.name ?? one.symbol} ${conditionText(words, one)}`;
  if (one.condition.kind !== 'cost' || visibleAccounts.length < 2) return text;
  const account = visibleAccounts.find(({ ledgerName }) => ledgerName === one.account);
  return account === undefined ? text : `${text} · ${account.label.title}`;
}

/** What an alert begins with: the price now, or of one on candles the last one that closed. */
function seenText(words: Words, seen: Seen): string {
  return seen.candle === undefined ? `${words.ticket.last} ${words.won(seen.price)}` : words.candles.seen(seen);
}

function waitingText({ words, now }: CommandContext, one: Alert): string {
  const { kind } = one.condition;
  if (kind === 'volume') return words.alerts.waitingVolume(otherDay(one, now));
  return kind === 'price' ? words.alerts.waiting : words.alerts.waitingOther;
}

/** A list of alerts is private when one of them is about what the person's shares cost. */
function privacyOf(shown: readonly Alert[]): Pick<Message, 'private'> {
  return shown.some(({ condition: { kind } }) => kind === 'cost') ? { private: true } : {};
}
