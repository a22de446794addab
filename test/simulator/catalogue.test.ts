import { existsSync } from 'node:fs';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { decodeFields } from '../../src/kis/codecs/fields.ts';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import type { Endpoint, Input } from '../../src/kis/endpoints/endpoint.ts';
import { anyText, takes } from '../../src/kis/endpoints/inputs.ts';
import { Credentials } from '../../src/kis/wire/credentials.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { KisHttp } from '../../src/kis/wire/http.ts';
import { Lane } from '../../src/kis/wire/throttle.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { memoryCache } from '../support/memory-cache.ts';
import { answer as recordedAnswer } from '../support/payloads/index.ts';
import {
  type Answer,
  type Json,
  ManualClock,
  monday,
  Outsider,
  orderNumberOf,
  rows as rowsOf,
  start,
} from './support.ts';

/** What each input is sent as; by its name in upper case, without `{n}`. */
const inputs: Readonly<Record<string, string>> = {
  FID_COND_MRKT_DIV_CODE: 'J',
  FID_COND_MRKT_DIV_CODE_: 'J',
  FID_INPUT_ISCD: '005930',
  FID_INPUT_ISCD_: '005930',
  FID_INPUT_DATE_1: '20260901',
  FID_INPUT_DATE_2: '20261123',
  FID_PERIOD_DIV_CODE: 'D',
  FID_INPUT_HOUR_1: '100000',
  FID_DIV_CLS_CODE: '0',
  FID_RANK_SORT_CLS_CODE: '1',
  FID_ETC_CLS_CODE: '0',
  FID_MRKT_CLS_CODE: '0',
  MKSC_SHRN_ISCD: '005930',
  PDNO: '005930',
  PRDT_TYPE_CD: '300',
  BASS_DT: '20261123',
  ORD_DVSN: '00',
  ORD_UNPR: '69000',
  ORD_QTY: '1',
  INQR_STRT_DT: '20260101',
  INQR_END_DT: '20261231',
  RVSE_CNCL_DVSN_CD: '02',
  QTY_ALL_ORD_YN: 'Y',
  KRX_FWDG_ORD_ORGNO: '06010',
  EXCG_ID_DVSN_CD: 'KRX',
  F_DT: '20250101',
  T_DT: '20261231',
  USER_ID: 'hogasim',
  SEQ: '1',
  TYPE: '1',
  INTER_GRP_CODE: '001',
};

const index = { FID_COND_MRKT_DIV_CODE: 'U', FID_INPUT_ISCD: '0001' };
const allIssues = { FID_INPUT_ISCD: '0000' };
/** Where a row takes something else. */
const inputsOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'inquire-index-price': index,
  'inquire-daily-indexchartprice': index,
  'inquire-vi-status': { FID_INPUT_ISCD: '', FID_INPUT_DATE_1: '20261123', FID_RANK_SORT_CLS_CODE: '0' },
  'volume-rank': { ...allIssues, FID_BLNG_CLS_CODE: '0' },
  fluctuation: allIssues,
  'market-cap': allIssues,
  'after-hour-balance': allIssues,
  'quote-balance': allIssues,
  'near-new-highlow': allIssues,
  'foreign-institution-total': { ...allIssues, FID_COND_MRKT_DIV_CODE: 'V' },
  'news-title': { FID_INPUT_DATE_1: '', FID_INPUT_HOUR_1: '', FID_INPUT_ISCD: '' },
};

function inputsFor(row: Endpoint, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const own: Readonly<Record<string, string>> = { ...inputs, ...inputsOf[row.id], ...more };
  return Object.fromEntries(
    [...Object.entries(row.input), ...(row.paging?.keys ?? []).map((key) => [key, anyText] as const)].map(
      ([name, rule]) => {
        const given = own[name.replace('{n}', '').toUpperCase()];
        const changed = more[name.replace('{n}', '').toUpperCase()] !== undefined;
        // What one row takes for a name, another may not.
        const taken = changed || (given !== undefined && takes(rule, given));
        return [name.replace('{n}', '1'), taken ? (given ?? '') : (rule.values?.[0] ?? '')];
      },
    ),
  );
}

