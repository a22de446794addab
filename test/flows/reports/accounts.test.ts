import { afterEach, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Family, startFamily, type Who } from '../accounts/family.ts';

// Several accounts: each person is told of those that they may see, and a group of none.
const korea = (moment: string): number => Date.parse(`${moment}+09:00`);
let family: Family;
afterEach(() => family.stop());

async function startAt(moment: string): Promise<JumpClock> {
  const clock = new JumpClock(korea(moment));
  const holdings = [{ symbol: '005930', quantity: 10, averageCost: 65_000 }];
  family = await startFamily({ clock, simulator: { hours: 'live', holdings } });
  return clock;
}

const newest = (who: Who): string => family.messages(who).at(-1)?.text ?? '';

test('the close by account, as far as each may see; their names on the picture are no other’s', async () => {
  const clock = await startAt('2026-11-30T15:30:30');
  for (const who of ['owner', 'trader', 'viewer'] as const) await family.tell(who, '/digest on');
  await clock.advance(korea('2026-11-30T15:45:01') - clock.now());
  await family.fire('digests');
  await family.settled();
  expect(newest('owner')).toMatch(
    /마감 요약[\s\S]*\[생활비 · 시뮬레이터\][\s\S]*자산[\s\S]*\[노후자금 · 시뮬레이터\][\s\S]*자산/,
  );
  for (const who of ['trader', 'viewer'] as const) expect(newest(who), who).toMatch(/마감 요약[\s\S]*자산 [\d,]+원/);
  expect(newest('trader')).not.toContain('생활비');
  expect(newest('viewer')).not.toContain('노후자금');
});

test('where others read, a digest has the market and none of the accounts, whoever asks', async () => {
  const clock = await startAt('2026-11-30T15:30:30');
  await family.tell('owner', '/watch add 카카오');
  await family.tell('owner', '/alert 카카오 >= 60000');
  const inGroup = (text: string): Promise<string> => family.tell('owner', text, '-100');
  expect(await inGroup('/digest')).toMatch(/마감 요약[\s\S]*코스피[\s\S]*카카오/);
  expect(await inGroup('/digest on')).toContain('다른 사람이 보는 곳이라 계좌 내용은 뺐습니다.');
  await clock.advance(korea('2026-11-30T15:45:01') - clock.now());
  await family.fire('digests');
  await family.settled();
  const told = family.messagesIn('-100').map(({ text }) => text);
  expect(told.filter((text) => text.includes('마감 요약 11월 30일'))).toHaveLength(2);
  for (const text of told) expect(text).not.toMatch(/자산|생활비|노후자금|60,000|삼성전자/);
});
