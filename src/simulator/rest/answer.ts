import type { Fields } from '../../kis/codecs/fields.ts';
import type { Endpoint } from '../../kis/endpoints/endpoint.ts';
import type { Account } from '../account/account.ts';
import type { ScheduledBook } from '../account/scheduled.ts';
import type { Venue } from '../account/venue.ts';
import type { FaultInjector } from '../control/faults.ts';
import type { VenueClock } from '../market/hours.ts';
import type { Listing, Market } from '../market/market.ts';
import type { Staged } from '../market/staged.ts';
import { answered, type BusinessRefusal, inputRefusal, type KisText, queryRefusals } from './texts.ts';

/** How this stand-in answers. */
export interface Settings {
  readonly kind: 'live' | 'paper';
  /** The same seed makes up the same data. */
  readonly seed: number;
  readonly holder: string;
  readonly htsId: string;
  /** KRX_FWDG_ORD_ORGNO. */
  readonly branch: string;
  readonly unpaddedOrderNumbers: boolean;
}

/** What all accounts share: one market and one clock. */
export interface World {
  readonly settings: Settings;
  readonly clock: VenueClock;
  readonly market: Market;
  readonly faults: FaultInjector;
  readonly staged: Staged;
}

/** The world of one account: its money and shares, its orders, and those that are kept for a later day. */
export interface AccountWorld extends World {
  readonly account: Account;
  readonly venue: Venue;
  readonly scheduled: ScheduledBook;
}

/** A request, as a handler gets it. */
export interface Call<W extends World = World> {
  readonly world: W;
  readonly row: Endpoint;
  readonly inputs: ReadonlyMap<string, string>;
  /** The position to go on from: the `next` of the page before, blank for the first page. */
  readonly cursor: string;
  readonly rejectAtExchange: boolean;
}

/** What a handler answers. `rest.ts` puts the code, text and headers around it. */
export type HandlerResult =
  | {
      readonly text: KisText;
      readonly blocks: Readonly<Record<string, unknown>>;
      /** For rows with pages: the position of the next page, blank when there is none. */
      readonly next?: string;
    }
  | { readonly refusal: BusinessRefusal }
  | { readonly gateway: KisText };

export type Handler = (call: Call) => HandlerResult;

/** A request about an account, which it has named. */
export type AccountCall = Call<AccountWorld>;
export type AccountHandler = (call: AccountCall) => HandlerResult;

/** A record with every column of the row: the given values, and KIS's blanks for the others. */
export function record<F extends Fields>(
  fields: F,
  values: { readonly [Name in keyof F]?: string | number },
): Readonly<Record<string, string>> {
  const given: Readonly<Record<string, string | number | undefined>> = values;
  return Object.fromEntries(Object.entries(fields).map(([name, codec]) => [name, String(given[name] ?? codec.blank)]));
}

/** The value of an input of the call, blank when it is missing. */
export function input(call: Call, name: string): string {
  return (call.inputs.get(name) ?? '').trim();
}

/** The position of the page that KIS promises after a full last page, and that does not exist. */
export const pastTheEnd = 'end';

/** One page of `rows`, by the page size of the call's row. */
export function page<T>(call: Call, rows: readonly T[]): { readonly rows: readonly T[]; readonly next: string } {
  const size = call.row.paging?.rows[call.world.settings.kind] ?? rows.length;
  if (call.cursor === pastTheEnd) return { rows: [], next: '' };
  const from = /^\d+$/.test(call.cursor) ? Number(call.cursor) : 0;
  const to = from + size;
  const full = to === rows.length && call.world.faults.conditions.fullLastPage !== 'ends';
  if (full) return { rows: rows.slice(from, to), next: pastTheEnd };
  return { rows: rows.slice(from, to), next: to < rows.length ? String(to) : '' };
}

/** The codes for KRX, Nextrade and both together. The simulator has one book for all three. */
const marketDivisions: ReadonlySet<string> = new Set(['J', 'NX', 'UN']);

/** A handler that finds the issue of a quotation and answers with it. */
export function aboutIssue(answer: (listing: Listing, call: Call) => Readonly<Record<string, unknown>>): Handler {
  return (call) => {
    if (!marketDivisions.has(input(call, 'FID_COND_MRKT_DIV_CODE'))) {
      return { refusal: inputRefusal('FID_COND_MRKT_DIV_CODE') };
    }
    const listing = call.world.market.look(input(call, 'FID_INPUT_ISCD'));
    if (listing === undefined) return { refusal: queryRefusals.symbol };
    return { text: answered.quotation, blocks: answer(listing, call) };
  };
}