/** Asks as an outside client does. */
function ask(client: Outsider, row: Endpoint, more: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const values = { ...inputsFor(row, more), ...(row.account ? { CANO: '50000000', ACNT_PRDT_CD: '01' } : {}) };
  const headers = client.headers(row.tr.live);
  return row.method === 'GET' ? client.get(row.path, values, headers) : client.post(row.path, values, headers);
}

const all: readonly Endpoint[] = [domesticMarket, domesticResearch, domesticTrading].flatMap(
  (rows): readonly Endpoint[] => Object.values(rows),
);
/** Orders for another day have a book, hours and tests of their own. */
const isScheduled = ({ id }: Endpoint): boolean => id.startsWith('order-resv');
const rows = all.filter((row) => !isScheduled(row));
const reads = rows.filter(({ kind }) => kind === 'read');
const named = (some: readonly Endpoint[]) => some.map((row) => [row.id, row] as const);

/** A simulator whose account holds, bought, sold and waits, and outside clients of it. */
interface Traded {
  readonly sim: Simulator;
  readonly outsider: Outsider;
  readonly http: KisHttp;
  readonly dispatcher: Agent;
  /** The order that waits. */
  readonly waiting: string;
}

async function trade(now?: number): Promise<Traded> {
  const clock = new ManualClock();
  const holdings = [{ symbol: '005930', quantity: 5, averageCost: 65_000 }];
  const sim = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, holdings });
  // New shares are the one thing that the simulator makes up none of.
  for (const kind of ['paid', 'free'] as const) sim.addRights('005930', kind, '20250610', '20250609');
  const outsider = await new Outsider(sim.restUrl).login();
  await outsider.order('buy', { ORD_UNPR: '71000', ORD_QTY: '2' });
  await outsider.order('sell', { ORD_UNPR: '69000', ORD_QTY: '1' });
  const waiting = orderNumberOf(await outsider.order('buy'));
  const dispatcher = new Agent();
  if (now === undefined) return { sim, outsider, http: clientOf(sim, clock, dispatcher), dispatcher, waiting };
  sim.setClock({ now });
  return {
    sim,
    // Tokens last a day.
    outsider: await new Outsider(sim.restUrl).login(),
    http: clientOf(sim, clock, dispatcher),
    dispatcher,
    waiting,
  };
}

function clientOf(sim: Simulator, clock: ManualClock, dispatcher: Agent, dialect: 'live' | 'paper' = 'live'): KisHttp {
  const environment = { ...environments.simulator, dialect, restUrl: sim.restUrl };
  const redactor = createRedactor([]);
  const parts = { environment, clock, redactor, dispatcher, log: createLog({ level: 'silent', redactor }) };
  const key = { appKey: new Secret('catalogue-app-key'), appSecret: new Secret('catalogue-app-secret') };
  return new KisHttp({
    ...parts,
    credentials: new Credentials({ ...parts, key, cache: memoryCache() }),
    lane: new Lane(clock, 1_000),
    account: { number: '50000000', product: '01' },
    random: () => 0.5,
  });
}

async function close({ sim, dispatcher }: Pick<Traded, 'sim' | 'dispatcher'>): Promise<void> {
  await dispatcher.destroy();
  await sim.stop();
}

/** One for all reads. */
let shared: Traded;
beforeAll(async () => {
  shared = await trade();
});
afterAll(() => close(shared));

/** Orders change what is there, and old orders need a day on which they are old. */
async function forRow(row: Endpoint): Promise<Traded> {
  const isOld = row.id === domesticTrading.inquireExecutionsBefore.id;
  if (!isOld && row.kind === 'read') return shared;
  const own = await trade(isOld ? monday + 100 * 86_400_000 : undefined);
  onTestFinished(() => close(own));
  return own;
}

