import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type ArgumentKind, type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import { type EventKind, eventKinds } from '../../src/domain/market/market-event.ts';
import { lastingChat } from '../../src/domain/people/chat-address.ts';
import { AppError } from '../../src/errors.ts';
import { mostScreenWatches } from '../../src/services/events/screen-watches.ts';
import { inRowsOf } from '../shared.ts';

/** Three buttons fit into a row on a phone, and the page then fits into Discord's five rows. */
const buttonsPerRow = 3;

const eventKind: ArgumentKind<EventKind | 'all'> = oneOf('eventKind', {
  year: ['52주', '52주신고가', '신고가', '신저가', '52'],
  vi: ['VI', '변동성완화장치'],
  halt: ['거래정지', '정지', '거래재개'],
  limit: ['상하한가', '상한가', '하한가'],
  dividend: ['배당락', '배당'],
  news: ['공시', '뉴스', '공시·뉴스'],
  flow: ['수급', '수급전환', '순매수'],
  all: ['전체', '모두'],
});
const onOff = oneOf('onOff', { on: ['켜기', '켬', '켜', '온'], off: ['끄기', '끔', '꺼', '오프'] });

export const events = defineCommand({
  name: 'events',
  section: 'tell',
  aliases: ['이벤트', '종목이벤트'],
  role: 'viewer',
  private: true,
  effect: 'change',
  args: { kind: optional(eventKind), state: optional(onOff) },
  examples: ['/events 52주 켜기', '/events 공시 끄기', '/events 전체 켜기', '/events'],
  async run(context, { kind, state: change }): Promise<Message> {
    const { events, person, address, alone } = context;
    if (kind !== undefined && change === undefined) throw new AppError('args.missing', { argument: 'onOff' });
    if (kind !== undefined) {
      const kinds = kind === 'all' ? eventKinds : [kind];
      await events.choose(person, kinds, change === 'on' ? lastingChat(address, alone) : undefined);
    }
    return page(context);
  },
});

/** What is on and off, with a button that switches each. */
async function page(context: CommandContext): Promise<Message> {
  const { words, events, person, people } = context;
  const { events: text, settings } = words;
  const { on, watched, held, missing } = await events.of(person);
  const turn = (isOn: boolean): string => settings.turn[isOn ? 'off' : 'on'];
  const lines = eventKinds.map((kind): Line => {
    const state = settings.notificationLevel[on.has(kind) ? 'on' : 'off'];
    return [`${text.about[kind]}: `, { bold: state }, missing.has(kind) ? ` · ${text.missing}` : ''];
  });
  const switches = eventKinds.map((kind): Button => {
    const next = on.has(kind) ? 'off' : 'on';
    return { id: `run:/events ${kind} ${next}`, label: `${text.kinds[kind]} ${turn(on.has(kind))}` };
  });
  const isAllOn = eventKinds.every((kind) => on.has(kind));
  const all = { id: `run:/events all ${isAllOn ? 'off' : 'on'}`, label: isAllOn ? text.allOff : text.allOn };
  const screens = events.screens.list(person.id).map(({ name }) => name);
  return {
    lines: [
      [{ bold: text.title }, ` · ${text.issues(watched, held)}`],
      watched + held === 0 ? text.noIssues : text.intro,
      ...lines,
      ...(screens.length === 0 ? [] : [`${text.watchedScreens(mostScreenWatches)}: ${screens.join(', ')}`]),
      ...(on.size > 0 && !context.alone ? [text.private] : []),
      ...(people.settings(person.id).events === 'off' ? [text.topicOff] : []),
    ],
    buttons: inRowsOf(buttonsPerRow, [...switches, all]),
    data: { on: [...on], watched, held, screens },
  };
}
