import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { commands } from '../../commands/index.ts';
import { DiscordChannel } from '../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import type { Channel } from '../../src/chat/channel.ts';
import type { Environ } from '../../src/config.ts';
import { languages } from '../../src/i18n/index.ts';
import type { Log } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { startAccounts } from '../flows/accounts/start-accounts.ts';
import { eventually, JumpClock } from './clock.ts';
import { type DiscordMessage, type DiscordStandIn, ownChatOf, startDiscord } from './discord/discord.ts';
import { type Harness, type HarnessOptions, startHarness } from './harness.ts';
import { startTelegram, type TelegramMessage } from './telegram/telegram.ts';

// Draws the papers' pictures into test/pictures, with Debian's chromium and Korean fonts: `node test/support/picture.ts`,
// or only those that are named after it.
// What they show is what the bot said to stand-ins of the platforms, against the simulator.

const font = `'Noto Sans CJK KR', 'Noto Color Emoji', sans-serif`;
const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const telegramStyle = `
  body { margin: 0; padding: 10px; width: 370px; background: #cfdfe9; font: 15px/1.4 ${font}; }
  img { display: block; width: 328px; border-radius: 10px; margin: 2px -4px 6px; }
  .row { display: flex; margin: 6px 0; flex-direction: column; align-items: flex-start; }
  .mine { align-items: flex-end; }
  .bubble { background: #fff; border-radius: 14px; padding: 7px 11px; max-width: 330px; white-space: pre-wrap; overflow-wrap: anywhere; word-break: keep-all; }
  .mine .bubble { background: #e3fcd0; }
  code { color: #2f6ea5; font: 13px/1.5 'Noto Sans Mono CJK KR', monospace; white-space: pre-wrap; }
  .keys { display: grid; gap: 4px; width: 342px; margin-top: 4px; }
  .keys div { display: grid; grid-auto-flow: column; gap: 4px; grid-auto-columns: 1fr; }
  .keys span { background: #7d9cb0cc; color: #fff; border-radius: 8px; text-align: center; padding: 6px; }
`;
const discordStyle = `
  body { margin: 0; padding: 10px; width: 370px; background: #313338; color: #dbdee1; font: 15px/1.4 ${font}; }
  .mine { color: #949ba4; font-size: 13px; margin: 12px 0 2px; }
  .mine b { color: #c9cdfb; font-weight: 500; }
  .embed { background: #2b2d31; border-left: 4px solid; border-radius: 4px; padding: 8px 12px; max-width: 340px; white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; }
  .embed b { color: #f2f3f5; }
  .embed code { background: #1e1f22; border-radius: 3px; padding: 0 3px; font: 13px/1.4 'Noto Sans Mono CJK KR', monospace; white-space: pre-wrap; }
  .keys { display: flex; flex-wrap: wrap; gap: 6px; margin: 2px 0 4px; }
  .keys span { background: #4e5058; color: #fff; border-radius: 4px; padding: 5px 14px; font-size: 14px; }
  .only { color: #949ba4; font-size: 12px; }
`;
const terminalStyle = `
  body { margin: 0; padding: 12px 14px; width: 372px; background: #16181d; color: #d5d8df; }
  pre { margin: 0; font: 12.5px/1.45 'Noto Sans Mono CJK KR', ${font}; white-space: pre-wrap; overflow-wrap: anywhere; }
  .typed { color: #7fd1a0; }
`;

const folder = mkdtempSync(join(tmpdir(), 'hoga-pictures-'));

/** Higher than any of the pictures. */
const mostHeight = 4_000;
/** What is left below the last of it. */
const marginBelow = 10;

/** A phone's width, and as high as what is on it. */
function draw(name: string, style: string, body: string): void {
  const page = join(folder, `${name}.html`);
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><style>${style}</style><body>${body}</body>`);
  const png = join(import.meta.dirname, '..', 'pictures', `${name}.png`);
  // Without a budget of time the picture may be taken before the photos in it are there.
  const flags = [
    '--virtual-time-budget=5000',
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--force-device-scale-factor=1',
  ];
  execFileSync('chromium', [...flags, `--window-size=392,${mostHeight}`, `--screenshot=${png}`, `file://${page}`], {
    stdio: 'ignore',
  });
  writeFileSync(png, PNG.sync.write(withoutEmptyEnd(PNG.sync.read(readFileSync(png)))));
}

