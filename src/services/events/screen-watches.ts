import pLimit from 'p-limit';
import type { CancelTimer, Clock } from '../../clock.ts';
import type { SavedScreen, ScreenMatch } from '../../domain/market/research.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type EventStore, type ScreenWatch, webhooksId } from '../../ports/ledger/event-store.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Research } from '../../ports/research.ts';
import type { Calendar } from '../calendar.ts';
import type { People } from '../people.ts';

/** How many conditions one person may have watched. */
export const mostScreenWatches = 3;
/** How often a condition is looked at in market hours. */
export const screenEveryMs = 60_000;
/** The pause between two questions: ten conditions of all people are looked at in a minute, more take longer. */
const paceMs = 6_000;

export interface ScreenWatchesOptions {
  readonly research: Pick<Research, 'savedScreens' | 'screenMatches'>;
  readonly calendar: Pick<Calendar, 'session' | 'today'>;
  readonly ledger: EventStore;
  readonly people: Pick<People, 'withId'>;
  readonly draft: (notice: Notice, address: ChatAddress | undefined) => readonly OutboxDraft[];
  /** Messages were written to the outbox. */
  readonly queued: () => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}

/**
 * Watches conditions that people keep in KIS's own program: an issue that newly meets one is told once a day. What meets
 * it at the first look is only remembered. A look costs one call, and the
 * numbers of all conditions one a minute, in the background.
 */
export class ScreenWatches {
  readonly #options: ScreenWatchesOptions;
  /** Looks and changes happen one after the other. */
  readonly #turns = pLimit(1);
  readonly #stopped = new AbortController();
  /** By name of the condition, when it was looked at last in milliseconds. */
  readonly #lookedAt = new Map<string, number>();
  #watches: readonly ScreenWatch[] = [];
  /** The conditions at KIS, and when they were read in milliseconds. */
  #saved: { readonly screens: readonly SavedScreen[]; readonly at: number } | undefined;
  #cancel: CancelTimer | undefined;

  constructor(options: ScreenWatchesOptions) {
    this.#options = options;
  }

  /** Reads what is watched, and begins to look. */
  async load(): Promise<void> {
    this.#watches = await this.#options.ledger.screenWatches();
    this.#schedule(paceMs / 6);
  }

  /** What is watched for a person, oldest first. */
  list(personId: string): readonly ScreenWatch[] {
    return this.#watches.filter((watch) => watch.personId === personId);
  }

