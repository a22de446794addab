import { type ArgumentKind, shorten } from '../../src/chat/command.ts';
import type { AlertHours } from '../../src/domain/alerts/alert.ts';
import type { Exchange } from '../../src/domain/orders/order.ts';
import { type NoticeTopic, noticeTopics } from '../../src/domain/people/notice.ts';
import type { Language, NotificationLevel, PersonSettings } from '../../src/domain/people/person.ts';
import { readQuietHours } from '../../src/domain/people/quiet-hours.ts';
import { AppError } from '../../src/errors.ts';

const topics: Readonly<Record<string, readonly (typeof noticeTopics)[number][]>> = {
  fills: ['fills'],
  체결: ['fills'],
  alerts: ['alerts'],
  알림: ['alerts'],
  events: ['events'],
  이벤트: ['events'],
  orders: ['orders'],
  주문: ['orders'],
  reports: ['reports'],
  요약: ['reports'],
  starts: ['starts'],
  시작: ['starts'],
  all: noticeTopics,
  전체: noticeTopics,
  모두: noticeTopics,
};
/** Notices that somebody may try to switch off, but cannot. */
const alwaysOn = ['safety', '안전', 'unknown', '모름', 'rejected', '거부', 'asked', '확인', 'lost', '전달'];
const loudnesses: Readonly<Record<string, NotificationLevel>> = {
  on: 'on',
  켬: 'on',
  켜기: 'on',
  silent: 'silent',
  무음: 'silent',
  off: 'off',
  끔: 'off',
  끄기: 'off',
};
const saidPlaces: Readonly<Record<string, PlaceChoice>> = {
  here: 'here',
  여기: 'here',
  여기로: 'here',
  asked: 'asked',
  물은곳: 'asked',
  주문한곳: 'asked',
  everywhere: 'everywhere',
  모든채팅: 'everywhere',
};
const exchanges: Readonly<Record<string, Exchange>> = {
  krx: 'KRX',
  한국거래소: 'KRX',
  nxt: 'NXT',
  넥스트레이드: 'NXT',
  sor: 'SOR',
  통합: 'SOR',
};
const saidHours: Readonly<Record<string, AlertHours>> = {
  on: 'extended',
  켬: 'extended',
  켜기: 'extended',
  포함: 'extended',
  off: 'regular',
  끔: 'regular',
  끄기: 'regular',
  제외: 'regular',
};
const spokenLanguages: Readonly<Record<string, Language>> = { ko: 'ko', 한국어: 'ko', en: 'en', 영어: 'en' };

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * Where notices go, as the person types it: to this chat, to the chat an order or alert was made in, or to all chats.
 */
export type PlaceChoice = 'here' | 'asked' | 'everywhere';

/** A change of settings as it was typed. `here` gets its meaning from the chat it was typed in. */
export interface SettingChange {
  readonly change: Partial<PersonSettings>;
  readonly place?: { readonly topics: readonly NoticeTopic[]; readonly at: PlaceChoice };
}

/**
 * `fills silent`, `체결 무음`, `fills here`, `체결 여기`, `exchange NXT`, `거래소 SOR`, `quiet 22:00-07:00`, `방해금지 끔`,
 * `language en`, `mirror on`, `evening on`, `장외 포함`.
 */
export const settingChange: ArgumentKind<SettingChange> = {
  name: 'setting',
  optional: false,
  read(tokens) {
    const [name = '', value = '', ...rest] = tokens.map((token) => token.toLowerCase());
    if (name === '방해' && value === '금지') return readQuiet(rest, 2);
    if (['quiet', '방해금지'].includes(name)) return readQuiet([value, ...rest], 1);
    if (alwaysOn.includes(name)) throw new AppError('settings.always-on');
    const change = readWord(name, value);
    if (change === undefined) throw new AppError('args.setting', { text: shorten(tokens.join(' ')) });
    return { value: change, used: 2 };
  },
};

function readWord(name: string, value: string): SettingChange | undefined {
  const chosen = own(topics, name);
  const notificationLevel = own(loudnesses, value);
  if (chosen !== undefined && notificationLevel !== undefined) {
    return { change: Object.fromEntries(chosen.map((topic) => [topic, notificationLevel])) };
  }
  const at = own(saidPlaces, value);
  if (chosen !== undefined && at !== undefined) return { change: {}, place: { topics: chosen, at } };
  const exchange = own(exchanges, value);
  if (['exchange', '거래소'].includes(name) && exchange !== undefined) return { change: { exchange } };
  if (['mirror', '함께'].includes(name) && (notificationLevel === 'on' || notificationLevel === 'off')) {
    return { change: { mirror: notificationLevel === 'on' } };
  }
  const alertHours = own(saidHours, value);
  if (['evening', 'extended', '장외', '시간외'].includes(name) && alertHours !== undefined)
    return { change: { alertHours } };
  const language = own(spokenLanguages, value);
  return ['language', 'lang', '언어'].includes(name) && language !== undefined ? { change: { language } } : undefined;
}

/** Quiet hours may contain blanks, so they take the rest of the line. */
function readQuiet(tokens: readonly string[], before: number) {
  const text = tokens.join('');
  const used = before + tokens.length;
  if (own(loudnesses, text) === 'off') return { value: { change: { quiet: undefined } }, used };
  const quiet = readQuietHours(text);
  if (quiet === undefined) throw new AppError('args.quiet-hours', { text: shorten(text) });
  if (quiet.startMinute === quiet.endMinute) throw new AppError('args.quiet-hours-empty');
  return { value: { change: { quiet } }, used };
}
