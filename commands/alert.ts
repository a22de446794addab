import type { Button, Line, Message } from '../src/chat/channel.ts';
import { type ArgumentKind, type CommandContext, defineCommand, instrument, shorten } from '../src/chat/command.ts';
import type { Alert, AlertDirection } from '../src/domain/alert.ts';
import { AppError } from '../src/errors.ts';

interface Condition {
  readonly direction: AlertDirection;
  readonly price: number;
}

const directions: Readonly<Record<string, AlertDirection>> = {
  '>=': 'at-or-above',
  이상: 'at-or-above',
  '<=': 'at-or-below',
  이하: 'at-or-below',
};
const comparison = '>=|<=|이상|이하';
const amount = '(\\d[\\d,]*)원?';

/** `>= 71000`, `<=71000`, `71,000원 이상`, `이하 71000`. */
const condition: ArgumentKind<Condition> = {
  name: 'condition',
  optional: false,
  read(tokens) {
    const text = tokens.join('');
    const found = new RegExp(`^(?:(${comparison})${amount}|${amount}(${comparison}))$`).exec(text);
    const direction = directions[found?.[1] ?? found?.[4] ?? ''];
    const price = Number((found?.[2] ?? found?.[3] ?? '').replaceAll(',', ''));
    if (direction === undefined || !Number.isSafeInteger(price) || price < 1 || price > 1_000_000_000) {
      throw new AppError('args.condition', { text: shorten(tokens.join(' ')) });
    }
    return { value: { direction, price }, used: tokens.length };
  },
};

const alertId: ArgumentKind<string> = {
  name: 'alert',
  optional: false,
  read: ([token = '']) => ({ value: token, used: 1 }),
};

export const alert = defineCommand({
  name: 'alert',
  aliases: ['알림'],
  role: 'viewer',
  effect: 'change',
  args: { instrument, condition },
  examples: ['/alert 삼성전자 >= 71000', '/alert 005930 69000 이하'],
  async run(context, args): Promise<Message> {
    const { words, person, people, address, alerts } = context;
    context.progress({ lines: [words.progress.price] });
    const { alert: made, last } = await alerts.create({
      personId: person.id,
      address,
      symbol: args.instrument.symbol,
      ...args.condition,
    });
    const lines: Line[] = [
      [{ bold: words.alerts.made }],
      conditionText(context, made),
      `${words.ticket.last} ${words.won(last)}`,
      ...(made.state === 'waiting' ? [words.alerts.waiting] : []),
      ...(alerts.isLive(made.symbol) ? [] : [words.alerts.polled]),
      ...(people.settings(person.id).alerts === 'off' ? [words.alerts.off] : []),
    ];
    return { lines, buttons: [[{ id: 'run:/alerts', label: words.alerts.list }]] };
  },
});

export const alerts = defineCommand({
  name: 'alerts',
  aliases: ['알림목록'],
  role: 'viewer',
  args: {},
  examples: ['/alerts'],
  run: async (context): Promise<Message> => listOf(context),
});

export const unalert = defineCommand({
  name: 'unalert',
  aliases: ['알림삭제'],
  role: 'viewer',
  effect: 'change',
  args: { alert: alertId },
  examples: ['/alerts'],
  async run(context, args): Promise<Message> {
    if (!(await context.alerts.remove(args.alert, context.person.id))) throw new AppError('alerts.not-found');
    return listOf(context);
  },
});

function listOf(context: CommandContext): Message {
  const { words, person } = context;
  const mine = context.alerts.list(person.id);
  if (mine.length === 0) return { lines: [words.alerts.none] };
  const lines = mine.map((one, index): Line => {
    const note = context.alerts.isLive(one.symbol) ? '' : ` · ${words.alerts.polledShort}`;
    return `${index + 1}. ${conditionText(context, one)}${note}`;
  });
  const buttons = mine.map((one, index): readonly Button[] => [
    { id: `run:/unalert ${one.id}`, label: words.alerts.remove(index + 1) },
  ]);
  return { lines: [[{ bold: words.alerts.list }], ...lines], buttons };
}

function conditionText({ words, directory }: CommandContext, one: Alert): string {
  const name = directory.get(one.symbol)?.name ?? one.symbol;
  return words.alerts.condition(name, words.won(one.price), one.direction);
}
