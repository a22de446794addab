import { type Clock, fromKoreanDayAndTime, koreanDay, nextDay } from '../../clock.ts';
import { figuresBegin, type Marketplace } from '../../domain/market/session.ts';
import type { Calendar, FiguresDay } from '../calendar.ts';

/** From then on Nextrade has prices of the day, `HHmm`: its pre-market opens. */
const nextradeBegins = '0800';

/** Knows of which trading day a price is that comes in now. */
export class FiguresDays {
  readonly #calendar: Pick<Calendar, 'figuresDay'>;
  readonly #clock: Clock;
  readonly #told = new Map<Marketplace, FiguresDay>();
  #today = { day: '', endsAt: 0 };

  constructor({ calendar, clock }: { readonly calendar: Pick<Calendar, 'figuresDay'>; readonly clock: Clock }) {
    this.#calendar = calendar;
    this.#clock = clock;
  }

  /** The day of the figures that the venue tells when it is asked (`20261123`); undefined where nobody knows. */
  async of(exchange: Marketplace): Promise<string | undefined> {
    const told = this.#told.get(exchange);
    if (told?.day !== undefined && this.#clock.now() < told.until) return told.day;
    const begins = exchange === 'KRX' ? figuresBegin : nextradeBegins;
    const asked = await this.#calendar.figuresDay({ priority: 'background' }, begins);
    this.#told.set(exchange, asked);
    return asked.day;
  }

  /** The day of a trade that was pushed at `at`, in milliseconds: a trade proves that it is a trading day. */
  today(at: number): string {
    if (at >= this.#today.endsAt) {
      const day = koreanDay(at);
      this.#today = { day, endsAt: fromKoreanDayAndTime(nextDay(day), '000000') };
    }
    return this.#today.day;
  }
}
