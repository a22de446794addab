import type { FillNotices } from '../../domain/fill-notices.ts';
import { sentenceOf, type Words } from '../../i18n/index.ts';
import type { FillNoticeNews } from '../../services/health/fill-notice-watch.ts';
import type { Line, Message } from '../channel.ts';

/** Says how the person will hear of the fills of an order that KIS has just accepted. */
export function tellFill(words: Words, notices: FillNotices): string {
  return notices.state === 'working' ? words.outcome.tellFill : words.fillNotices.tellFill;
}

/**
 * Why KIS does not push fills, and which setting to correct; undefined when it does, or when only the connection is
 * down.
 */
export function fillNoticesWhy(words: Words, notices: FillNotices): string | undefined {
  if (notices.state === 'no-id') return words.start.noHtsId;
  return notices.state === 'refused' ? words.fillNotices.why[notices.reason](notices.code) : undefined;
}

/** Why there is no socket connection, and what helps. */
export function socketWhy(words: Words, reason: string): string {
  return reason in words.errors ? sentenceOf(words, reason) : words.health.socketReason(reason);
}

/** The message to owners when KIS does not push fills, or does so again. */
export function fillNoticesMessage(words: Words, { notices, reason }: FillNoticeNews): Message {
  const { fillNotices: text } = words;
  if (notices.state === 'working') return { lines: [text.working] };
  if (notices.state === 'no-id') return { lines: [[{ bold: text.noPrices }], socketWhy(words, reason ?? '')] };
  const why = fillNoticesWhy(words, notices) ?? (reason === undefined ? undefined : socketWhy(words, reason));
  const lines: readonly Line[] = [[{ bold: text.title }], text.lookUp, ...(why === undefined ? [] : [why])];
  return { lines };
}
