import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { AnswerPrinter } from '../../../src/channels/console/answer-printer.ts';
import { localIdentity } from '../../../src/services/people.ts';
import { eventually } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

let hoga: Harness;
let json: boolean;
let [output, watched]: PassThrough[] = [];
let printer: AnswerPrinter;
beforeEach(async () => {
  json = true;
  hoga = await startHarness({
    channels: () => {
      output = new PassThrough();
      watched = new PassThrough();
      printer = new AnswerPrinter({ output, watched, json });
      // In the place of the terminal, as exec has it.
      return [printer];
    },
  });
});
afterEach(() => hoga.stop());

const written = (stream: PassThrough | undefined): string => String(stream?.read() ?? '');

/** One question as `npm start -- exec` asks it. */
async function exec(text: string): Promise<{ readonly code: number; readonly out: string; readonly progress: string }> {
  await hoga.restart({ readOnly: true });
  const asked = hoga.app().receive({
    id: '1',
    channel: 'console',
    chatId: 'local',
    identity: localIdentity,
    input: { kind: 'text', text },
    at: hoga.clock.now(),
    alone: true,
  });
  let answered = false;
  void asked.finally(() => {
    answered = true;
  });
  await eventually('an answer', async () => {
    if (!answered) await hoga.clock.advance(1_000);
    return answered || undefined;
  });
  await hoga.settled();
  const code = printer.print();
  return { code, out: written(output), progress: written(watched) };
}

const looks = commands.filter((command) => !('prepare' in command) && command.effect === undefined);

describe('--json', () => {
  test.each(looks.filter(({ name }) => name !== 'why').map(({ examples }) => examples[0]))(
    '%s is answered as data',
    async (line) => {
      const { code, out } = await exec(line);
      expect([code, JSON.parse(out)]).toEqual([0, expect.objectContaining({ ok: true, data: expect.any(Object) })]);
    },
  );

  test('a price as numbers, on one line', async () => {
    const { out } = await exec('/price 005930 000660');
    expect(out.trimEnd()).not.toContain('\n');
    const { data } = JSON.parse(out);
    expect(data).toHaveLength(2);
    expect(data[0]).toMatchObject({ symbol: '005930', name: '삼성전자', last: expect.any(Number) });
  });

  test('all rows, also those of other pages', async () => {
    const { out } = await exec('/rank 상승 2');
    const { data, text } = JSON.parse(out);
    expect(data.length).toBeGreaterThan(text.split('\n').length / 2);
    expect(data[0]).toMatchObject({ rank: 1 });
  });

  test('what failed has its code instead', async () => {
    const { code, out } = await exec('/price 없는종목');
    const failed = { ok: false, code: 'args.instrument-unknown', text: expect.any(String) };
    expect([code, JSON.parse(out)]).toEqual([2, failed]);
  });
});

describe('the exit code', () => {
  beforeEach(() => {
    json = false;
  });

  test.each([
    ['an answer', '/price 005930', 0, /삼성전자/],
    ['an unknown command', '/dance', 2, /\/dance/],
    ['an unknown issue', '/price 없는종목', 2, /없는종목/],
    ['a part of a name', '/price 삼성', 2, /삼성/],
    ['words that say too little', '삼성전자 사줘', 2, /./],
    ['an argument that is missing', '/price', 2, /\/price/],
    ['nothing', '', 2, /./],
    ['an order', '/buy 005930 1', 1, /조회만/],
    ['a change', '/halt', 1, /조회만/],
    ['an order nobody knows', '/why 999', 1, /999/],
  ] as const)('%s: %s', async (_, line, code, out) => {
    expect(await exec(line)).toMatchObject({ code, out: expect.stringMatching(out) });
  });

  test.each(['/price 005930', '/balance', '/orders'])('%s of a KIS that fails: 1', async (line) => {
    hoga.simulator.setFaults({ rules: [{ on: 'read', fault: 'http', status: 502, times: 1_000 }] });
    expect((await exec(line)).code).toBe(1);
  });

  test('what is under way is not in the answer, and shows to whoever watches', async () => {
    hoga.simulator.setFaults({ rules: [{ on: 'read', fault: 'delay', ms: 3_000, when: 'before' }] });
    const { code, out, progress } = await exec('/price 005930');
    expect([code, out]).toEqual([0, expect.stringMatching(/^\S+ 삼성전자 005930\n/)]);
    expect(progress).toContain('현재가를 가져오는 중');
  });
});