describe('every row of the catalogue', () => {
  test.each(named(rows))('%s is answered with all its columns', async (_id, row) => {
    const { outsider, waiting } = await forRow(row);
    const answer = await ask(outsider, row, { ORGN_ODNO: waiting });
    expect([answer.status, answer.body['rt_cd']]).toEqual([200, '0']);
    for (const [name, { fields, many }] of Object.entries(row.output)) {
      expect(Array.isArray(answer.body[name])).toBe(many);
      const records = [answer.body[name]].flat() as readonly Json[];
      expect(records.length).toBeGreaterThan(0);
      for (const record of records) {
        decodeFields(fields, record, row.id);
        expect(Object.values(record).every((value) => typeof value === 'string')).toBe(true);
        if (row.kind === 'read') expect(Object.keys(record).sort()).toEqual(Object.keys(fields).sort());
      }
    }
  });

  test.each(named(reads))('%s is read by the client', async (_id, row) => {
    const { http } = await forRow(row);
    const output = await http.read(row, inputsFor(row) as Input<Endpoint>);
    for (const [name, { many }] of Object.entries(row.output)) {
      if (many) expect(output[name], name).not.toEqual([]);
      else
        expect(
          Object.values(output[name] ?? {}).some((value) => value !== undefined),
          name,
        ).toBe(true);
    }
  });

  test('without a paper id is not offered on paper, to the client or to whoever asks all the same', async () => {
    const { sim, clock, client } = await start({ kind: 'paper', callsPerSecond: 1_000 });
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.destroy());
    const http = clientOf(sim, clock, dispatcher, 'paper');
    for (const row of reads.filter(({ tr }) => tr.paper === null)) {
      const read = http.read(row, inputsFor(row) as Input<Endpoint>);
      await expect(read, row.id).rejects.toMatchObject({ code: 'venue.unsupported' });
      const { body } = await ask(client, row);
      expect([row.id, body['rt_cd'], body['output'], body['output1']]).toEqual([row.id, '1', undefined, undefined]);
    }
  });
});

test.each([
  ['inquire-ccnl', { FID_INPUT_ISCD: '999999' }, 'MCA05918'],
  ['inquire-index-price', { FID_INPUT_ISCD: '9999' }, 'MCA05918'],
  ['inquire-index-price', { FID_COND_MRKT_DIV_CODE: 'J' }, 'OPSQ2001'],
  ['market-cap', { FID_INPUT_ISCD: 'KOSPI' }, 'OPSQ2001'],
  ['inquire-balance', { INQR_DVSN: '02' }, 'OPSQ2001'],
  ['fluctuation', { FID_RANK_SORT_CLS_CODE: '9' }, 'OPSQ2001'],
  ['balance-sheet', { FID_INPUT_ISCD: '999999' }, 'MCA05918'],
  ['ksdinfo-dividend', { SHT_CD: '999999' }, 'MCA05918'],
  ['ksdinfo-dividend', { F_DT: 'soon' }, 'OPSQ2001'],
  ['ksdinfo-paidin-capin', { SHT_CD: '999999' }, 'MCA05918'],
  ['ksdinfo-bonus-issue', { T_DT: 'soon' }, 'OPSQ2001'],
  ['investor-trend-estimate', { MKSC_SHRN_ISCD: '999999' }, 'MCA05918'],
  ['psearch-result', { SEQ: '2' }, 'MCA05918'],
  ['psearch-result', { USER_ID: 'somebody' }, 'MCA05918'],
] as const)('%s refuses %j', async (id, change, code) => {
  const row = all.find((candidate) => candidate.id === id) as Endpoint;
  const answer = await ask(shared.outsider, row, change);
  expect(answer.body).toMatchObject({ msg_cd: code });
  expect(answer.body['rt_cd']).not.toBe('0');
});

