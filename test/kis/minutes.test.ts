import { expect, test, vi } from 'vitest';
import { candleMinutes, type MinuteCandle, minutesWithin } from '../../src/domain/market/minutes.ts';
import { KisMinutes } from '../../src/kis/minutes.ts';
import type { KisHttp } from '../../src/kis/wire/http.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { startKis } from '../support/kis/start-kis.ts';

const market = { symbol: '005930', exchange: 'KRX' } as const;
const todays = 'FHKST03010200';
const past = 'FHKST03010230';
const monday = '20261123';

/** KIS's minutes on the exchange's hours at a moment in Korea. */
async function startMinutes(moment: string, options: Partial<SimulatorOptions> = {}) {
  const started = await startKis(moment, options);
  return { ...started, minutes: started.kis.minutes };
}

/** The minutes of the regular session up to one. */
const upTo = (minute: number, day = monday): readonly number[] =>
  minutesWithin(candleMinutes('KRX', day), { from: 0, to: minute });
const times = (candles: readonly MinuteCandle[] | undefined): readonly number[] =>
  (candles ?? []).map(({ minute }) => minute);

test("today's minutes, thirty a page and no page more than they take", async () => {
  const { minutes, calls } = await startMinutes('2026-11-23T10:40');
  // 09:00 to 10:39: a hundred minutes.
  const found = await minutes.today(market, monday, upTo(639));
  expect(times(found)).toEqual(upTo(639));
  expect(calls(todays)).toBe(4);
  expect(times(await minutes.today(market, monday, [600, 601, 615, 639]))).toEqual([600, 601, 615, 639]);
  expect(calls(todays)).toBe(6);
  expect(await minutes.today(market, monday, [])).toEqual([]);
  expect(calls(todays)).toBe(6);
});

test('a minute in which nothing traded yet has no candle, though KIS lists one', async () => {
  const { minutes, simulator, clock } = await startMinutes('2026-11-23T10:40');
  await clock.advance(5 * 60_000);
  expect(times(await minutes.today(market, monday, [639, 640, 645]))).toEqual([639]);
  simulator.trade('005930', 'buy', 3);
  expect((await minutes.today(market, monday, [645])).map(({ volume }) => volume)).toEqual([3]);
});

test('the days before, all pages of a run of days packed and asked for at once', async () => {
  const { minutes, calls, kis } = await startMinutes('2026-11-23T09:00');
  const days = ['20261120', '20261119', '20261118'];
  const found = await minutes.past(market, days);
  // On the day of the entrance exam the market opens and closes an hour later.
  expect(times(found?.get('20261119')).at(0)).toBe(600);
  expect(times(found?.get('20261119')).at(-1)).toBe(990);
  expect(times(found?.get('20261120'))).toEqual([...upTo(919, '20261120'), 930]);
  // Three days of 384 minutes in which there may be candles; 1,143 rows take ten pages at the least.
  expect(calls(past)).toBe(10);
  const [friday] = (await kis.broker.bars('005930', '1d', 2)).filter(({ start }) => start === '20261120');
  const candles = found?.get('20261120') ?? [];
  expect({
    start: '20261120',
    open: candles[0]?.open,
    high: Math.max(...candles.map(({ high }) => high)),
    low: Math.min(...candles.map(({ low }) => low)),
    close: candles.at(-1)?.close,
    volume: candles.reduce((sum, { volume }) => sum + volume, 0),
  }).toEqual(friday);
});

test('what was lived through stays as it was, the day after', async () => {
  const { minutes, clock, simulator } = await startMinutes('2026-11-23T15:10');
  simulator.setPrice('005930', 71_000);
  const before = await minutes.today(market, monday, upTo(910));
  await clock.advance(18 * 3_600_000);
  expect((await minutes.past(market, [monday]))?.get(monday)).toEqual(before);
});

test('a day on which nothing traded is an empty one, and later ones are whole all the same', async () => {
  const { minutes } = await startMinutes('2026-11-23T09:00');
  // A Saturday, which somebody took for a trading day.
  const found = await minutes.past(market, ['20261121', '20261120']);
  expect(found?.get('20261121')).toEqual([]);
  expect(found?.get('20261120')).toHaveLength(381);
});

test('where paper does not have earlier minutes after all, there are none', async () => {
  const { simulator, minutes } = await startMinutes('2026-11-23T10:00', { kind: 'paper' });
  const refused = { fault: 'refuse', code: 'OPSQ0002', text: '없는 서비스 코드 입니다', times: 9 } as const;
  simulator.setFaults({ rules: [{ on: 'inquire-time-dailychartprice', ...refused }] });
  expect(await minutes.past(market, ['20261120'])).toBeUndefined();
});

/** A host that gives so many rows a page, each minute from nine to half past three, and counts what it is asked. */
function host(rows: number) {
  const read = vi.fn(async (_endpoint: unknown, input: Readonly<Record<string, string>>) => {
    const [day = '', end = ''] = [input['FID_INPUT_DATE_1'], input['FID_INPUT_HOUR_1']];
    const all = ['20261119', '20261120'].flatMap((one) =>
      upTo(930, '20261120').map(
        (minute) =>
          `${one}${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}00`,
      ),
    );
    const page = all
      .filter((moment) => moment <= day + end)
      .slice(-rows)
      .toReversed();
    return {
      output1: {},
      output2: page.map((moment) => ({
        stck_bsop_date: moment.slice(0, 8),
        stck_cntg_hour: moment.slice(8),
        stck_prpr: 70_000,
        stck_oprc: 70_000,
        stck_hgpr: 70_000,
        stck_lwpr: 70_000,
        cntg_vol: 1,
      })),
    };
  });
  return { read, http: { read, supports: () => true } as unknown as KisHttp };
}

test('no page waits for another', async () => {
  let [underWay, most] = [0, 0];
  const { http, read } = host(120);
  const counted = async (...call: Parameters<typeof read>) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return read(...call);
  };
  const minutes = new KisMinutes({ ...http, read: counted } as never, 'exchange');
  await minutes.past(market, ['20261120', '20261119']);
  expect([most, read.mock.calls.length]).toEqual([7, 7]);
  expect(new Set(read.mock.calls.map(([, input]) => input['FID_COND_MRKT_DIV_CODE']))).toEqual(new Set(['J']));
  await minutes.past({ ...market, exchange: 'NXT' }, ['20261120']);
  expect(read.mock.lastCall?.[1]['FID_COND_MRKT_DIV_CODE']).toBe('NX');
});

test('a host with shorter pages is asked more often, and nothing is left out', async () => {
  const { read, http } = host(50);
  const found = await new KisMinutes(http, 'exchange').past(market, ['20261120']);
  expect(found?.get('20261120')).toHaveLength(upTo(930, '20261120').length);
  expect(read.mock.calls.length).toBeGreaterThan(7);
});

test('a page that comes again and again ends it', async () => {
  const { http } = host(50);
  const stuck = vi.fn(async () =>
    http.read({} as never, { FID_INPUT_DATE_1: '20261119', FID_INPUT_HOUR_1: '100000' } as never),
  );
  await new KisMinutes({ read: stuck, supports: () => true } as never, 'own').past(market, ['20261120']);
  expect(stuck.mock.calls.length).toBeLessThan(5);
});
