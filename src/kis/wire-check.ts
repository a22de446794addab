import { koreanDay, laterDay, monthsBefore, previousDay, weekdayOf } from '../clock.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import { catalogue } from './endpoints/catalogue.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import type { InputRule } from './endpoints/inputs.ts';
import { KisError } from './wire/error.ts';
import { noMatchCode } from './wire/venue-codes.ts';

/** How the check of one API ended. */
export type WireOutcome =
  | { readonly kind: 'works' }
  /** KIS said no. */
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  /** The answer lacks something, or holds what nobody can read. */
  | { readonly kind: 'undecodable'; readonly field: string }
  | { readonly kind: 'unreachable'; readonly text: string }
  /** The host has no such API. */
  | { readonly kind: 'not-here' }
  /** The API could not be called: there is no HTS id, or no condition or group saved under it. */
  | { readonly kind: 'nothing-to-ask' };

export interface WireFinding {
  /** KIS's own name, title and TR id of the API. */
  readonly api: string;
  readonly title: string;
  readonly trId: string;
  readonly outcome: WireOutcome;
}

/** The reads that the check makes. KisHttp has them, and so has the live key for reads. */
export interface WireReads {
  supports(endpoint: Endpoint): boolean;
  read(
    endpoint: Endpoint,
    input: Readonly<Record<string, string>>,
    options?: ReadOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** All reads of the catalogue; orders are never part of a check. */
export const checkedRows: readonly Endpoint[] = catalogue.filter(({ kind }) => kind === 'read');

/**
 * Calls every read of the catalogue once, in the catalogue's order, and returns how each ended. Where a read needs
 * something from another, such as the number of a saved condition, it is taken from that one's answer.
 */
export async function checkWire(options: {
  readonly reads: WireReads;
  /** Milliseconds. */
  readonly now: number;
  readonly htsId: string | undefined;
  readonly onProgress: (done: number, of: number, api: string) => void;
}): Promise<readonly WireFinding[]> {
  const { reads, now, htsId, onProgress } = options;
  const found: WireFinding[] = [];
  const learnt: Record<string, string | undefined> = { USER_ID: htsId };
  for (const row of checkedRows) {
    onProgress(found.length, checkedRows.length, row.id);
    const { id: api, title } = row;
    found.push({ api, title, trId: row.tr.live, outcome: await askOne(reads, row, now, learnt) });
  }
  return found;
}

/** Inputs that come from the answer of another API: where they stand in it. */
const sources: Readonly<Record<string, { readonly input: string; readonly field: string }>> = {
  'psearch-title': { input: 'SEQ', field: 'seq' },
  'intstock-grouplist': { input: 'INTER_GRP_CODE', field: 'inter_grp_code' },
};
const learntInputs: readonly string[] = ['USER_ID', ...Object.values(sources).map(({ input }) => input)];

async function askOne(
  reads: WireReads,
  row: Endpoint,
  now: number,
  learnt: Record<string, string | undefined>,
): Promise<WireOutcome> {
  if (!reads.supports(row)) return { kind: 'not-here' };
  const input = sampleInput(row, now, learnt);
  if (input === undefined) return { kind: 'nothing-to-ask' };
  try {
    const answer = await reads.read(row, input);
    const source = sources[row.id];
    if (source !== undefined) {
      const [first] = Object.values(answer).flat() as readonly Readonly<Record<string, unknown>>[];
      const value = first?.[source.field];
      learnt[source.input] = value === undefined ? undefined : String(value);
    }
    return { kind: 'works' };
  } catch (error) {
    return outcomeOf(row, error);
  }
}

function outcomeOf(row: Endpoint, error: unknown): WireOutcome {
  if (!(error instanceof KisError)) throw error;
  const { kind, venueCode: code, venueText: text, context } = error;
  // No issue meets the saved condition today, so the API works.
  if (row.id === 'psearch-result' && code === noMatchCode) return { kind: 'works' };
  if (kind === 'unsupported') return { kind: 'not-here' };
  if (kind === 'malformed') return { kind: 'undecodable', field: String(context['field'] ?? '') };
  if (code === '' || kind === 'unreachable') return { kind: 'unreachable', text: `${code} ${text}`.trim() };
  return { kind: 'refused', code, text };
}

/** The inputs to call one row with; undefined where one is missing that only the owner of the account has. */
function sampleInput(
  row: Endpoint,
  now: number,
  learnt: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> | undefined {
  const samples = { ...usual(now), ...(ofRow(now)[row.id] ?? {}) };
  const input: Record<string, string> = {};
  for (const [name, rule] of Object.entries(row.input)) {
    const key = name.replace('_{n}', '').toUpperCase();
    const value = learntInputs.includes(key) ? learnt[key] : (samples[key] ?? usualOf(key, rule));
    if (value === undefined) return undefined;
    input[name.replace('{n}', '1')] = value;
  }
  return input;
}

/**
 * The value of an input that no table here names: an issue, a whole market, the first documented value that is not
 * blank, or a blank.
 */
function usualOf(name: string, { values, pattern }: InputRule): string {
  if (values !== undefined) return values.find((value) => value !== '') ?? '';
  if (pattern?.test('0000') === true) return '0000';
  return name === 'FID_INPUT_ISCD' ? '005930' : '';
}

/** Values of inputs by name, for all rows. Days are YYYYMMDD. */
function usual(now: number): Readonly<Record<string, string>> {
  const today = koreanDay(now);
  const monthAgo = laterDay(today, -30);
  return {
    MKSC_SHRN_ISCD: '005930',
    PDNO: '005930',
    FID_INPUT_HOUR_1: '100000',
    FID_INPUT_DATE_1: monthAgo,
    FID_INPUT_DATE_2: today,
    FID_INPUT_CNT_1: '0',
    FID_INPUT_CNT_2: '10',
    BASS_DT: today,
    F_DT: monthAgo,
    T_DT: today,
    INQR_STRT_DT: monthAgo,
    INQR_END_DT: today,
    RSVN_ORD_ORD_DT: monthAgo,
    RSVN_ORD_END_DT: today,
    TMNL_MDIA_KIND_CD: '00',
    PRCS_DVSN_CD: '0',
    CNCL_YN: 'Y',
    ORD_DVSN: '01',
  };
}

/** Values of inputs for single rows that need another one. */
function ofRow(now: number): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const today = koreanDay(now);
  const index = { FID_INPUT_ISCD: '0001' };
  return {
    'inquire-index-price': index,
    'inquire-daily-indexchartprice': index,
    'inquire-time-dailychartprice': { FID_INPUT_DATE_1: weekdayBefore(today) },
    'inquire-vi-status': { FID_INPUT_ISCD: '', FID_INPUT_DATE_1: today },
    'news-title': { FID_INPUT_ISCD: '', FID_INPUT_DATE_1: '', FID_INPUT_HOUR_1: '' },
    'volume-rank': { FID_TRGT_CLS_CODE: '111111111', FID_TRGT_EXLS_CLS_CODE: '0000000000', FID_INPUT_DATE_1: '' },
    'inquire-daily-ccld': { INQR_DVSN_1: '' },
    'inquire-daily-ccld-before': {
      INQR_DVSN_1: '',
      INQR_STRT_DT: monthsBefore(today, 5),
      INQR_END_DT: monthsBefore(today, 4),
    },
  };
}

function weekdayBefore(day: string): string {
  const before = previousDay(day);
  return weekdayOf(before) > 5 ? weekdayBefore(before) : before;
}
