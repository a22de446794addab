import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import type { AnyCommand, CommandContext } from '../../../src/chat/command.ts';
import { type Role, roleAllows } from '../../../src/domain/people/person.ts';
import { type AccountName, type Family, identities, numbers, startFamily, type Who } from './family.ts';

type Known = Exclude<Who, 'stranger'>;
const everybody: readonly Known[] = ['owner', 'trader', 'viewer'];
const accounts = Object.keys(numbers) as AccountName[];

/** The table of roles: what each may do in the bot, and in each account; undefined for not even know of it. */
const roles: Readonly<Record<Known, Readonly<Record<'bot' | AccountName, Role | undefined>>>> = {
  owner: { bot: 'owner', main: 'owner', isa: 'owner' },
  trader: { bot: 'viewer', main: undefined, isa: 'trader' },
  viewer: { bot: 'viewer', main: 'viewer', isa: undefined },
};
const may = (who: Known, where: 'bot' | AccountName, { role }: AnyCommand): boolean => {
  const own = roles[who][where];
  return own !== undefined && roleAllows(own, role);
};
const sees = (who: Known, account: AccountName): boolean => roles[who][account] !== undefined;
const allowing = (who: Known, command: AnyCommand): readonly AccountName[] =>
  accounts.filter((account) => may(who, account, command));

/** What ran: a command's part, the accounts it was given, and the one whose broker it got. */
interface Ran {
  readonly what: string;
  readonly about: readonly string[];
  readonly broker: string;
}
let ran: Ran[] = [];

function note(command: AnyCommand, part: string, context: CommandContext): void {
  const { account, broker } = context;
  const about = command.everyAccount === true ? context.accounts : account === undefined ? [] : [account];
  const names = command.account === true ? about.map(({ label }) => label.name) : [];
  ran.push({ what: `${command.name} ${part}`, about: names, broker: broker.venue.account });
}

/** The bot's commands, noting that they were run instead of doing anything; /account does what it does. */
const watched: readonly AnyCommand[] = commands.map((command): AnyCommand => {
  if ('prepare' in command) {
    return {
      ...command,
      async prepare(context) {
        note(command, 'prepare', context);
        return { plan: {}, summary: { lines: ['ticket'] }, variants: [{ label: 'other', line: command.examples[0] }] };
      },
      async execute(context) {
        note(command, 'execute', context);
        return { lines: ['done'] };
      },
    };
  }
  return {
    ...command,
    async run(context, args) {
      note(command, 'run', context);
      return command.name === 'account' ? command.run(context, args) : { lines: ['ran'] };
    },
  };
});
const accountCommands = commands.filter(({ account }) => account === true);
const ticketCommands = commands.filter((command) => 'prepare' in command);
const part = (command: AnyCommand): string => ('prepare' in command ? 'prepare' : 'run');

let hoga: Family;
/** The account as its broker calls it to people. */
let masked: Readonly<Record<AccountName, string>>;
beforeAll(async () => {
  hoga = await startFamily({ commands: watched, quick: true });
  const balance = async (account: AccountName): Promise<string> => {
    ran = [];
    await hoga.tell('owner', `/balance @${account}`);
    return ran[0]?.broker ?? '';
  };
  masked = { main: await balance('main'), isa: await balance('isa') };
});
afterAll(() => hoga.stop());
beforeEach(() => {
  ran = [];
});

/** A line that is understood as far as the gate: what comes after it is not asked here. */
const lineOf = (command: AnyCommand): string => command.examples[0];

/** Every way to ask for a command in an account. */
const ways = {
  'typed @name': (who: Known, command: AnyCommand, account: AccountName) =>
    hoga.tell(who, `${lineOf(command)} @${account}`),
  'typed @name first': (who: Known, command: AnyCommand, account: AccountName) =>
    hoga.tell(who, `@${account} ${lineOf(command)}`),
  'typed title': (who: Known, command: AnyCommand, account: AccountName) =>
    hoga.tell(who, `${lineOf(command)} ${account === 'main' ? '생활비' : '노후자금'}`),
  'button run': (who: Known, command: AnyCommand, account: AccountName) =>
    hoga.pressed(who, `run:${lineOf(command)} @${account}`),
  'button show': (who: Known, command: AnyCommand, account: AccountName) =>
    hoga.pressed(who, `show:0a1b2c3d:${lineOf(command)} @${account}`),
} as const;
type Way = keyof typeof ways;

