import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { GoogleStandIn } from '../../support/google.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
let google: GoogleStandIn | undefined;
const folder = mkdtempSync(join(tmpdir(), 'hoga-key-'));
afterEach(async () => {
  await bot.stop();
  await google?.stop();
  google = undefined;
  rmSync(join(folder, 'key.json'), { force: true });
});

async function start(options: HarnessOptions = {}): Promise<void> {
  bot = await startHarness(options);
}

async function startWithSheet(): Promise<GoogleStandIn> {
  const clock = new JumpClock();
  const standIn = await new GoogleStandIn(clock).start();
  google = standIn;
  const key = join(folder, 'key.json');
  writeFileSync(key, standIn.keyFile());
  await start({
    clock,
    env: {
      GOOGLE_SHEETS_ID: standIn.spreadsheetId,
      GOOGLE_SERVICE_ACCOUNT_JSON: key,
      GOOGLE_API_ROOT: standIn.root,
    },
  });
  return standIn;
}

async function bought(name = '삼성전자', quantity = 10): Promise<void> {
  await bot.say(`/buy ${name} ${quantity}`);
  await bot.press('확인');
  await bot.told(`체결 ${name}`);
}

/** The newest file in the chat, as text. */
function file(): { readonly name: string; readonly text: string } {
  const attachment = bot.chat().messages.findLast(({ attachments }) => attachments.length > 0)?.attachments[0];
  if (attachment === undefined) throw new Error('no file');
  return { name: attachment.name, text: Buffer.from(attachment.data, 'base64').toString() };
}

describe('a CSV file', () => {
  test('of fills, of a period and of some issues', async () => {
    await start();
    await bought();
    await bought('SK하이닉스', 1);
    expect(await bot.say('/export fills csv 1주')).toContain('체결 2행을 CSV 파일로 보냅니다');
    expect(file().name).toBe('fills-20261117-20261123.csv');
    expect(file().text).toMatch(/^\uFEFF일자,시각,주문번호,/);
    expect(file().text).toMatch(/\r\n2026-11-23,\d\d:\d\d:\d\d,\d+,005930,삼성전자,매수,10,\d+,\d+\r\n/);
    await bot.say('/내보내기 체결 SK하이닉스');
    expect(file().name).toBe('fills-20261123.csv');
    expect(file().text).toContain('SK하이닉스');
    expect(file().text).not.toContain('삼성전자');
  });

  test('of holdings and of quotes', async () => {
    await start();
    await bought();
    expect(await bot.say('/export holdings')).toContain('잔고 1행');
    expect(file().text).toContain('005930,삼성전자,10,10,');
    expect(await bot.say('/export quotes')).toContain('관심종목이 없습니다');
    await bot.say('/watch add SK하이닉스');
    expect(await bot.say('/export quotes csv')).toContain('시세 1행');
    expect(file().text).toContain('000660,SK하이닉스,');
    expect(await bot.say('/export 시세 삼성전자 카카오')).toContain('시세 2행');
  });

  test('of nothing, or of what has no period, is a sentence', async () => {
    await start();
    expect(await bot.say('/export fills')).toContain('내보낼 것이 없습니다');
    expect(await bot.say('/export holdings csv 1주')).toContain('기간을 빼고');
    expect(await bot.say('/export')).toContain('예: /export fills csv 1주');
    expect(await bot.say('/export 뭐')).toContain("'뭐' 대신 잔고, 체결, 손익, 시세");
    expect(await bot.say('/export holdings sheet')).toContain('GOOGLE_SHEETS_ID');
  });
});