test.each(
  all.flatMap((row) =>
    Object.entries(row.input).flatMap(([name, { values }]) =>
      values === undefined ? [] : [[row.id, name.replace('{n}', '1'), row] as const],
    ),
  ),
)('%s names %s when it holds what KIS does not document', async (_id, name, row) => {
  const { body } = await ask(shared.outsider, row, {
    [name.replace(/(?<=_)1$/, (digit) => (name in row.input ? digit : '')).toUpperCase()]: '~',
  });
  const field = name.toUpperCase().replace(/^FID_(?:COND_|INPUT_)?/, '');
  expect(body).toMatchObject({ rt_cd: '2', msg_cd: 'OPSQ2001', msg1: `ERROR : INPUT INVALID_CHECK_${field}` });
});

test('a ranking of one industry lists its issues alone', async () => {
  const row = all.find(({ id }) => id === 'volume-rank') as Endpoint;
  const names = (answer: Answer) => rowsOf(answer, 'output').map((line) => line['hts_kor_isnm']);
  expect(names(await ask(shared.outsider, row, { FID_INPUT_ISCD: '0009' }))).toEqual(
    expect.arrayContaining(['삼성바이오로직스', '셀트리온']),
  );
  expect(names(await ask(shared.outsider, row, { FID_INPUT_ISCD: '0002' }))).toContain('삼성전자');
  expect(names(await ask(shared.outsider, row, { FID_INPUT_ISCD: '0099' }))).toEqual([]);
});

test('inputs that KIS sends along but does not need may be left out, and no others', async () => {
  const { outsider } = shared;
  const codeOf = async (row: Endpoint, query: Record<string, string>) =>
    (await outsider.get(row.path, query, outsider.headers(row.tr.live))).body['msg_cd'];
  expect(await codeOf(domesticResearch.marketCapRank, {})).toBe('MCA00000');
  expect(await codeOf(domesticResearch.newsTitles, {})).toBe('MCA00000');
  expect(await codeOf(domesticResearch.dividends, { GB1: '0', F_DT: '20260101', T_DT: '20261231' })).toBe('MCA00000');
  expect(await codeOf(domesticResearch.dividends, { GB1: '0', F_DT: '20260101' })).toBe('OPSQ2001');
  expect(await codeOf(domesticResearch.screenResult, { user_id: 'hogasim' })).toBe('OPSQ2001');
  expect(await codeOf(domesticResearch.volumeRank, { FID_COND_MRKT_DIV_CODE: 'J' })).toBe('OPSQ2001');
});

/** What KIS answered, by row: names of files in `test/support/payloads/answers`. */
const recordings: Readonly<Record<string, string>> = {
  'inquire-price': 'quote-new-high',
  'inquire-price-2': 'quote-2',
  'inquire-asking-price-exp-ccn': 'order-book',
  'inquire-ccnl': 'recent-trades',
  'intstock-multprice': 'many-quotes',
  'inquire-daily-price': 'daily-price',
  'inquire-daily-trade-volume': 'daily-trade-volume',
  'inquire-index-price': 'index',
  'inquire-daily-indexchartprice': 'index-chart',
  'inquire-vi-status': 'interruptions',
  'volume-rank': 'rank-volume',
  fluctuation: 'rank-fluctuation',
  'market-cap': 'rank-market-cap',
  'after-hour-balance': 'rank-after-hours',
  'quote-balance': 'rank-quote-balance',
  'near-new-highlow': 'rank-new-high',
  'inquire-investor': 'investors-2026',
  'foreign-institution-total': 'foreign-institution',
  'investor-trend-estimate': 'investor-estimate',
  'balance-sheet': 'balance-sheet',
  'income-statement': 'income-statement',
  'financial-ratio': 'financial-ratio',
  'profit-ratio': 'profit-ratio',
  'other-major-ratios': 'other-ratios',
  'stability-ratio': 'stability-ratio',
  'growth-ratio': 'growth-ratio',
  'invest-opinion': 'opinions',
  'invest-opbysec': 'opinions-by-broker',
  'ksdinfo-dividend': 'dividends',
  'news-title': 'news',
  'psearch-title': 'screens',
  'psearch-result': 'screen-matches',
  'intstock-grouplist': 'watchlists',
  'intstock-stocklist-by-group': 'watchlist-issues',
  'inquire-account-balance': 'assets',
  'inquire-balance-rlz-pl': 'realized-cut-off',
  'intgr-margin': 'margin',
  'inquire-period-profit': 'profit-by-day',
  'inquire-period-trade-profit': 'profit-by-issue',
  'inquire-daily-itemchartprice': 'daily-chart',
  'inquire-time-itemchartprice': 'minute-chart',
  'inquire-balance': 'balance-portal',
  'inquire-daily-ccld': 'executions',
  'inquire-psbl-order': 'buying-power',
  'inquire-psbl-sell': 'sellable',
  'inquire-psbl-rvsecncl': 'amendable',
  'search-info': 'product-info',
  'search-stock-info': 'stock-info',
  'chk-holiday': 'market-days',
};

