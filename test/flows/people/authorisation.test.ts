import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import type { Incoming } from '../../../src/chat/channel.ts';
import type { AnyCommand } from '../../../src/chat/command.ts';
import { buttonVerbs } from '../../../src/chat/router/router.ts';
import type { Role } from '../../../src/domain/people/person.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

/** Somebody of each role, and somebody of none. */
const identities = { owner: 'telegram:1', trader: 'telegram:2', viewer: 'telegram:3', stranger: 'telegram:9' } as const;
type Who = keyof typeof identities;
const mayUse: Readonly<Record<Role, readonly Who[]>> = {
  viewer: ['viewer', 'trader', 'owner'],
  trader: ['trader', 'owner'],
  owner: ['owner'],
};

let ran: string[] = [];
/** The bot's own commands, noting what of them was run. */
const watched: readonly AnyCommand[] = commands.map((command) => {
  const note = <F extends (...args: never[]) => unknown>(part: string, run: F): F =>
    ((...args: Parameters<F>) => {
      ran.push(`${command.name} ${part}`);
      return run(...args);
    }) as F;
  return 'prepare' in command
    ? { ...command, prepare: note('prepare', command.prepare), execute: note('execute', command.execute) }
    : { ...command, run: note('run', command.run) };
});

let bot: Harness;
const start = async (): Promise<void> => {
  bot = await startHarness({
    commands: watched,
    env: { HOGA_OWNERS: identities.owner, HOGA_TRADERS: identities.trader, HOGA_VIEWERS: identities.viewer },
  });
  ran = [];
};
const stop = (): Promise<void> => bot.stop();

const tell = async (who: Who, text: string): Promise<void> => {
  await bot.hand({ kind: 'text', text }, identities[who]);
  await bot.settled();
};
const press = async (who: Who, button: string): Promise<void> => {
  await bot.hand({ kind: 'press', button }, identities[who]);
  await bot.settled();
};
const newest = (): string => bot.shown().at(-1) ?? '';
const everybody = Object.keys(identities) as Who[];

/** A line that is understood as far as the gate: what comes after it is not asked here. */
const lineOf = (command: AnyCommand): string => command.examples[0];

/** Every way to name a command: typed, or by a button. Tickets, which name none, have tests of their own below. */
type Way = Exclude<Incoming['input']['kind'], 'press'> | Exclude<(typeof buttonVerbs)[number], TicketVerb>;
type TicketVerb = 'confirm' | 'drop' | 'instead';

/**
 * What each way into the bot must refuse. A kind of input, or a verb of a button, that is not listed here does not
 * compile; one that is listed and not refused fails.
 */
const ways: Readonly<Record<Way, (who: Who, command: AnyCommand) => Promise<void>>> = {
  text: (who, command) => tell(who, lineOf(command)),
  run: (who, command) => press(who, `run:${lineOf(command)}`),
  show: (who, command) => press(who, `show:0a1b2c3d:${lineOf(command)}`),
  ask: (who, command) => press(who, `ask:/${command.name}`),
};

const cases = commands.flatMap((command) =>
  (Object.keys(ways) as Way[]).map((kind) => ({ name: command.name, kind, command })),
);

describe('the gate', () => {
  beforeEach(start);
  afterEach(stop);

  test.each(cases)('/$name by $kind runs for those of its role and nobody else', async ({ kind, command }) => {
    for (const who of everybody) {
      ran = [];
      const before = bot.shown().length;
      await ways[kind](who, command);
      if (mayUse[command.role].includes(who)) {
        // What the venue or the risk limits say of it is another matter: it got that far.
        expect(newest()).not.toMatch(/권한이 있어야|등록된 사람만/);
        continue;
      }
      expect(ran, `${who} ran /${command.name}`).toEqual([]);
      if (who === 'stranger') expect(bot.shown().slice(before).join()).not.toMatch(/[0-9]원/);
      else expect(newest()).toContain('권한이 있어야 합니다');
    }
  });

  test('every command names a role', () => {
    for (const { name, role } of commands) expect(Object.keys(mayUse), name).toContain(role);
  });

  test('a stranger is answered once, whatever is tried, and nothing is run', async () => {
    const before = bot.shown().length;
    for (const command of commands) {
      await tell('stranger', lineOf(command));
      await press('stranger', `run:${lineOf(command)}`);
    }
    expect(ran).toEqual([]);
    expect(bot.shown().slice(before)).toHaveLength(1);
    expect(newest()).toContain('등록된 사람만');
  });
});

describe('suggestions', () => {
  // What is suggested changes nothing in a bot.
  beforeAll(start);
  afterAll(stop);

  test.each(
    commands.flatMap((command) =>
      Object.keys(command.args).map((argument) => ({ name: command.name, argument, command })),
    ),
  )('of /$name $argument are for those of its role', ({ command, argument }) => {
    for (const who of everybody) {
      const found = bot.suggest({ identity: identities[who], command: command.name, argument, text: '삼성' });
      const issues = ['instrument', 'instruments'].includes(command.args[argument]?.name ?? '');
      if (issues && mayUse[command.role].includes(who)) expect(found.length).toBeGreaterThan(0);
      else expect(found, who).toEqual([]);
    }
  });
});

describe('a ticket', () => {
  beforeEach(start);
  afterEach(stop);

  const ticketVerbs = buttonVerbs.filter((verb): verb is TicketVerb => !(verb in ways));
  const makeTicket = async (): Promise<string> => {
    await tell('trader', '/buy 005930 1 69000');
    const confirm = bot.button('확인');
    ran = [];
    return confirm.replace('confirm:', '');
  };
  const suffix: Readonly<Record<TicketVerb, string>> = {
    confirm: '',
    drop: '',
    instead: ':/buy 005930 1 69100',
  };

  test.each(ticketVerbs)('%s is for the person it was made for', async (verb) => {
    const id = await makeTicket();
    for (const who of ['owner', 'viewer', 'stranger'] as const) {
      await press(who, `${verb}:${id}${suffix[verb]}`);
      expect(ran, who).toEqual([]);
      if (who !== 'stranger') expect(newest()).toContain('만든 사람만');
    }
    // It still stands for whom it was made.
    await press('trader', `confirm:${id}`);
    expect(ran).toEqual(['buy execute']);
  });

  test.each(ticketVerbs)('%s passes the gate again: whoever may not any more, may not', async (verb) => {
    await tell('owner', '/who add telegram:5 trader');
    await bot.hand({ kind: 'text', text: '/buy 005930 1 69000' }, 'telegram:5');
    await bot.settled();
    const id = bot.button('확인').replace('confirm:', '');
    await tell('owner', '/who add telegram:5 viewer');
    ran = [];
    await bot.hand({ kind: 'press', button: `${verb}:${id}${suffix[verb]}` }, 'telegram:5');
    await bot.settled();
    expect(ran).toEqual([]);
    expect(newest()).toContain('권한이 있어야 합니다');
    expect(bot.simulator.state().orders).toHaveLength(0);
  });

  test('a verb that nobody knows does nothing', async () => {
    const id = await makeTicket();
    await press('trader', `approve:${id}`);
    expect(newest()).toContain('더 쓸 수 없습니다');
    expect(ran).toEqual([]);
  });
});
