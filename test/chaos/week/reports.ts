import { sessionsOn } from '../../../src/domain/market/session.ts';
import { type JudgeOptions, timeOf, upMs, withoutRepeated } from './judge.ts';
import type { Telling } from './truth.ts';

/** The reports of a day, by the words that they begin with. */
const kinds = { morning: '아침 요약', close: '마감 요약', evening: '저녁 요약' } as const;
type Kind = keyof typeof kinds;

const minuteMs = 60_000;

/** What people are told by the hour, and when it was due. */
export class ReportsTruth {
  readonly #readers: readonly string[];
  /** By chat and kind. */
  readonly #told = new Map<string, Telling[]>();
  /** Messages that say that a report was missed, by chat. */
  readonly #missed = new Map<string, Telling[]>();

  /** `readers`: the chats of those who want them all. */
  constructor(readers: readonly string[]) {
    this.#readers = readers;
  }

  /** A message of a chat. */
  read(chatId: string, telling: Telling): void {
    if (!this.#readers.includes(chatId)) return;
    const missed = '드리지 못했습니다';
    if (telling.text.includes(missed)) addTo(this.#missed, chatId, telling);
    const [title = ''] = telling.text.split('\n', 1);
    for (const [kind, name] of Object.entries(kinds)) {
      if (title.includes(name) && !title.includes(missed)) addTo(this.#told, `${chatId} ${kind}`, telling);
    }
  }

  /** What is wrong with what was told; one sentence each. `days`: those on which the market opened, `20261118`. */
  judge(days: readonly string[], since: number, options: JudgeOptions): readonly string[] {
    return this.#readers.flatMap((chatId) => this.#judgeReader(chatId, days, since, options));
  }

  #judgeReader(chatId: string, days: readonly string[], since: number, options: JudgeOptions): readonly string[] {
    const expected = days.flatMap((day) => dueOn(day)).filter(({ at }) => at > since && at + minuteMs < options.endAt);
    const wrong = expected.flatMap((due) => this.#judgeOne(chatId, due, options));
    const all = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
      withoutRepeated(this.#told.get(`${chatId} ${kind}`) ?? [], options).map((telling) => ({ kind, ...telling })),
    );
    const strange = all.filter(({ kind, at }) => !expected.some((due) => due.kind === kind && isOfDay(due.at, at)));
    return [
      ...wrong,
      ...strange.map(({ kind, at }) => `${chatId} was told a ${kind} report at ${timeOf(at)}, when none was due`),
    ];
  }

  #judgeOne(chatId: string, due: Due, options: JudgeOptions): readonly string[] {
    const { kind, at, usefulUntil } = due;
    const told = withoutRepeated(this.#told.get(`${chatId} ${kind}`) ?? [], options).filter((one) =>
      isOfDay(at, one.at),
    );
    const name = `${chatId}: the ${kind} report of ${timeOf(at)}`;
    const down = options.downs.find(({ from, to }) => from < at + 2_000 && at < (to ?? options.endAt));
    const isTooLate = down !== undefined && (down.to ?? options.endAt) >= usefulUntil;
    if (isTooLate) {
      options.count('a report that was missed, and said to be');
      const said = this.#missed.get(chatId)?.some((one) => one.at > at && one.at < at + 26 * 60 * minuteMs) === true;
      if (told.length > 0) return [`${name} was told though it was of no use any more`];
      return said ? [] : [`${name} was missed, and nobody said so`];
    }
    if (told.length !== 1) return [`${name} was told ${told.length} times`];
    if (down !== undefined) options.count('a report that was missed, and made up for');
    options.count('a report at its minute, or as soon as there was a bot');
    const lateMs = upMs(at, told[0]?.at ?? 0, options);
    return lateMs > minuteMs + options.boundMs ? [`${name} was told ${lateMs} ms later`] : [];
  }
}

interface Due {
  readonly kind: Kind;
  readonly at: number;
  /** Milliseconds. */
  readonly usefulUntil: number;
}

/** When the reports of a day are due: before the opening, a quarter of an hour after the close, after everything. */
function dueOn(day: string): readonly Due[] {
  const at = (time: string): number =>
    Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time.slice(0, 2)}:${time.slice(2)}:00+09:00`);
  const rows = sessionsOn(day);
  const open = at(rows.find(({ kind }) => kind === 'regular')?.start ?? '0900');
  const close = at(rows.find(({ kind }) => kind === 'closing-auction')?.end ?? '1530');
  const midnight = at('0000') + 86_400_000;
  return [
    { kind: 'morning', at: at('0830'), usefulUntil: open },
    { kind: 'close', at: close + 15 * minuteMs, usefulUntil: midnight },
    { kind: 'evening', at: at('2005'), usefulUntil: midnight },
  ];
}

/** Whether both moments (milliseconds) are of one Korean day. */
function isOfDay(one: number, other: number): boolean {
  const day = (at: number): number => Math.floor((at + 9 * 3_600_000) / 86_400_000);
  return day(one) === day(other);
}

function addTo(map: Map<string, Telling[]>, key: string, telling: Telling): void {
  map.set(key, [...(map.get(key) ?? []), telling]);
}
