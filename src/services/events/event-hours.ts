import type { Clock } from '../../clock.ts';
import type { SessionKind } from '../../domain/market/session.ts';
import type { Calendar } from '../calendar.ts';
import type { DetectorHours } from './detectors.ts';

/** How long an answer is good: a stand-in with hours of its own is asked every time. */
const goodForMs = 20_000;
/** The sessions of KRX in which its prices, interruptions and halts are looked at. */
const trading: ReadonlySet<SessionKind | 'unknown'> = new Set([
  'opening-auction',
  'regular',
  'closing-auction',
  'post-close',
]);
/** When news titles are looked at on a trading day, `HHmmss`: from before the opening until disclosures have ended. */
const newsHours = { from: '070000', until: '200000' } as const;

/** Whether there is anything to look at: nothing is at night and on holidays. */
export class EventHours {
  readonly #calendar: Calendar;
  readonly #clock: Clock;
  readonly #answers = new Map<DetectorHours, { readonly isOpen: boolean; readonly until: number }>();

  constructor(options: { readonly calendar: Calendar; readonly clock: Clock }) {
    this.#calendar = options.calendar;
    this.#clock = options.clock;
  }

  /** Never throws. */
  async isOpen(hours: DetectorHours): Promise<boolean> {
    const known = this.#answers.get(hours);
    if (known !== undefined && this.#clock.now() < known.until) return known.isOpen;
    const isOpen = await this.#ask(hours);
    this.#answers.set(hours, { isOpen, until: this.#clock.now() + goodForMs });
    return isOpen;
  }

  async #ask(hours: DetectorHours): Promise<boolean> {
    const background = { priority: 'background' } as const;
    const { kind, reason, source } = await this.#calendar.session('KRX', background);
    if (source === 'always') return true;
    if (hours === 'trading') return trading.has(kind);
    if (reason === 'weekend' || reason === 'holiday' || reason === 'unknown') return false;
    const { time } = await this.#calendar.today(background);
    return time >= newsHours.from && time < newsHours.until;
  }
}