/** Columns that the catalogue does without: other names of what it has, and one that KIS misspells. */
const leftOut: ReadonlySet<string> = new Set([
  'itewhol_loan_rmnd_ratem name',
  'ivst_prdt_type_cd_name',
  'prdt_abrv_name',
  'prdt_clsf_name',
  'prdt_eng_abrv_name',
  'prdt_eng_name',
  'prdt_eng_name120',
  'prdt_name',
  'prdt_name120',
]);

/** How a value is written: its sign aside, padding with its width, and the places behind the point. */
function styleOf(value: string): string {
  if (!/^ *-?\d+(?:\.\d+)?$/.test(value)) return 'text';
  const places = value.split('.')[1]?.length ?? 0;
  const padding = value.startsWith(' ') ? 'blanks' : /^-?0\d/.test(value) ? 'zeros' : '';
  return padding === '' ? `.${places}` : `${padding} to ${value.length} .${places}`;
}

/** Columns by their names in lower case, each with the ways in which any of the records writes it. */
function stylesOf(block: unknown): ReadonlyMap<string, ReadonlySet<string>> {
  const styles = new Map<string, Set<string>>();
  for (const record of [block].flat() as readonly Json[]) {
    for (const [name, value] of Object.entries(record)) {
      const known = styles.get(name.toLowerCase()) ?? new Set();
      styles.set(name.toLowerCase(), known.add(styleOf(String(value))));
    }
  }
  return styles;
}

describe('answers look as KIS was seen to write them', () => {
  const present = Object.entries(recordings).filter(([, file]) =>
    existsSync(new URL(`../support/payloads/answers/${file}.json`, import.meta.url)),
  );
  test.each(present)('%s', async (id, file) => {
    const row = all.find((candidate) => candidate.id === id) as Endpoint;
    const answer = await ask((await forRow(row)).outsider, row);
    const recorded = recordedAnswer(file);
    for (const [name, { fields }] of Object.entries(row.output)) {
      if (recorded[name] === undefined) continue;
      expect(Array.isArray(answer.body[name]), name).toBe(Array.isArray(recorded[name]));
      const seen = stylesOf(recorded[name]);
      const written = stylesOf(answer.body[name]);
      expect(
        [...seen.keys()].filter((column) => !written.has(column) && !leftOut.has(column)),
        'columns it lacks',
      ).toEqual([]);
      const odd = [...written].flatMap(([column, styles]) => {
        const known = seen.get(column);
        // A text, or blank in the recording: nothing to compare.
        if (fields[column]?.blank === '' || known === undefined || known.has('text')) return [];
        return [...styles].some((style) => known.has(style)) ? [] : [[column, [...styles], [...known]]];
      });
      expect(odd).toEqual([]);
    }
  });
});
