import { leadingPage, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import {
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  oneOf,
  optional,
  shorten,
} from '../../src/chat/command.ts';
import { AppError } from '../../src/errors.ts';
import type { KnownPerson } from '../../src/services/people.ts';

const action = oneOf('action', { add: ['추가'], remove: ['삭제'] }, 'args.who-action');
const role = oneOf('role', { viewer: ['조회'], trader: ['거래'], owner: ['소유자'] }, 'args.role');
/** Every word is meant for this argument, so that a wrong word is an error and not taken for an identity. */
const always = (): boolean => true;

/** One person's identities: `telegram:123`, `telegram:123+discord:456`. */
const identities: ArgumentKind<readonly [string, ...string[]]> = {
  name: 'identity',
  optional: false,
  read([token = '']) {
    const [first = '', ...others] = token.toLowerCase().split('+');
    const wrong = [first, ...others].find((identity) => !/^(?:telegram|discord):\d{1,20}$/.test(identity));
    if (wrong !== undefined) throw new AppError('args.identity', { text: shorten(token) });
    return { value: [first, ...others], used: 1 };
  },
};

export const who = defineCommand({
  name: 'who',
  section: 'rest',
  aliases: ['누구', '사람'],
  role: 'owner',
  effect: 'change',
  args: {
    page: optional(leadingPage),
    action: optional(action, always),
    identities: optional(identities),
    role: optional(role, always),
  },
  examples: [
    '/who add telegram:123 trader',
    '/who add telegram:123+discord:456 owner',
    '/who remove telegram:123',
    '/who',
  ],
  async run(context, { page, action, identities: named, role }): Promise<Message> {
    const { words, people, person: by } = context;
    if (action === undefined) return list(context, page);
    if (page !== undefined) throw new AppError('args.extra', { text: String(page) });
    if (named === undefined) throw new AppError('args.missing', { argument: 'identity' });
    if (action === 'add') {
      if (role === undefined) throw new AppError('args.missing', { argument: 'role' });
      const known = await people.assign(named, role, by);
      return { lines: [words.people.added(known.identities.join(' + '), words.role[role])] };
    }
    if (role !== undefined) throw new AppError('args.extra', { text: role });
    return remove(context, named);
  },
});

function list(context: CommandContext, at: number | undefined): Message {
  const { words, people, person } = context;
  const page = pageOf(words, people.list(person), at, '/who');
  const title: Line = [{ bold: words.people.title }, ...(page.label === '' ? [] : [` ${page.label}`])];
  return { lines: [title, ...page.rows.map((known) => personLine(context, known))], buttons: page.buttons };
}

async function remove(
  { words, people, alerts, person: by }: CommandContext,
  named: readonly string[],
): Promise<Message> {
  for (const gone of await people.remove(named, by)) {
    // The alerts of a removed person are removed too.
    for (const { id } of alerts.list(gone.id)) await alerts.remove(id, gone.id);
  }
  return { lines: [words.people.removed(named.join(' + '))] };
}

function personLine({ words }: CommandContext, { person, identities: own, from }: KnownPerson): Line {
  const { from: origin } = words.people;
  const where = from === 'terminal' || from === 'chat' ? origin[from] : origin.settings(from);
  return [{ bold: words.role[person.role] }, ' ', { code: own.join(' + ') }, ` · ${where}`];
}
