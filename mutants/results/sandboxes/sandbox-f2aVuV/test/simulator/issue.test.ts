// @ts-nocheck
import { expect, test } from 'vitest';
import { block, start } from './support.ts';

const plain = {
  iscd_stat_cls_code: '55',
  temp_stop_yn: 'N',
  mrkt_warn_cls_code: '00',
  short_over_yn: 'N',
  sltr_yn: 'N',
  mang_issu_cls_code: 'N',
};

test.each([
  ['none', plain],
  ['administrative', { ...plain, iscd_stat_cls_code: '51', mang_issu_cls_code: 'Y' }],
  ['caution', { ...plain, iscd_stat_cls_code: '54', mrkt_warn_cls_code: '01' }],
  ['warning', { ...plain, iscd_stat_cls_code: '53', mrkt_warn_cls_code: '02' }],
  ['risk', { ...plain, iscd_stat_cls_code: '52', mrkt_warn_cls_code: '03' }],
  ['overheated', { ...plain, iscd_stat_cls_code: '59', short_over_yn: 'Y' }],
  ['liquidation', { ...plain, sltr_yn: 'Y' }],
] as const)('an issue marked %s is quoted so, and no other', async (warning, quoted) => {
  const { sim, client } = await start();
  sim.setIssue('005930', { warning });
  expect(block(await client.quote())).toMatchObject(quoted);
  expect(block(await client.quote('000660'))).toMatchObject(plain);
});

test('the door marks it too, and keeps what it is not told', async () => {
  const { sim, client } = await start();
  const mark = async (body: unknown) => {
    const response = await fetch(`${sim.restUrl}/__sim/issue`, { method: 'POST', body: JSON.stringify(body) });
    return response.status;
  };
  expect(await mark({ symbol: '005930', warning: 'risk' })).toBe(200);
  expect(await mark({ symbol: '005930', halted: true })).toBe(200);
  const halted = { ...plain, iscd_stat_cls_code: '58', temp_stop_yn: 'Y', mrkt_warn_cls_code: '03' };
  expect(block(await client.quote())).toMatchObject(halted);
  expect(await mark({ symbol: '005930', halted: false, warning: 'none' })).toBe(200);
  expect(block(await client.quote())).toMatchObject(plain);
  expect(await mark({ symbol: '999999', halted: true })).toBe(400);
  expect(await mark({ symbol: '005930', warning: 'lucky' })).toBe(400);
});
