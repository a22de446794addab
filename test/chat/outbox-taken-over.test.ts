import { expect, test } from 'vitest';
import { address, elsewhere, gate, openOutboxStand, reset } from '../support/outbox-stand.ts';

const again = '보내던 서버가 멈춰 다시 보냅니다';

test('what a process that died may have sent says so when it is sent again, and nothing else does', async () => {
  const stand = await openOutboxStand();
  const dying = stand.start();
  await dying.open('console', 'one 1');
  const sending = gate();
  stand.send = () => sending.passed;
  await stand.say(dying, '체결 10주');
  await stand.say(dying, '체결 20주');
  stand.send = async () => undefined;
  const next = stand.start();
  await next.open('console', 'two 2');
  await stand.say(next, '다른 대화', { address: elsewhere });
  await next.settled();
  expect(stand.attempts.map((text) => [text.includes('체결 10주'), text.includes(again)])).toEqual([
    [true, false],
    [true, true],
    [false, false],
    [false, false],
  ]);
  sending.open();
});

test('what waits after a process that ended properly was not sent', async () => {
  const stand = await openOutboxStand();
  const ending = stand.start();
  await ending.open('console', 'one 1');
  await ending.stop();
  await stand.ledger.enqueue({ address, body: { lines: ['체결 10주'] } }, stand.clock.now());
  const next = stand.start();
  await next.open('console', 'two 2');
  next.flush();
  await next.settled();
  expect(stand.attempts).toEqual(['1 체결 10주']);
});

test('a process that ends after another has taken over does not end that one', async () => {
  const stand = await openOutboxStand();
  const [late, next] = [stand.start(), stand.start()];
  await late.open('console', 'one 1');
  await next.open('console', 'two 2');
  await late.stop();
  expect(await stand.ledger.beginSending('console', 'three 3')).toBe(false);
});

test.each([
  ['shown', async () => undefined],
  ['shown or not, of which nobody hears', () => Promise.reject(reset())],
])(
  'an edit of a process that was held up, %s after newer ones, is followed by the newest once more',
  async (_, end) => {
    const stand = await openOutboxStand();
    let told = 0;
    const late = stand.start([{}], () => {
      told += 1;
    });
    await late.open('console', 'one 1');
    await stand.say(late, 'ticket', { key: 'ticket' });
    const sending = gate();
    stand.send = () => sending.passed.then(end);
    await stand.say(late, 'accepted', { edits: 'ticket' });
    stand.send = async () => undefined;
    const next = stand.start();
    await next.open('console', 'two 2');
    await stand.say(next, 'filled', { edits: 'ticket' });
    await next.settled();
    const stopped = late.stop();
    sending.open();
    await stopped;
    expect([stand.attempts.splice(0), told]).toEqual([['1 ticket', '1 accepted', '1 filled'], 1]);
    next.flushOwn();
    await next.settled();
    expect(stand.attempts).toEqual(['1 filled']);
    expect(await stand.ledger.outboxPending()).toBe(0);
  },
);
