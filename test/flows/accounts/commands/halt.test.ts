import { afterEach, describe, expect, test } from 'vitest';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts } from '../start-accounts.ts';

let bot: Harness;
afterEach(() => bot.stop());

const others = [{ name: 'isa', settings: { TITLE: '연금 저축' } }, { name: 'practice' }];
const newest = () => bot.chat().messages.at(-1);
const labels = (): readonly (string | undefined)[] => newest()?.buttons.map(({ label }) => label) ?? [];
const isHalted = async (mark: string): Promise<boolean> =>
  (await bot.say(`/buy 005930 1 60000 ${mark}`)).includes('거래가 정지되어 있습니다');

describe('a halt of one account', () => {
  test.each(['/halt isa', '/halt @isa', '/halt 연금 저축', '정지 연금 저축 계좌', '연금 저축 정지'])(
    '%s',
    async (line) => {
      bot = await startAccounts(others);
      const said = await bot.say(line);
      expect(said).toContain('거래를 정지했습니다');
      expect(said).toContain('정지한 계좌: 연금 저축');
      expect(said).not.toContain('main');
      expect(labels()).toEqual(['연금 저축 미체결 모두 취소']);
      expect(await isHalted('@isa')).toBe(true);
      expect(await isHalted('@main')).toBe(false);
      expect(await isHalted('@practice')).toBe(false);
    },
  );

  test('ends by the name as well, and leaves the other halted', async () => {
    bot = await startAccounts(others);
    await bot.say('/halt');
    const said = await bot.say('/resume practice');
    expect(said).toContain('재개한 계좌: practice');
    expect(await isHalted('@practice')).toBe(false);
    expect(await isHalted('@isa')).toBe(true);
  });

  test('its button cancels what is open there and not what the chat works with', async () => {
    bot = await startAccounts(others);
    await bot.say('/buy 005930 1 60000 @isa');
    await bot.press('확인');
    await bot.say('/buy 005930 2 60000');
    await bot.press('확인');
    await bot.say('/halt isa');
    expect(await bot.press('연금 저축 미체결 모두 취소')).toContain('1주');
    await bot.press('확인');
    expect(await bot.say('/orders @isa')).toContain('없습니다');
    expect(await bot.say('/orders @main')).toContain('2주');
  });
});

test('a halt of no account in particular halts all that the person may trade on, and names them', async () => {
  const people = { OWNERS: 'telegram:1', TRADERS: 'telegram:2', VIEWERS: 'telegram:3' };
  bot = await startAccounts(
    [
      { name: 'isa', settings: { TITLE: '연금', ...people } },
      { name: 'wife', settings: { TITLE: '아내', OWNERS: 'telegram:1', VIEWERS: 'telegram:2' } },
    ],
    { env: { HOGA_TRADERS: 'telegram:7' } },
  );
  await bot.hand({ kind: 'text', text: '/halt' }, 'telegram:2');
  const said = await bot.told('거래를 정지했습니다');
  expect(said).toContain('정지한 계좌: 연금');
  expect(said).not.toMatch(/main|아내/);
  expect(await isHalted('@main')).toBe(false);
  expect(await isHalted('@wife')).toBe(false);
  await bot.say('/resume');
  const all = await bot.say('/halt all');
  expect(all).toContain('정지한 계좌: main, 연금, 아내');
  expect(labels()).toEqual(['main 미체결 모두 취소', '연금 미체결 모두 취소', '아내 미체결 모두 취소']);
});

describe('a name of no account', () => {
  test('halts nothing, and offers the right ones', async () => {
    bot = await startAccounts(others);
    expect(await bot.say('/halt ias')).toContain('ias라는 계좌는 없습니다. @main, @isa, @practice 가운데');
    expect(labels()).toEqual(['main', '연금 저축', 'practice']);
    expect(await isHalted('@isa')).toBe(false);
    expect(await bot.say('/halt ias')).not.toContain('정지했습니다');
    expect(await bot.press('연금 저축')).toContain('정지한 계좌: 연금 저축');
  });

  test('is offered those of its reader alone, in whatever line it stands', async () => {
    bot = await startAccounts([{ name: 'isa' }, { name: 'wife', settings: { OWNERS: 'telegram:1' } }], {
      env: { HOGA_TRADERS: 'telegram:2' },
    });
    await bot.hand({ kind: 'text', text: '/balance @wife' }, 'telegram:2');
    const said = await bot.told('라는 계좌는 없습니다');
    expect(said).toContain('@main, @isa 가운데');
    const [first, second] = newest()?.buttons ?? [];
    expect([first?.id, second?.id]).toEqual(['run:/balance @main', 'run:/balance @isa']);
  });

  test('of somebody with one account is told that one', async () => {
    bot = await startAccounts([]);
    expect(await bot.say('/halt isa')).toContain('@main');
    expect(await bot.say('/halt')).not.toContain('정지한 계좌');
    expect(await bot.say('/resume main')).toContain('다시 시작');
  });

  test('said among people is talk, and is not answered', async () => {
    bot = await startAccounts(others);
    const before = bot.shown().length;
    const text = { kind: 'text', text: '정지 화면이네 @민수' } as const;
    const group = { channel: 'console', chatId: 'group', identity: 'console:local', alone: false, overheard: true };
    await bot.chat().receive({ id: 'g1', ...group, input: text, at: bot.clock.now() });
    await bot.chat().receive({ id: 'g2', ...group, input: { kind: 'text', text: '정지 화면' }, at: bot.clock.now() });
    await bot.settled();
    expect(bot.shown()).toHaveLength(before);
  });
});