/** Without the rows at the end that are of one colour, but for a margin. */
function withoutEmptyEnd(picture: PNG): PNG {
  const { width, height, data } = picture;
  const pixel = (at: number): number => data.readUInt32BE(at * 4);
  const empty = pixel(width * height - 1);
  let last = width * height - 1;
  while (last > 0 && pixel(last) === empty) last -= 1;
  const rows = Math.min(height, Math.ceil(last / width) + marginBelow);
  const cropped = new PNG({ width, height: rows });
  PNG.bitblt(picture, cropped, 0, 0, width, rows, 0, 0);
  return cropped;
}

type Start = (options: HarnessOptions & { readonly env?: Environ }) => Promise<Harness>;

async function botWith(
  clock: JumpClock,
  owner: string,
  start: Start,
  channel: (log: Log) => Channel,
): Promise<Harness> {
  return start({ clock, env: { HOGA_OWNERS: owner }, channels: ({ log }) => [channel(log)] });
}

/** Three accounts: for two of them the bot takes the simulator for a live host, as far as it can tell. */
const withThreeAccounts: Start = ({ env, ...options }) => {
  const host = 'https://kis.example:9443';
  const others = [
    { name: 'isa', product: '22', settings: { TITLE: '연금', REST_URL: host } },
    { name: 'practice', settings: { TITLE: '연습' } },
  ];
  const live = { KIS_ENV: 'live', HOGA_LIVE_TRADING: 'yes', KIS_MAIN_TITLE: '주거래' };
  const own = { KIS_APP_KEY: 'key-of-main-000000000000000000000', KIS_APP_SECRET: `secret-of-main-${'0'.repeat(30)}` };
  return startAccounts(others, { ...options, host, env: { ...env, ...live, ...own, KIS_ACCOUNT: '50000000-01' } });
};

/** What is done in a chat for a picture. */
interface TelegramScene {
  readonly bot: Harness;
  /** Types a line and waits for the answer. */
  ask(line: string, answer: string): Promise<void>;
  /** The same, and neither is seen. */
  quietly(line: string, answer: string): Promise<void>;
  /** Shows a line as one that was typed. */
  note(line: string): void;
  /** Presses a button, which is not seen. */
  press(label: string): void;
  /** Waits for what the bot says of itself. */
  told(answer: string): Promise<void>;
}

async function drawTelegram(
  name: string,
  play: (scene: TelegramScene) => Promise<void>,
  start: Start = startHarness,
  clock = new JumpClock(),
): Promise<void> {
  const telegram = await startTelegram(clock);
  const owner = 111;
  const rows: string[] = [];
  const { token, apiRoot } = telegram;
  const bot = await botWith(
    clock,
    `telegram:${owner}`,
    start,
    (log) => new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: languages.ko }),
  );
  const theirs = ({ html, keyboard, file }: TelegramMessage): void => {
    const keys = keyboard
      .map((row) => `<div>${row.map(({ text }) => `<span>${escapeHtml(text)}</span>`).join('')}</div>`)
      .join('');
    const buttons = keys === '' ? '' : `<div class="keys">${keys}</div>`;
    const photo =
      file?.kind === 'photo' ? `<img src="data:image/png;base64,${file.data.toString('base64')}" alt="">` : '';
    rows.push(`<div class="row"><div class="bubble">${photo}${html}</div>${buttons}</div>`);
  };
  const told = async (answer: string): Promise<void> => theirs({ ...(await telegram.told(owner, answer)) });
  const note = (line: string): void =>
    void rows.push(`<div class="row mine"><div class="bubble">${escapeHtml(line)}</div></div>`);
  await telegram.told(owner, '시작했습니다');
  await play({
    bot,
    told,
    ask: async (line, answer) => {
      note(line);
      telegram.say(owner, line);
      await told(answer);
    },
    note,
    quietly: async (line, answer) => {
      telegram.say(owner, line);
      await telegram.told(owner, answer);
    },
    press: (label) => void telegram.press(owner, label),
  });
  await bot.stop();
  await telegram.stop();
  draw(name, telegramStyle, rows.join(''));
}

