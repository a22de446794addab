import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { ConsoleChannel } from '../../../src/channels/console/console.ts';
import { eventually, JumpClock } from '../../support/clock.ts';

test('at the terminal an edit is a line, and leaves the buttons of what somebody is looking at', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let printed = '';
  output.on('data', (chunk) => (printed += String(chunk)));
  const terminal = new ConsoleChannel({
    input,
    output,
    clock: new JumpClock(),
    identity: 'console:local',
    settled: async () => undefined,
    ended: () => undefined,
  });
  const started: string[] = [];
  await terminal.start(async ({ input: typed }) => void started.push(JSON.stringify(typed)));
  await terminal.send('local', { lines: ['주문표'], buttons: [[{ id: 'confirm:1', label: '확인' }]] });
  const card = {
    lines: ['일부 체결', '삼성전자 매수 10주', '체결 4주 / 10주'],
    buttons: [[{ id: 'run:/x', label: '취소' }]],
  };
  await terminal.edit('local', '', card, true);
  expect(printed).toContain('일부 체결 · 삼성전자 매수 10주 · 체결 4주 / 10주\n');
  expect(printed).not.toContain('[1] 취소');
  input.write('1\n');
  await eventually('pressed', () => started.includes('{"kind":"press","button":"confirm:1"}'));
  await terminal.stop();
});

test('what is typed at one terminal is never taken for what was typed at another, or before a restart', async () => {
  const ids: string[] = [];
  for (let start = 0; start < 2; start += 1) {
    const input = new PassThrough();
    const ended = new Promise<void>((resolve) => {
      const terminal = new ConsoleChannel({
        input,
        output: new PassThrough(),
        clock: new JumpClock(),
        identity: 'console:local',
        settled: async () => undefined,
        ended: resolve,
      });
      void terminal.start(async ({ id }) => void ids.push(id));
    });
    input.end('/price 005930\n/price 005930\n');
    await ended;
  }
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});
