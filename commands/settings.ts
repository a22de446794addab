import type { Button, Line, Message } from '../src/chat/channel.ts';
import { defineCommand, optional } from '../src/chat/command.ts';
import { type NoticeTopic, noticeTopics } from '../src/domain/notice.ts';
import type { Loudness, PersonSettings } from '../src/domain/person.ts';
import type { QuietHours } from '../src/domain/quiet-hours.ts';
import { languages, type Words } from '../src/i18n/index.ts';
import { settingChange } from './settings-change.ts';

/** What the button offers to those who have no quiet hours; others are typed. */
const usualNight: QuietHours = { startMinute: 22 * 60, endMinute: 7 * 60 };
const nextLoudness: Readonly<Record<Loudness, Loudness>> = { on: 'silent', silent: 'off', off: 'on' };

export const settings = defineCommand({
  name: 'settings',
  aliases: ['설정'],
  role: 'viewer',
  private: true,
  effect: 'change',
  args: { change: optional(settingChange) },
  examples: [
    '/settings quiet 22:00-07:00',
    '/settings fills silent',
    '/settings orders off',
    '/settings language en',
    '/settings mirror on',
    '/settings',
  ],
  async run({ people, person, words: before }, { change }): Promise<Message> {
    const chosen = change === undefined ? people.settings(person.id) : await people.changeSettings(person.id, change);
    // Who has just chosen a language is answered in it.
    const words = chosen.language === undefined ? before : languages[chosen.language];
    return { lines: screen(words, chosen), buttons: buttons(words, chosen) };
  },
});

function screen(words: Words, chosen: PersonSettings): readonly Line[] {
  const { settings: text } = words;
  const { quiet, mirror } = chosen;
  return [
    [{ bold: text.title }],
    ...noticeTopics.map((topic): Line => `${text.topicLines[topic]}: ${text.loudness[chosen[topic]]}`),
    `${text.quiet}: ${quiet === undefined ? text.loudness.off : hours(words, quiet)}`,
    `${text.languageLine}: ${text.language}`,
    `${text.mirror}: ${mirror ? text.loudness.on : text.loudness.off}`,
    ...(chosen.fills === 'off' ? [[{ bold: text.fillsOff }]] : []),
    ...(quiet === undefined ? [] : [[`${text.quietHow} `, { code: '/settings quiet 23-8' }]]),
    ...(mirror ? [text.mirrorHow] : []),
    text.alwaysOn,
  ];
}

function buttons(words: Words, chosen: PersonSettings): readonly (readonly Button[])[] {
  const { settings: text } = words;
  const { quiet, mirror } = chosen;
  const turn = (topic: NoticeTopic): Button => {
    const next = nextLoudness[chosen[topic]];
    return { id: `run:/settings ${topic} ${next}`, label: `${text.topics[topic]} ${text.turn[next]}` };
  };
  const night = hours(words, usualNight);
  const other = words.settings.otherLanguage;
  return [
    [turn('fills'), turn('alerts')],
    [turn('orders'), turn('starts')],
    [
      quiet === undefined
        ? { id: `run:/settings quiet ${night}`, label: `${text.quiet} ${night}` }
        : { id: 'run:/settings quiet off', label: `${text.quiet} ${text.turn.off}` },
      { id: `run:/settings language ${other.code}`, label: other.name },
    ],
    [{ id: `run:/settings mirror ${mirror ? 'off' : 'on'}`, label: text.mirrorButton(mirror) }],
  ];
}

/** `22:00-07:00`, as it can be typed too. */
function hours(words: Words, { startMinute, endMinute }: QuietHours): string {
  return [startMinute, endMinute]
    .map((minute) => words.clockTime({ hour: Math.floor(minute / 60), minute: minute % 60 }))
    .join('-');
}