/** Never was anything done in the account, or with its broker. */
function expectUntouched(account: AccountName, context: string): void {
  for (const { what, about, broker } of ran) {
    expect(about, `${context}: ${what}`).not.toContain(account);
    expect(broker, `${context}: ${what}`).not.toBe(masked[account]);
  }
}

test('the two accounts are told apart by their brokers', () => {
  expect(masked.main).not.toBe(masked.isa);
  expect(masked.isa).toMatch(/22$/);
});

describe('a command in an account runs for those of its role there and for nobody else', () => {
  const cases = accountCommands.flatMap((command) =>
    (Object.keys(ways) as Way[]).map((way) => ({ name: command.name, way, command })),
  );

  test.each(cases)('/$name by $way', async ({ way, command }) => {
    for (const who of everybody) {
      for (const account of accounts) {
        ran = [];
        const said = await ways[way](who, command, account);
        const context = `${who}, ${account}`;
        // Who sees one account need not name it: another's name is a word like any other, and may be one too many.
        if (!sees(who, account)) expectUntouched(account, context);
        else if (may(who, account, command)) {
          const expected = { what: `${command.name} ${part(command)}`, about: [account], broker: masked[account] };
          expect(ran, context).toEqual([expected]);
        } else {
          expect(ran, context).toEqual([]);
          expect(said, context).toContain('권한이 있어야 합니다');
        }
      }
    }
  });

  test.each(accountCommands.map((command) => ({ name: command.name, command })))(
    '/$name in the account that /account chose',
    async ({ command }) => {
      for (const who of everybody) {
        for (const account of accounts) {
          const chosen = await hoga.tell(who, `/account ${account}`);
          if (!sees(who, account)) expect(chosen, who).toMatch(/계좌는 없습니다/);
          ran = [];
          const said = await hoga.tell(who, lineOf(command));
          const context = `${who}, ${account}`;
          if (!sees(who, account)) {
            expectUntouched(account, context);
            continue;
          }
          const about = command.everyAccount === true ? allowing(who, command) : [account];
          if (about.length > 0 && about.every((each) => may(who, each, command))) {
            expect(ran, context).toEqual([
              { what: `${command.name} ${part(command)}`, about, broker: masked[account] },
            ]);
          } else {
            expect(ran, context).toEqual([]);
            expect(said, context).toContain('권한이 있어야 합니다');
          }
        }
      }
    },
  );

  test.each(
    accountCommands.filter(({ args }) => Object.keys(args).length > 0).map(({ name, role }) => ({ name, role })),
  )('/$name is asked to be completed by a button, in an account where it may be used', async ({ name }) => {
    const command = commands.find((each) => each.name === name) as AnyCommand;
    for (const who of everybody) {
      for (const account of accounts) {
        const said = await hoga.pressed(who, `ask:/${name} @${account}`);
        const context = `${who}, ${account}`;
        if (!sees(who, account)) continue;
        if (may(who, account, command)) expect(said, context).toContain(`/${name}`);
        else expect(said, context).toContain('권한이 있어야 합니다');
      }
    }
    expect(ran).toEqual([]);
  });

  test.each(
    commands
      .filter((command) => 'sum' in command && command.sum !== undefined)
      .map((command) => ({ name: command.name, command })),
  )('/$name of all accounts is of those that the person may see', async ({ command }) => {
    for (const who of everybody) {
      for (const line of [`/${command.name} all`, `/${command.name} @all`, `/${command.name} 전체`]) {
        ran = [];
        await hoga.tell(who, line);
        expect(
          ran.map(({ broker }) => broker),
          `${who} ${line}`,
        ).toEqual(allowing(who, command).map((it) => masked[it]));
      }
    }
  });
});

describe('a command about no account', () => {
  const others = commands.filter(({ account }) => account !== true);
  test.each(others.map((command) => ({ name: command.name, command })))(
    '/$name runs for those of its role in the bot, with the broker of an account they may see',
    async ({ command }) => {
      for (const who of everybody) {
        for (const line of [lineOf(command), `${lineOf(command)} @main`, `${lineOf(command)} @isa`]) {
          ran = [];
          const said = await hoga.tell(who, line);
          for (const account of accounts) if (!sees(who, account)) expectUntouched(account, `${who}: ${line}`);
          if (may(who, 'bot', command)) continue;
          expect(ran, `${who}: ${line}`).toEqual([]);
          if (line === lineOf(command)) expect(said, who).toContain('권한이 있어야 합니다');
        }
        ran = [];
        await hoga.tell(who, lineOf(command));
        expect(ran.length, who).toBe(may(who, 'bot', command) ? 1 : 0);
      }
    },
  );
});