const drawTrade = (): Promise<void> =>
  drawTelegram('telegram', async ({ bot, ask, press, told }) => {
    await ask('/price 삼성전자', '시가/고가/저가');
    await ask('/buy 삼성전자 10 70000', '주문표');
    press('확인');
    await told('체결 완료');
    await told('체결 삼성전자');
    await ask('/alert 삼성전자 >= 71000', '알림을 만들었습니다');
    bot.simulator.setPrice('005930', 71_100);
    await told('🔔');
  });

/** Prices after some hours; the simulator's stand still while its clock does. */
const aDay: readonly (readonly [symbol: string, price: number])[] = [
  ['005930', 70_400],
  ['000660', 195_500],
  ['373220', 377_500],
  ['207940', 1_009_000],
  ['005380', 243_500],
  ['005935', 57_000],
  ['000270', 104_100],
  ['068270', 179_300],
  ['105560', 96_100],
  ['035420', 208_000],
  ['086520', 73_300],
];

const drawFirst = (): Promise<void> =>
  drawTelegram('telegram-start', async ({ ask }) => {
    await ask('/start', '이렇게 써 보세요');
    await ask('/설정', '방해 금지');
  });

const drawLooks = (): Promise<void> =>
  drawTelegram('telegram-look', async ({ bot, ask }) => {
    for (const [symbol, price] of aDay) bot.simulator.setPrice(symbol, price);
    await ask('삼성전자 호가', '합계');
    await ask('거래대금 순위', '순위');
    await ask('에코프로 차트', '일봉');
  });

/** Reports: the venue keeps the exchange's hours, and something is held. */
const withHours: Start = (options) => {
  const holdings = [
    { symbol: '005930', quantity: 120, averageCost: 68_300 },
    { symbol: '000660', quantity: 30, averageCost: 188_000 },
    { symbol: '068270', quantity: 25, averageCost: 185_500 },
    { symbol: '105560', quantity: 40, averageCost: 91_200 },
  ];
  return startHarness({ ...options, simulator: { ...options.simulator, hours: 'live', holdings } });
};
const korea = (moment: string): JumpClock => new JumpClock(Date.parse(`2026-11-30T${moment}+09:00`));
const inKorea = (moment: string, { bot }: TelegramScene): Promise<void> =>
  bot.clock.advance(Date.parse(`2026-11-30T${moment}+09:00`) - bot.clock.now());

const drawMorning = (): Promise<void> =>
  drawTelegram(
    'telegram-digest-morning',
    async (scene) => {
      const { bot, ask, quietly, told } = scene;
      await quietly('/watch add 카카오 NAVER', '관심종목');
      await quietly('/alert 삼성전자 >= 75000', '알림을 만들었습니다');
      await quietly('/alert 카카오 -3%', '알림을 만들었습니다');
      await ask('/요약 켬', '거래일마다 받는 요약');
      await inKorea('08:30:01', scene);
      await bot.fire('digests');
      await told('아침 요약');
    },
    withHours,
    korea('08:20:00'),
  );

const drawClose = (): Promise<void> =>
  drawTelegram(
    'telegram-digest-close',
    async (scene) => {
      const { bot, quietly, told } = scene;
      await quietly('/watch add 카카오 NAVER', '관심종목');
      await quietly('/digest on', '거래일마다 받는 요약');
      await quietly('/sell 셀트리온 10 시장가', '매도 주문표');
      scene.press('확인');
      await bot.clock.advance(1_000);
      for (const [symbol, price] of aDay) bot.simulator.setPrice(symbol, price);
      await inKorea('15:45:01', scene);
      await bot.fire('digests');
      await told('다음 거래일');
    },
    withHours,
    korea('10:30:00'),
  );

const drawMonitor = (): Promise<void> =>
  drawTelegram(
    'telegram-monitor',
    async (scene) => {
      const { bot, quietly, told, note } = scene;
      note('/모니터 삼성전자 SK하이닉스 셀트리온 5분');
      await quietly('/모니터 삼성전자 SK하이닉스 셀트리온 5분', '5분 모니터');
      await quietly('/buy 삼성전자 20 시장가', '매수 주문표');
      scene.press('확인');
      for (const [symbol, price] of aDay) bot.simulator.setPrice(symbol, price);
      await inKorea('10:35:01', scene);
      await bot.fire('monitors');
      await told('· 10:35');
    },
    withHours,
    korea('10:30:00'),
  );