describe('a Google Sheet', () => {
  test('gets a tab of its own, which the next export of the day replaces, and no other', async () => {
    const sheet = await startWithSheet();
    await bought();
    await bought('SK하이닉스', 1);
    const answer = await bot.say('/export fills sheet');
    expect(answer).toContain("'체결 2026-11-23' 탭에 2행");
    expect(answer).toContain(`https://docs.google.com/spreadsheets/d/${sheet.spreadsheetId}/edit#gid=1001`);
    expect(sheet.tab('체결 2026-11-23')?.cells).toHaveLength(3);
    expect(sheet.tab('체결 2026-11-23')?.cells[2]).toEqual(expect.arrayContaining(['005930', '삼성전자', 10]));
    // Fewer rows than before leave none of those before behind.
    expect(await bot.say('/export fills sheet 삼성전자')).toContain('1행');
    expect(sheet.tab('체결 2026-11-23')?.cells).toHaveLength(2);
    await bought('카카오', 2);
    await bot.say('/export fills sheet');
    expect(sheet.tab('체결 2026-11-23')?.cells).toHaveLength(4);
    expect(await bot.say('/export holdings sheet')).toContain("'잔고 2026-11-23' 탭에 3행");
    expect(sheet.tabs.map(({ title }) => title)).toEqual(['내 메모', '체결 2026-11-23', '잔고 2026-11-23']);
    expect(sheet.tab('내 메모')?.cells).toEqual([['건드리지', '마세요']]);
    expect(sheet.requests.filter((request) => request === 'POST /token')).toHaveLength(1);
    expect(sheet.violations).toEqual([]);
  });

  test('is asked for a new token when the old one is about to end', async () => {
    const sheet = await startWithSheet();
    await bot.say('/export quotes sheet 삼성전자');
    await bot.clock.advance(3_540_000);
    await bot.say('/export quotes sheet 삼성전자');
    expect(sheet.requests.filter((request) => request === 'POST /token')).toHaveLength(2);
    expect(sheet.violations).toEqual([]);
  });

  test.each([
    [{ on: 'token', status: 400 }, '키를 받아 주지 않았습니다'],
    [{ on: 'sheets', status: 401 }, '키를 받아 주지 않았습니다'],
    [{ on: 'sheets', status: 403 }, '시트를 hoga@project.iam.gserviceaccount.com에 편집자로 공유해 주세요'],
    [{ on: 'sheets', status: 403, reason: 'SERVICE_DISABLED' }, 'Google Sheets API를 켜 주세요'],
    [{ on: 'sheets', status: 404 }, 'GOOGLE_SHEETS_ID에 적어'],
    [{ on: 'sheets', status: 429 }, '1분 뒤에'],
    [{ on: 'sheets', status: 503 }, '잠시 뒤에'],
  ] as const)('that refuses with %o says what helps, in one sentence', async (refusal, sentence) => {
    const sheet = await startWithSheet();
    sheet.refusal = refusal;
    expect(await bot.say('/export quotes sheet 삼성전자')).toContain(sentence);
    sheet.refusal = undefined;
    expect(await bot.say('/export quotes sheet 삼성전자')).toContain('1행을 썼습니다');
  });

  test('whose key cannot be read is a sentence', async () => {
    const key = join(folder, 'key.json');
    const text = '-----BEGIN PRIVATE KEY-----\ncanarycanarycanary\n-----END PRIVATE KEY-----\n';
    writeFileSync(key, JSON.stringify({ client_email: 'hoga@x.iam.gserviceaccount.com', private_key: text }));
    await start({ env: { GOOGLE_SHEETS_ID: '1AbCdEfGhIjKlMnOpQrStUvWxYz', GOOGLE_SERVICE_ACCOUNT_JSON: key } });
    expect(await bot.say('/export quotes sheet 삼성전자')).toContain('키 파일을 새로 받아');
    expect(bot.logs.join('\n')).not.toContain('canary');
  });

  test('that nobody answers for is a sentence too', async () => {
    const sheet = await startWithSheet();
    await sheet.stop();
    expect(await bot.say('/export quotes sheet 삼성전자')).toContain('구글 시트에 쓰지 못했습니다');
    google = undefined;
  });

  test('leaves neither key nor token in logs or chats', async () => {
    const sheet = await startWithSheet();
    await bot.say('/export quotes sheet 삼성전자');
    sheet.refusal = { on: 'sheets', status: 500 };
    await bot.say('/export quotes sheet 삼성전자');
    const said = [...bot.logs, ...bot.shown()].join('\n');
    expect(said).not.toContain(sheet.accessToken);
    for (const line of sheet.privateKey.split('\n').filter(({ length }) => length > 20))
      expect(said).not.toContain(line);
  });
});
