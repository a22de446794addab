import { writeFileSync } from 'node:fs';
import { TelegramChannel } from '../../src/chat/telegram.ts';
import { Secret } from '../../src/secret.ts';
import { eventually, JumpClock } from './clock.ts';
import { startHarness } from './harness.ts';
import { startTelegram, type TelegramMessage } from './telegram.ts';

// Draws the README's picture: `node test/support/picture.ts chat.html`, then
// `chromium --headless --no-sandbox --window-size=390,930 --screenshot=test/pictures/telegram.png chat.html`.
// What it shows is what the bot said to the stand-in of Telegram, against the simulator.

const style = `
  body { margin: 0; padding: 10px; width: 370px; background: #cfdfe9; font: 15px/1.4 'Noto Sans CJK KR', sans-serif; }
  .row { display: flex; margin: 6px 0; flex-direction: column; align-items: flex-start; }
  .mine { align-items: flex-end; }
  .bubble { background: #fff; border-radius: 14px; padding: 7px 11px; max-width: 320px; white-space: pre-wrap; overflow-wrap: anywhere; }
  .mine .bubble { background: #e3fcd0; }
  code { color: #2f6ea5; font: inherit; }
  .keys { display: grid; gap: 4px; width: 342px; margin-top: 4px; }
  .keys div { display: grid; grid-auto-flow: column; gap: 4px; grid-auto-columns: 1fr; }
  .keys span { background: #7d9cb0cc; color: #fff; border-radius: 8px; text-align: center; padding: 6px; }
`;
const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const clock = new JumpClock();
const telegram = await startTelegram(clock);
const owner = 111;
const rows: string[] = [];
const bot = await startHarness({
  clock,
  env: { HOGA_OWNERS: `telegram:${owner}` },
  channels: ({ log }) => [
    new TelegramChannel({ token: new Secret(telegram.token), apiRoot: telegram.apiRoot, clock, log, menu: [] }),
  ],
});

const mine = (text: string): void =>
  void rows.push(`<div class="row mine"><div class="bubble">${escapeHtml(text)}</div></div>`);
const theirs = ({ html, keyboard }: TelegramMessage): void => {
  const keys = keyboard
    .map((row) => `<div>${row.map(({ text }) => `<span>${escapeHtml(text)}</span>`).join('')}</div>`)
    .join('');
  rows.push(
    `<div class="row"><div class="bubble">${html}</div>${keys === '' ? '' : `<div class="keys">${keys}</div>`}</div>`,
  );
};
const ask = async (line: string, answer: string): Promise<void> => {
  mine(line);
  telegram.say(owner, line);
  theirs({ ...(await telegram.told(owner, answer)) });
};

await telegram.told(owner, '시작했습니다');
await ask('/price 삼성전자', '시가/고가/저가');
await ask('/buy 삼성전자 10 70000', '주문표');
telegram.press(owner, '확인');
theirs({ ...(await telegram.told(owner, '접수됨')) });
theirs({ ...(await telegram.told(owner, '체결 삼성전자')) });
await ask('/alert 삼성전자 >= 71000', '알림을 만들었습니다');
bot.simulator.setPrice('005930', 71_100);
theirs({ ...(await telegram.told(owner, '🔔')) });
await eventually('said', () => rows.length > 0);
await bot.stop();
await telegram.stop();
writeFileSync(
  process.argv[2] ?? 'chat.html',
  `<!doctype html><meta charset="utf-8"><style>${style}</style><body>${rows.join('')}</body>`,
);