/** Discord's markdown, as far as the bot uses it. */
function markdownHtml(markdown: string): string {
  return escapeHtml(markdown)
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([\s\S]+?)\*\*/g, '<b>$1</b>')
    .replaceAll(/\\(.)/g, '$1');
}

/** What is used in a server or a chat for a picture. */
interface DiscordScene {
  readonly bot: Harness;
  readonly discord: DiscordStandIn;
  readonly owner: string;
  /** What is seen of a use, the use, and a piece of its answer. */
  ask(shown: string, use: () => unknown, answer: string): Promise<void>;
  /** Waits for what the bot says of itself. */
  told(answer: string): Promise<void>;
}

async function drawDiscord(
  name: string,
  play: (scene: DiscordScene) => Promise<void>,
  start: Start = startHarness,
): Promise<void> {
  const clock = new JumpClock();
  const discord = await startDiscord(clock);
  const owner = '100000000000000111';
  const own = ownChatOf(owner);
  const rows: string[] = [];
  const { token, apiRoot } = discord;
  const bot = await botWith(
    clock,
    `discord:${owner}`,
    start,
    (log) =>
      new DiscordChannel({
        token: new Secret(token),
        apiRoot,
        commands,
        words: languages.ko,
        clock,
        log,
        loginPacing: async () => ({ waitForIdentify: async () => undefined }),
      }),
  );
  await eventually('connected', () => discord.gateway.connected);
  const theirs = ({ markdown, color, buttons }: DiscordMessage): void => {
    const keys = buttons.flat().map(({ label }) => `<span>${escapeHtml(label)}</span>`);
    const edge = `#${(color ?? 0x868e96).toString(16).padStart(6, '0')}`;
    rows.push(`<div class="embed" style="border-color:${edge}">${markdownHtml(markdown)}</div>`);
    if (keys.length > 0) rows.push(`<div class="keys">${keys.join('')}</div>`);
  };
  const ask = async (shown: string, use: () => unknown, answer: string): Promise<void> => {
    rows.push(`<div class="mine">↪ <b>나</b> ${escapeHtml(shown)}</div>`);
    use();
    await told(answer);
  };
  const told = async (answer: string): Promise<void> => theirs({ ...(await discord.told(own, answer)) });
  await discord.told(own, '시작했습니다');
  await play({ bot, discord, owner, ask, told });
  await bot.stop();
  await discord.stop();
  draw(name, discordStyle, rows.join(''));
}

const drawDiscordTrade = (): Promise<void> =>
  drawDiscord('discord', async ({ bot, discord, owner, ask, told }) => {
    bot.simulator.setPrice('005930', 70_400);
    const price = { instruments: '삼성전자' };
    await ask('/현재가 종목: 삼성전자', () => discord.slash(owner, 'price', price), '시가/고가/저가');
    const order = { instrument: '005930', quantity: 10, price: '70500' };
    await ask('/매수 종목: 삼성전자 수량: 10 가격: 70500', () => discord.slash(owner, 'buy', order), '매수 주문표');
    await ask('[확인]', () => discord.press(owner, '확인'), '체결 완료');
    await told('체결 삼성전자');
    bot.simulator.setPrice('005930', 71_100);
    await ask('/잔고', () => discord.slash(owner, 'balance'), '예수금');
  });

const drawDiscordAccounts = (): Promise<void> =>
  drawDiscord(
    'discord-accounts',
    async ({ discord, owner, ask, told }) => {
      const order = { instrument: '005930', quantity: 3, price: '70000', account: '@practice' };
      const use = (): string => discord.slash(owner, 'buy', order);
      await ask('/매수 종목: 삼성전자 수량: 3 가격: 70000 계좌: 연습 · 시뮬레이터', use, '매수 주문표');
      await ask('[확인]', () => discord.press(owner, '확인'), '체결 완료');
      await told('체결 삼성전자');
      await ask('/잔고 계좌: 🟠 주거래 · 실전', () => discord.slash(owner, 'balance', { account: '@main' }), '예수금');
      await ask('/잔고 계좌: 모든 계좌', () => discord.slash(owner, 'balance', { account: '@all' }), '모든 계좌');
    },
    withThreeAccounts,
  );

