import {
  type Answer,
  type ArgumentKind,
  type CommandContext,
  defineCommand,
  instruments,
  type NamedIssues,
  oneOf,
  optional,
} from '../../src/chat/command.ts';
import { withMissing } from '../../src/chat/messages/choices.ts';
import { monitorMessage, monitorView } from '../../src/chat/messages/reports/monitor.ts';
import { type Monitor, monitorMinutes, mostMonitored } from '../../src/domain/reports.ts';
import { AppError } from '../../src/errors.ts';
import { readerOf, reportTarget } from './report-target.ts';

const usualMinutes = 5;
const action = oneOf('monitorAction', { off: ['끔', '끄기'] });

/** What is asked for, in any order: issues, how often, and where. */
interface MonitorRequest {
  readonly issues: NamedIssues | undefined;
  readonly minutes: number | undefined;
  readonly target: 'webhook' | undefined;
}

/** `삼성전자 카카오 5분`, `5m 005930 webhook`. */
const request: ArgumentKind<MonitorRequest> = {
  name: 'monitored',
  optional: false,
  read(tokens, context) {
    const isMinutes = (token: string): boolean => /^\d{1,4}(?:분|m|min)$/i.test(token);
    const isTarget = (token: string): boolean => reportTarget.fits?.(token) === true;
    const [minutes] = tokens.filter(isMinutes).map((token) => Number.parseInt(token, 10));
    if (minutes !== undefined && !monitorMinutes.some((allowed) => allowed === minutes))
      throw new AppError('reports.minutes', { minutes, allowed: monitorMinutes.join(', ') });
    const names = tokens.filter((token) => !isMinutes(token) && !isTarget(token));
    const issues = names.length === 0 ? undefined : instruments.read(names, { ...context, after: 0 }).value;
    const target = tokens.some(isTarget) ? 'webhook' : undefined;
    return { value: { issues, minutes, target }, used: tokens.length };
  },
};

export const monitor = defineCommand({
  name: 'monitor',
  section: 'tell',
  aliases: ['모니터'],
  role: 'viewer',
  effect: 'change',
  args: { action: optional(action), request: optional(request) },
  examples: ['/monitor 삼성전자 카카오 5분', '/monitor 005930 10분 웹훅', '/monitor off', '/monitor'],
  async run(context, { action: said, request: asked }): Promise<Answer> {
    const { words, monitors, directory } = context;
    const { person, address, target } = readerOf(context, asked?.target);
    const running = monitors.of(address);
    if (said === 'off') {
      if (asked?.issues !== undefined) throw new AppError('args.extra', { text: asked.issues.typed.join(' ') });
      return { lines: [(await monitors.end(address)) ? words.monitor.ended : words.monitor.none] };
    }
    const symbols = asked?.issues?.found.map(({ symbol }) => symbol) ?? running?.symbols;
    if (symbols === undefined) return { lines: [words.monitor.none] };
    const chosen = [...new Set(symbols)];
    if (chosen.length > mostMonitored) throw new AppError('reports.too-many', { limit: mostMonitored });
    const minutes = asked?.minutes ?? running?.minutes ?? usualMinutes;
    const isChanged = asked?.issues !== undefined || asked?.minutes !== undefined;
    const now: Pick<Monitor, 'address' | 'symbols' | 'minutes'> = { address, symbols: chosen, minutes };
    if (isChanged) await monitors.begin({ ...now, personId: person.id });
    const answer = target === 'webhook' ? { lines: [words.monitor.toWebhook(minutes)] } : await shown(context, now);
    return asked?.issues === undefined ? answer : withMissing(answer, asked.issues, 'monitor', words, directory);
  },
});

/** The first report, which the later ones of the day replace. */
async function shown(
  { words, directory, monitors, people, person, progress }: CommandContext,
  now: Pick<Monitor, 'address' | 'symbols' | 'minutes'>,
): Promise<Answer> {
  progress({ lines: [words.progress.price] });
  const frame = await monitors.now(now);
  const { lines } = monitorMessage(words, directory, frame);
  const { monitor: text } = words;
  return {
    lines: [
      ...lines,
      frame.goesOn ? text.goesOn(now.minutes) : text.later(now.minutes),
      ...(people.settings(person.id).reports === 'off' ? [text.topicOff] : []),
    ],
    buttons: [[{ id: 'run:/monitor off', label: text.stop }]],
    view: monitorView(frame),
    data: frame,
  };
}