describe('a stranger', () => {
  test('is answered once, and reaches no account', async () => {
    for (const command of commands) {
      for (const account of accounts) {
        await hoga.tell('stranger', `${lineOf(command)} @${account}`);
        await hoga.pressed('stranger', `run:${lineOf(command)} @${account}`);
      }
    }
    expect(ran).toEqual([]);
    expect(hoga.messages('stranger').length).toBeLessThanOrEqual(1);
  });
});

describe('a ticket in an account', () => {
  const ticketVerbs = ['confirm', 'drop', 'instead'] as const;
  const makeTicket = async (who: Known, command: AnyCommand, account: AccountName): Promise<string> => {
    await hoga.tell(who, `${lineOf(command)} @${account}`);
    ran = [];
    return hoga.idOf('확인').replace('confirm:', '');
  };
  const buttonOf = (verb: (typeof ticketVerbs)[number], id: string, command: AnyCommand): string =>
    verb === 'instead' ? `instead:${id}:${lineOf(command)}` : `${verb}:${id}`;
  const cases = ticketCommands.flatMap((command) =>
    accounts.map((account) => ({ name: command.name, account, command })),
  );

  test.each(cases)('of /$name in $account is pressed by nobody else', async ({ command, account }) => {
    const id = await makeTicket('owner', command, account);
    for (const who of ['trader', 'viewer', 'stranger'] as const) {
      for (const verb of ticketVerbs) {
        const said = await hoga.pressed(who, buttonOf(verb, id, command));
        expect(ran, `${who} ${verb}`).toEqual([]);
        if (who !== 'stranger') expect(said).toContain('만든 사람만');
      }
    }
    await hoga.pressed('owner', `confirm:${id}`);
    expect(ran).toEqual([{ what: `${command.name} execute`, about: [account], broker: masked[account] }]);
  });

  test.each(cases)('of /$name in $account is carried out there, whatever the chat has chosen by then', async (it) => {
    const { command, account } = it;
    const other: AccountName = account === 'main' ? 'isa' : 'main';
    const id = await makeTicket('owner', command, account);
    await hoga.tell('owner', `/account ${other}`);
    ran = [];
    await hoga.pressed('owner', buttonOf('instead', id, command));
    expect(ran).toEqual([{ what: `${command.name} prepare`, about: [account], broker: masked[account] }]);
    ran = [];
    await hoga.pressed('owner', hoga.idOf('확인'));
    expect(ran).toEqual([{ what: `${command.name} execute`, about: [account], broker: masked[account] }]);
  });
});

describe('an older ticket', () => {
  // Last, because the bot is started again with other lists of people.
  test('passes the gate again: whoever may not any more, may not, by any button', async () => {
    const tickets: { readonly command: AnyCommand; readonly button: string }[] = [];
    for (const command of ticketCommands.filter((each) => may('trader', 'isa', each))) {
      for (const verb of ['confirm:', 'drop:', 'instead:']) {
        await hoga.tell('trader', lineOf(command));
        const id = hoga.idOf('확인').replace('confirm:', '');
        tickets.push({ command, button: `${verb}${id}${verb === 'instead:' ? `:${lineOf(command)}` : ''}` });
      }
    }
    expect(tickets.length).toBeGreaterThan(9);
    const trader = `telegram:${identities.trader}`;
    for (const env of [
      { KIS_ISA_TRADERS: undefined, KIS_ISA_VIEWERS: trader },
      { KIS_ISA_TRADERS: undefined, HOGA_TRADERS: trader },
    ]) {
      await hoga.restart({ env });
      ran = [];
      for (const { command, button } of tickets) {
        const said = await hoga.pressed('trader', button);
        expect(ran, `${command.name} ${button}`).toEqual([]);
        expect(said).toMatch(/권한이 있어야 합니다|볼 수 있는 계좌가 없습니다/);
      }
    }
    await hoga.restart();
    for (const { command, button } of tickets.filter(({ button: id }) => id.startsWith('confirm:'))) {
      ran = [];
      await hoga.pressed('trader', button);
      expect(ran).toEqual([{ what: `${command.name} execute`, about: ['isa'], broker: masked.isa }]);
    }
  });
});