  /**
   * Watches the condition that has this number or name at KIS for a person, and tells in `address`.
   * @throws AppError `screen.no-such`, `screen.too-many-watched`, `venue.*`.
   */
  async add(personId: string, address: ChatAddress, text: string): Promise<SavedScreen> {
    const { research, ledger, clock, newId } = this.#options;
    const found = screenNamed(await research.savedScreens(), text);
    if (found === undefined) throw new AppError('screen.no-such', { text });
    const { name } = found;
    const watch = { id: newId(), personId, address, name, members: undefined, createdAt: clock.now() };
    await this.#turns(async () => {
      await ledger.addScreenWatch(watch, mostScreenWatches);
      this.#watches = await ledger.screenWatches();
      this.#lookedAt.delete(name);
    });
    this.#schedule(paceMs / 6);
    return found;
  }

  /** Ends a person's watch of a condition, by its name or by the id of the watch. @throws AppError `screen.not-watched`. */
  async remove(personId: string, text: string): Promise<ScreenWatch> {
    const { ledger } = this.#options;
    const found = screenNamed(this.list(personId), text);
    if (found === undefined) throw new AppError('screen.not-watched', { text });
    return this.#turns(async () => {
      await ledger.removeScreenWatch(personId, found.id);
      this.#watches = await ledger.screenWatches();
      return found;
    });
  }

  stop(): void {
    this.#stopped.abort();
    this.#cancel?.();
  }

  #schedule(inMs: number): void {
    if (this.#stopped.signal.aborted || this.#watches.length === 0) return;
    this.#cancel?.();
    const cancel = this.#options.clock.timer(inMs, () => {
      void this.#turns(() => this.#lookAtNext()).finally(() => {
        if (this.#cancel === cancel) this.#schedule(paceMs);
      });
    });
    this.#cancel = cancel;
  }

  /** Looks at the condition that was not looked at for longest, where one is due. Never rejects. */
  async #lookAtNext(): Promise<void> {
    const { calendar, clock, log, research } = this.#options;
    const options = { priority: 'background', signal: this.#stopped.signal } as const;
    const name = this.#due();
    if (name === undefined) return;
    this.#lookedAt.set(name, clock.now());
    try {
      const { kind } = await calendar.session('KRX', options);
      if (kind !== 'regular' && kind !== 'closing-auction') return;
      const number = await this.#numberOf(name, options);
      // One that was deleted is looked for again, in case it comes back.
      if (number === undefined) return;
      const matches = await research.screenMatches(number, options);
      await this.#tell(name, matches, (await calendar.today(options)).day);
    } catch (error) {
      if (!this.#stopped.signal.aborted) log.warn('watched condition not looked at', { error });
    }
  }

  /** The watches of all but people who were removed. */
  #wanted(): readonly ScreenWatch[] {
    return this.#watches.filter(({ personId }) => this.#options.people.withId(personId) !== undefined);
  }

  /** The condition that is to be looked at next, by its name. */
  #due(): string | undefined {
    const at = (name: string): number => this.#lookedAt.get(name) ?? 0;
    const [first] = this.#wanted()
      .map(({ name }) => name)
      .toSorted((one, other) => at(one) - at(other));
    return first === undefined || this.#options.clock.now() - at(first) < screenEveryMs ? undefined : first;
  }

  /** The number of a condition now: the list of them is read once a minute, for all that are looked at in it. */
  async #numberOf(name: string, options: ReadOptions): Promise<string | undefined> {
    const { research, clock } = this.#options;
    if (this.#saved === undefined || clock.now() - this.#saved.at >= screenEveryMs) {
      this.#saved = { screens: await research.savedScreens(options), at: clock.now() };
    }
    return this.#saved.screens.find((screen) => screen.name === name)?.id;
  }

  async #tell(screen: string, matches: readonly ScreenMatch[], day: string): Promise<void> {
    const { ledger, draft, queued, clock } = this.#options;
    const symbols = matches.map(({ symbol }) => symbol);
    const changed = this.#wanted().filter((watch) => watch.name === screen && !isSameSet(watch.members, symbols));
    if (changed.length === 0) return;
    const marks = await ledger.toldEvents(day);
    const known = new Set(marks.map(({ personId, key }) => `${personId} ${key}`));
    const told = changed.flatMap(({ personId: person, address, name, members }) =>
      [person, webhooksId].flatMap((personId) => {
        const keyOf = (symbol: string): string => `screen ${name} ${symbol}`;
        const entered = matches.filter(
          ({ symbol }) => members?.includes(symbol) === false && !known.has(`${personId} ${keyOf(symbol)}`),
        );
        if (entered.length === 0) return [];
        // The next person who watches the same has the webhooks told no more.
        for (const { symbol } of entered) known.add(`${personId} ${keyOf(symbol)}`);
        const whom = personId === webhooksId ? undefined : personId;
        const notice: Notice = { kind: 'screen-entered', personId: whom, screen: name, entered };
        const own = entered.map(({ symbol }) => ({ personId, day, key: keyOf(symbol) }));
        return [{ marks: own, messages: draft(notice, whom === undefined ? undefined : address) }];
      }),
    );
    const members = new Map(changed.map(({ id }) => [id, symbols]));
    await ledger.recordEvents({ states: new Map(), members, told }, clock.now());
    this.#watches = this.#watches.map((watch) => (members.has(watch.id) ? { ...watch, members: symbols } : watch));
    if (told.length > 0) queued();
  }
}

/** The one of this id or name; blanks and capitals in a name do not count. */
function screenNamed<T extends { readonly id: string; readonly name: string }>(
  screens: readonly T[],
  text: string,
): T | undefined {
  const plain = (name: string): string => name.replaceAll(/\s/g, '').toLowerCase();
  return screens.find(({ id }) => id === text) ?? screens.find(({ name }) => plain(name) === plain(text));
}

function isSameSet(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one !== undefined && one.length === other.length && other.every((symbol) => one.includes(symbol));
}