const drawTelegramAccounts = (): Promise<void> =>
  drawTelegram(
    'telegram-accounts',
    async ({ bot, ask, press, told }) => {
      await ask('/계좌', '쓰는 중');
      await ask('연금 계좌로 삼성전자 3주 매수', '매수 주문표');
      press('확인');
      await told('체결 완료');
      await told('체결 삼성전자');
      await bot.clock.advance(10_000);
      await ask('/잔고 전체', '모든 계좌');
    },
    withThreeAccounts,
  );

const drawDiscordLooks = (): Promise<void> =>
  drawDiscord('discord-look', async ({ discord, owner, ask }) => {
    const kakao = { instrument: '카카오' };
    await ask('/재무 종목: 카카오', () => discord.slash(owner, 'fin', kakao), '연간 재무');
    await ask('/수급 종목: 카카오', () => discord.slash(owner, 'flow', kakao), '외국인');
  });

/** How long nothing new is printed once a line is answered, with the fill that may follow. */
const quietMs = 2_500;

/** The program itself, with lines typed into it one after the other. */
async function drawTerminal(name: string, lines: readonly string[], env: Environ = {}): Promise<void> {
  const root = join(import.meta.dirname, '..', '..');
  const child = spawn(process.execPath, ['src/main.ts', '--settle', '5'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += String(chunk);
  });
  const quiet = async (): Promise<void> => {
    for (let seen = -1; seen !== output.length || output === ''; ) {
      seen = output.length;
      await new Promise((resolve) => setTimeout(resolve, quietMs));
    }
  };
  await quiet();
  // Piped lines are not echoed: they are put where a terminal would show them, before the answer to each.
  let html = escapeHtml(output.trim());
  for (const line of lines) {
    const before = output.length;
    child.stdin.write(`${line}\n`);
    await quiet();
    html += `\n\n<span class="typed">&gt; ${escapeHtml(line)}</span>\n${escapeHtml(output.slice(before).trim())}`;
  }
  child.stdin.end();
  await new Promise((resolve) => child.once('exit', resolve));
  draw(name, terminalStyle, `<pre>${html}</pre>`);
}

const drawTerminalTrade = (): Promise<void> =>
  drawTerminal('terminal', ['/price 005930', '/buy 005930 10', '1', '/balance']);

const drawTerminalAccounts = (): Promise<void> =>
  drawTerminal('terminal-accounts', ['/계좌', '연금 계좌로 삼성전자 3주 매수', '1', '/잔고 전체'], {
    HOGA_ACCOUNTS: 'main,isa,practice',
    KIS_MAIN_TITLE: '주거래',
    KIS_ISA_ENV: 'simulator',
    KIS_ISA_TITLE: '연금',
    KIS_PRACTICE_ENV: 'simulator',
    KIS_PRACTICE_SIMULATOR: 'paper',
    KIS_PRACTICE_TITLE: '연습',
    STORE_URL: `sqlite:${join(folder, 'terminal.db')}`,
  });

/** What `/chart` answers with to somebody who holds the stock, as wide as the other pictures. */
async function drawChart(): Promise<void> {
  const bot = await startHarness({
    simulator: { holdings: [{ symbol: '005930', quantity: 10, averageCost: 72_300 }] },
  });
  bot.simulator.setPrice('005930', 70_400);
  await bot.say('/alert 삼성전자 >= 75000');
  await bot.say('/chart 삼성전자');
  const photo = bot.chat().messages.at(-1)?.attachments[0];
  await bot.stop();
  writeFileSync(join(import.meta.dirname, '..', 'pictures', 'chart.png'), Buffer.from(photo?.data ?? '', 'base64'));
}

const pictures = {
  chart: drawChart,
  telegram: drawTrade,
  'telegram-start': drawFirst,
  'telegram-look': drawLooks,
  'telegram-accounts': drawTelegramAccounts,
  'telegram-digest-morning': drawMorning,
  'telegram-digest-close': drawClose,
  'telegram-monitor': drawMonitor,
  discord: drawDiscordTrade,
  'discord-look': drawDiscordLooks,
  'discord-accounts': drawDiscordAccounts,
  terminal: drawTerminalTrade,
  'terminal-accounts': drawTerminalAccounts,
};
const wanted = process.argv.slice(2);
for (const [name, drawIt] of Object.entries(pictures)) {
  if (wanted.length === 0 || wanted.includes(name)) await drawIt();
}
rmSync(folder, { recursive: true, force: true });
