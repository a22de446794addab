import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { SeededRandom } from '../chaos/scenario/random.ts';
import { eventually } from '../support/clock.ts';
import { startTelegram } from '../support/telegram/telegram.ts';

const program = fileURLToPath(new URL('./outbox-process.ts', import.meta.url));
const total = 300;
const chatCount = 20;
const kills = 3;
/** So many seconds of the outbox go by in one of ours. */
const speed = 8;
/** On a busy machine a process takes its time to start. */
const patienceMs = 60_000;

test('three hundred notices arrive through three real kills: each, in order per chat', async () => {
  const random = new SeededRandom(5);
  const folder = mkdtempSync(join(tmpdir(), 'hoga-kill-'));
  const telegram = await startTelegram(systemClock);
  onTestFinished(async () => {
    await telegram.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `sqlite:${join(folder, 'hoga.db')}`;
  const ledger = await openLedger({ url });
  onTestFinished(() => ledger.close());
  const epoch = systemClock.now();
  const chats = Array.from({ length: chatCount }, (_, index) => 100 + index);
  const wanted = new Map<number, string[]>(chats.map((chat) => [chat, []]));
  for (let number = 1; number <= total; number += 1) {
    const chat = random.pick(chats) ?? 100;
    await ledger.enqueue(
      { address: { channel: 'telegram', chatId: String(chat) }, body: { lines: [`체결 ${number}`] } },
      epoch,
    );
    wanted.get(chat)?.push(`체결 ${number}`);
  }
  const shown = (): number => chats.reduce((sum, chat) => sum + telegram.messages(chat).length, 0);
  const launch = () => {
    const args = [program, url, telegram.apiRoot, telegram.token, String(speed), String(epoch)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return { child, dead: once(child, 'exit') };
  };

  let repeatable = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    // One message is shown whose answer never comes, and the power goes while it is waited for.
    const skip = random.between(20, 70);
    telegram.fail('sendMessage', { silence: 'hang', after: true, skip });
    const until = shown() + skip + random.between(2, 12);
    const { child, dead } = launch();
    await eventually(`kill ${kill}`, () => shown() >= until, patienceMs);
    child.kill('SIGKILL');
    await dead;
    // What was shown and not noted as sent will be shown again: that one, and what was on its way at that moment.
    repeatable += shown() - repeatable - (total - (await ledger.outboxPending()));
  }
  const last = launch();
  await eventually('all sent', async () => (await ledger.outboxPending()) === 0, patienceMs);
  last.child.kill('SIGKILL');
  await last.dead;

  let repeated = 0;
  for (const chat of chats) {
    const texts = telegram.messages(chat).map(({ text }) => text);
    const once = texts.filter((text, index) => text !== texts[index - 1]);
    expect(once, `chat ${chat}`).toEqual(wanted.get(chat));
    expect(texts.length - once.length, `repeated in chat ${chat}`).toBeLessThanOrEqual(kills);
    repeated += texts.length - once.length;
  }
  expect(repeated).toBeGreaterThanOrEqual(kills);
  expect(repeated).toBe(repeatable);
  expect(telegram.violations).toEqual([]);
}, 120_000);
