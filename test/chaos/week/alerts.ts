import { conditionText } from '../../../src/chat/arguments/alert-condition.ts';
import { koreanDay, laterDay } from '../../../src/clock.ts';
import { type Alert, type AlertLevel, isReached } from '../../../src/domain/alerts/alert.ts';
import { levelOn } from '../../../src/domain/alerts/alert-level.ts';
import { nearestTicks } from '../../../src/domain/orders/order-rules.ts';
import { ko } from '../../../src/i18n/ko.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { SeededRandom } from '../scenario/random.ts';
import type { Standing } from './prices.ts';
import type { MadeAlert } from './truth.ts';

/** The most alerts that a person may have. */
export const mostPerPerson = 50;
const firstChat = 1_001;

/** The chat ids of so many people. */
export const chatIds = (people: number): readonly string[] =>
  Array.from({ length: people }, (_, index) => String(firstChat + index));

/** How an alert is named in the messages to its person; no two of one chat are the same. */
export function nameOf(made: Pick<MadeAlert, 'condition' | 'hours' | 'repeats' | 'until'>, issue: string): string {
  return `${issue} ${conditionText(ko, made)}`;
}

export interface MakingOptions {
  readonly random: SeededRandom;
  readonly count: number;
  readonly standings: readonly Standing[];
  /** Milliseconds. */
  readonly now: number;
  /** Days until the last one of those that have one. */
  readonly mostDays: number;
}

/** Alerts of all kinds that the week knows, spread over the issues and over people. */
export function makeAlerts(options: MakingOptions): readonly MadeAlert[] {
  const { count, standings } = options;
  const chats = chatIds(Math.ceil(count / mostPerPerson));
  const names = new Set<string>();
  const made: MadeAlert[] = [];
  while (made.length < count) {
    const standing = standings[made.length % standings.length] as Standing;
    const chatId = chats[Math.floor(made.length / mostPerPerson)] ?? '';
    const alert = makeAlert(options, standing, chatId);
    const name = `${chatId} ${nameOf(alert, standing.symbol)}`;
    if (names.has(name) || (alert.condition.kind === 'price' && alert.condition.price <= 0)) continue;
    names.add(name);
    made.push(alert);
  }
  return made;
}

function makeAlert(
  { random, now, mostDays }: MakingOptions,
  { symbol, kind, last }: Standing,
  chatId: string,
): MadeAlert {
  const isAbove = random.chance(0.5);
  const direction = isAbove ? 'at-or-above' : 'at-or-below';
  const sort = random.weighted({ once: 74, everyTime: 6, change: 14, dated: 4, evening: 2 });
  const isHeld = sort !== 'evening' && random.chance(0.06);
  const percent = Math.round((0.7 + random.next() * (sort === 'everyTime' ? 4 : 13)) * 10) / 10;
  const hours = sort === 'evening' ? 'extended' : 'regular';
  const shared = { chatId, symbol, createdAt: now, hours, repeats: sort === 'everyTime' } as const;
  if (sort === 'change') {
    const signed = isAbove ? percent : -percent;
    return { ...shared, condition: { kind: 'change', direction, percent: signed }, until: undefined, held: false };
  }
  const away = (isAbove === isHeld ? -1 : 1) * (percent / 100);
  const { below, above } = nearestTicks(Math.round(last * (1 + away)), kind);
  const price = isAbove ? above : below;
  const until = sort === 'dated' ? laterDay(koreanDay(now), random.between(0, mostDays)) : undefined;
  const condition = { kind: 'price', direction, price } as const;
  const level: AlertLevel = { metric: 'price', direction, value: price };
  return { ...shared, condition, until, held: isReached(level, last) };
}

/** Writes alerts down as if people had made them; what each is known by, in their order. */
export async function keepAlerts(
  ledger: Ledger,
  alerts: readonly MadeAlert[],
  standings: ReadonlyMap<string, Standing>,
  levelDay: string,
): Promise<void> {
  for (const [index, made] of alerts.entries()) {
    const standing = standings.get(made.symbol) as Standing;
    const figures = { day: levelDay, basePrice: standing.base, bars: [], averageCost: undefined };
    const alert: Alert = {
      id: `made-${index}`,
      personId: `telegram:${made.chatId}`,
      address: { channel: 'telegram', chatId: made.chatId },
      account: 'main',
      symbol: made.symbol,
      condition: made.condition,
      hours: made.hours,
      repeats: made.repeats,
      until: made.until,
      level: levelOn(made.condition, figures),
      levelDay,
      state: made.held ? 'waiting' : 'armed',
      createdAt: made.createdAt,
      firedAt: undefined,
    };
    await ledger.createAlert(alert, { price: standing.last, volume: 0 });
  }
}
