import type { Line, Message } from '../src/chat/channel.ts';
import { type ArgumentKind, type CommandContext, defineCommand, optional, shorten } from '../src/chat/command.ts';
import type { Role } from '../src/domain/person.ts';
import { AppError } from '../src/errors.ts';
import type { KnownPerson } from '../src/services/people.ts';

const actions: Readonly<Record<string, 'add' | 'remove'>> = {
  add: 'add',
  추가: 'add',
  remove: 'remove',
  삭제: 'remove',
};
const roles: Readonly<Record<string, Role>> = {
  viewer: 'viewer',
  조회: 'viewer',
  trader: 'trader',
  거래: 'trader',
  owner: 'owner',
  소유자: 'owner',
};

/** A word out of a table; anything else is the error of that name. */
function oneOf<T>(
  name: 'action' | 'role',
  table: Readonly<Record<string, T>>,
  code: string,
): ArgumentKind<T | undefined> {
  return optional({
    name,
    optional: false,
    read([token = '']) {
      const value = Object.hasOwn(table, token.toLowerCase()) ? table[token.toLowerCase()] : undefined;
      if (value === undefined) throw new AppError(code, { text: shorten(token) });
      return { value, used: 1 };
    },
  });
}

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
  aliases: ['누구', '사람'],
  role: 'owner',
  effect: 'change',
  args: {
    action: oneOf('action', actions, 'args.who-action'),
    identities: optional(identities),
    role: oneOf('role', roles, 'args.role'),
  },
  examples: [
    '/who add telegram:123 trader',
    '/who add telegram:123+discord:456 owner',
    '/who remove telegram:123',
    '/who',
  ],
  async run(context, { action, identities: named, role }): Promise<Message> {
    const { words, people, person: by } = context;
    if (action === undefined) {
      return { lines: [[{ bold: words.people.title }], ...people.list().map((known) => personLine(context, known))] };
    }
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

async function remove(
  { words, people, alerts, person: by }: CommandContext,
  named: readonly string[],
): Promise<Message> {
  for (const gone of await people.remove(named, by)) {
    // Whoever may not ask any more is not told any more either.
    for (const { id } of alerts.list(gone.id)) await alerts.remove(id, gone.id);
  }
  return { lines: [words.people.removed(named.join(' + '))] };
}

function personLine({ words }: CommandContext, { person, identities: own, from }: KnownPerson): Line {
  const { from: origin } = words.people;
  const where = from === 'terminal' || from === 'chat' ? origin[from] : origin.settings(from);
  return [{ bold: words.role[person.role] }, ' ', { code: own.join(' + ') }, ` · ${where}`];
}
