import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, optional } from '../../src/chat/command.ts';
import { isSameChat, lastingChat } from '../../src/domain/people/chat-address.ts';
import { type NoticeTopic, noticeTopics } from '../../src/domain/people/notice.ts';
import type { NoticePlace, NotificationLevel, PersonSettings } from '../../src/domain/people/person.ts';
import type { QuietHours } from '../../src/domain/people/quiet-hours.ts';
import { AppError } from '../../src/errors.ts';
import { languages, type Words } from '../../src/i18n/index.ts';
import { inRowsOf } from '../shared.ts';
import { type SettingChange, settingChange } from './settings-change.ts';

/** The quiet hours that the button sets. Other hours must be typed. */
const usualNight: QuietHours = { startMinute: 22 * 60, endMinute: 7 * 60 };
const nextLoudness: Readonly<Record<NotificationLevel, NotificationLevel>> = { on: 'silent', silent: 'off', off: 'on' };

export const settings = defineCommand({
  name: 'settings',
  section: 'rest',
  aliases: ['설정'],
  role: 'viewer',
  private: true,
  effect: 'change',
  args: { change: optional(settingChange) },
  examples: [
    '/settings quiet 22:00-07:00',
    '/settings fills silent',
    '/settings orders off',
    '/settings fills here',
    '/settings exchange SOR',
    '/settings evening on',
    '/settings language en',
    '/settings mirror on',
    '/settings',
  ],
  async run(context, { change: said }): Promise<Message> {
    const { people, person, words: before } = context;
    const chosen =
      said === undefined ? people.settings(person.id) : await people.changeSettings(person.id, changeOf(context, said));
    // The answer is already in the language that the person has just chosen.
    const words = chosen.language === undefined ? before : languages[chosen.language];
    const seenByOthers = said?.place?.at === 'here' && !context.alone ? [words.settings.seenByOthers] : [];
    return { lines: [...screen(context, words, chosen), ...seenByOthers], buttons: buttons(context, words, chosen) };
  },
});

/** @throws AppError `settings.exchange`. */
function changeOf(
  { address, alone, broker }: CommandContext,
  { change, place }: SettingChange,
): (before: PersonSettings) => Partial<PersonSettings> {
  const { exchanges } = broker.venue;
  if (change.exchange !== undefined && !exchanges.includes(change.exchange))
    throw new AppError('settings.exchange', { exchange: change.exchange, takes: exchanges.join(', ') });
  if (place === undefined) return () => change;
  const { topics, at } = place;
  const chosen = { here: lastingChat(address, alone), asked: undefined, everywhere: 'everywhere' } as const;
  return ({ places }) => {
    const rest = Object.entries(places).filter(([topic]) => !topics.some((one) => one === topic));
    const changed = chosen[at] === undefined ? [] : topics.map((topic) => [topic, chosen[at]] as const);
    return { places: Object.fromEntries([...rest, ...changed]) };
  };
}

/** The chat that the person chose for a topic; undefined when they chose none. */
function placeText(
  { address, alone }: CommandContext,
  { settings: text }: Words,
  place: NoticePlace | undefined,
): string {
  if (place === undefined) return '';
  if (place === 'everywhere') return ` · ${text.everywhere}`;
  return ` · ${isSameChat(place, lastingChat(address, alone)) ? text.here : text.inChat(place.channel)}`;
}

function screen(context: CommandContext, words: Words, chosen: PersonSettings): readonly Line[] {
  const { settings: text } = words;
  const { quiet, mirror } = chosen;
  return [
    [{ bold: text.title }],
    ...noticeTopics.map((topic): Line => {
      const place = placeText(context, words, chosen.places[topic]);
      return `${text.topicLines[topic]}: ${text.notificationLevel[chosen[topic]]}${place}`;
    }),
    `${text.quiet}: ${quiet === undefined ? text.notificationLevel.off : hours(words, quiet)}`,
    `${text.exchange}: ${chosen.exchange ?? 'KRX'}`,
    `${text.alertHours}: ${text.alertHoursLine[chosen.alertHours]}`,
    `${text.languageLine}: ${text.language}`,
    `${text.mirror}: ${mirror ? text.notificationLevel.on : text.notificationLevel.off}`,
    ...(chosen.fills === 'off' ? [[{ bold: text.fillsOff }]] : []),
    ...(quiet === undefined ? [] : [[`${text.quietHow} `, { code: '/settings quiet 23-8' }]]),
    ...(mirror ? [text.mirrorHow] : []),
    [`${text.placeHow} `, { code: '/settings fills here' }],
    text.alwaysOn,
  ];
}

function buttons(
  { broker, address, alone }: CommandContext,
  words: Words,
  chosen: PersonSettings,
): readonly (readonly Button[])[] {
  const { settings: text } = words;
  const { quiet, mirror, places, exchange = 'KRX' } = chosen;
  const { exchanges } = broker.venue;
  const other = exchanges[(exchanges.indexOf(exchange) + 1) % exchanges.length];
  const isAllHere = noticeTopics.every((topic) => {
    const place = places[topic];
    return place !== undefined && place !== 'everywhere' && isSameChat(place, lastingChat(address, alone));
  });
  const turn = (topic: NoticeTopic): Button => {
    const next = nextLoudness[chosen[topic]];
    return { id: `run:/settings ${topic} ${next}`, label: `${text.topics[topic]} ${text.turn[next]}` };
  };
  const night = hours(words, usualNight);
  const language = words.settings.otherLanguage;
  return [
    ...inRowsOf(3, noticeTopics.map(turn)),
    [
      quiet === undefined
        ? { id: `run:/settings quiet ${night}`, label: `${text.quiet} ${night}` }
        : { id: 'run:/settings quiet off', label: `${text.quiet} ${text.turn.off}` },
      { id: `run:/settings language ${language.code}`, label: language.name },
    ],
    [
      { id: `run:/settings mirror ${mirror ? 'off' : 'on'}`, label: text.mirrorButton(mirror) },
      {
        id: `run:/settings evening ${chosen.alertHours === 'extended' ? 'off' : 'on'}`,
        label: text.alertHoursButton(chosen.alertHours === 'extended' ? 'regular' : 'extended'),
      },
    ],
    [
      ...(other === undefined || other === exchange
        ? []
        : [{ id: `run:/settings exchange ${other}`, label: `${text.exchange} ${other}` }]),
      { id: `run:/settings all ${isAllHere ? 'asked' : 'here'}`, label: text.placeButton(isAllHere) },
    ],
  ];
}

/** Quiet hours in the form in which they can be typed: `22:00-07:00`. */
function hours(words: Words, { startMinute, endMinute }: QuietHours): string {
  return [startMinute, endMinute]
    .map((minute) => words.clockTime({ hour: Math.floor(minute / 60), minute: minute % 60 }))
    .join('-');
}
