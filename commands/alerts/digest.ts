import type { Button, Line } from '../../src/chat/channel.ts';
import {
  type Answer,
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  instruments,
  oneOf,
  optional,
  shorten,
} from '../../src/chat/command.ts';
import { withMissing } from '../../src/chat/messages/choices.ts';
import { digestMessage, planTimes } from '../../src/chat/messages/reports/digest.ts';
import { digestCard } from '../../src/chat/messages/reports/digest-card.ts';
import { drawnCard } from '../../src/chat/messages/reports/picture.ts';
import { type DigestKind, digestKinds, minuteOfDay, usualMinutes } from '../../src/domain/reports.ts';
import { AppError } from '../../src/errors.ts';
import { kindFor } from '../../src/services/reports/digests.ts';
import { readerOf, reportTarget } from './report-target.ts';

const action = oneOf('digestAction', { on: ['켬', '켜기'], off: ['끔', '끄기'] });
const kind = oneOf('digestKind', { morning: ['아침', '장전'], close: ['마감'], evening: ['저녁'] });

/** A report and the time it is due at, as a plan keeps it. */
interface DueTime {
  readonly kind: DigestKind;
  readonly minute: number;
}

/** `08:30`, `8:30`, `8시`: the time of day tells which report is meant. */
const time: ArgumentKind<DueTime> = {
  name: 'time',
  optional: false,
  fits: (token) => /^\d{1,2}(?::\d{2}|시)$/.test(token),
  read([token = '']) {
    const [, hour, minute = '0'] = /^(\d{1,2})(?::(\d{2})|시)$/.exec(token) ?? [];
    const due = Number(minute) < 60 ? dueTime(Number(hour) * 60 + Number(minute)) : undefined;
    if (due === undefined) throw new AppError('reports.time', { text: shorten(token) });
    return { value: due, used: 1 };
  },
};

/** Between the opening and the close there is no report, and before 05:00 nobody reads one. */
function dueTime(minute: number): DueTime | undefined {
  const at = minuteOfDay;
  if (minute >= at('0500') && minute < at('0900')) return { kind: 'morning', minute };
  if (minute >= at('1535') && minute < at('2000')) return { kind: 'close', minute: minute - at('1530') };
  return minute > at('2000') && minute < at('2400') ? { kind: 'evening', minute } : undefined;
}

export const digest = defineCommand({
  name: 'digest',
  section: 'tell',
  aliases: ['요약', '다이제스트'],
  role: 'viewer',
  args: {
    action: optional(action),
    kind: optional(kind),
    time: optional(time),
    target: optional(reportTarget),
    instruments: optional(instruments),
  },
  examples: ['/digest', '/digest on', '/digest on 08:10', '/digest off', '/digest 마감 삼성전자 카카오'],
  async run(context, args): Promise<Answer> {
    if (args.action !== undefined) {
      if (args.instruments !== undefined) throw new AppError('args.extra', { text: args.instruments.typed.join(' ') });
      return change(context, args.action, args.kind, args.time, args.target);
    }
    if (args.time !== undefined) throw new AppError('reports.time-alone');
    const { words, directory, digests, charts, calendar, now } = context;
    context.progress({ lines: [words.progress.digest] });
    const wanted = args.kind ?? kindFor(now, (await calendar.tradesOn((await calendar.today()).day)) ?? true);
    const found = args.instruments?.found.map(({ symbol }) => symbol);
    const made = await digests.make(wanted, readerOf(context, args.target), { watched: found });
    const message = digestMessage(words, directory, { digest: made });
    const picture = await drawnCard(words, charts, digestCard(words, directory, made), `digest-${made.day}.png`);
    const answer = {
      ...message,
      lines: [...message.lines, ...picture.lines, ...planLines(context)],
      attachments: picture.attachments,
      buttons: buttonsOf(context, wanted),
      data: made,
      // Whoever asked by a schedule is not told on a day without trading.
      ...(made.trades ? {} : { uneventful: true as const }),
    };
    const named = args.instruments;
    return named === undefined ? answer : withMissing(answer, named, `digest ${wanted}`, words, directory);
  },
});

async function change(
  context: CommandContext,
  said: 'on' | 'off',
  wanted: DigestKind | undefined,
  due: DueTime | undefined,
  target: 'webhook' | undefined,
): Promise<Answer> {
  const { digests, words, people, person } = context;
  if (wanted !== undefined && due !== undefined && wanted !== due.kind) throw new AppError('reports.time-of-another');
  const reader = readerOf(context, target);
  const only = due?.kind ?? wanted;
  const plans =
    said === 'off'
      ? await digests.change(reader, { unwanted: only === undefined ? digestKinds : [only] })
      : await digests.change(reader, {
          wanted: only === undefined ? usualMinutes : { [only]: due?.minute ?? usualMinutes[only] },
        });
  const { digest: text } = words;
  const isOff = plans.length > 0 && people.settings(person.id).reports === 'off' && target === undefined;
  const lines: readonly Line[] = [
    plans.length === 0 ? text.getsNone : text.gets(planTimes(words, plans)),
    ...(plans.some((plan) => plan.kind === 'close') ? [text.shiftNote] : []),
    ...(target === 'webhook' && plans.length > 0 ? [text.toWebhook] : []),
    ...(digests.isOpen(reader) && plans.length > 0 ? [text.notHere] : []),
    ...(isOff ? [text.topicOff] : []),
  ];
  return { lines, buttons: [[{ id: 'run:/digest', label: text.see }]] };
}

/** What the person gets by itself, where they ask in a chat of their own. */
function planLines({ digests, person, words, alone }: CommandContext): readonly Line[] {
  if (!alone) return [];
  const plans = digests.plansOf(person.id, 'chat');
  return plans.length === 0 ? [] : [words.digest.gets(planTimes(words, plans))];
}

function buttonsOf({ words, digests, person }: CommandContext, wanted: DigestKind): readonly (readonly Button[])[] {
  const gets = digests.plansOf(person.id, 'chat').length > 0;
  return [
    [
      { id: `run:/digest ${wanted}`, label: words.buttons.refresh },
      gets ? { id: 'run:/digest off', label: words.digest.off } : { id: 'run:/digest on', label: words.digest.on },
    ],
  ];
}
