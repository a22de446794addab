import { argv } from 'node:process';
import { TelegramChannel } from '../../src/channels/telegram/telegram.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import { type Clock, sleepOn, systemClock } from '../../src/clock.ts';
import { languages } from '../../src/i18n/index.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { openLedger } from '../../src/store/ledger.ts';

// A process of its own that sends what waits in the ledger's file to a Telegram, and lives until it is killed. Time goes
// by so many times as fast in it, from a moment that all such processes share: the pace that Telegram asks for would
// take a minute of everybody's.
const [, , url = '', apiRoot = '', token = '', speed = '1', epoch = '0'] = argv;
const now = (): number => Number(epoch) + (systemClock.now() - Number(epoch)) * Number(speed);
const fastClock: Clock = {
  now,
  timer: (delayMs, callback) => systemClock.timer(delayMs / Number(speed), callback),
  sleep: (delayMs, signal) => sleepOn(fastClock, delayMs, signal),
};
const redactor = createRedactor([]);
const log = createLog({ level: 'silent', redactor });
const ledger = await openLedger({ url });
const telegram = new TelegramChannel({
  token: new Secret(token),
  apiRoot,
  commands: [],
  words: languages.ko,
  clock: fastClock,
  log,
});
const outbox = new Outbox({
  ledger,
  channels: new Map([[telegram.name, telegram]]),
  clock: fastClock,
  log,
  messageHeader: { venue: 'live', redactor, wordsAt: () => languages.ko },
});
const nobody = {
  people: () => [],
  onPeopleChange: () => undefined,
  chatMoved: async () => undefined,
  hasSeveralAccounts: () => false,
  notAlone: () => undefined,
};
await telegram.start(
  async () => undefined,
  () => [],
  nobody,
);
outbox.flush();
