import { errorSentence, type Words } from '../../i18n/index.ts';
import type { TokenRevocation } from '../../ports/broker.ts';
import type { Line } from '../channel.ts';

/** What became of each access token, and what happens next. */
export function revocationLines(words: Words, results: readonly TokenRevocation[]): readonly Line[] {
  const { revoke: text } = words;
  const named = (settings: string, outcome: string): string =>
    results.length > 1 ? `${settings}_APP_KEY: ${outcome}` : outcome;
  const lines = results.flatMap(({ settings, outcome, failure, waitSeconds }): readonly Line[] => [
    [{ bold: named(settings, text.outcome[outcome]) }],
    ...(failure === undefined ? [] : [errorSentence(words, failure)]),
    ...(outcome === 'revoked' ? [text.next(waitSeconds)] : []),
  ]);
  return lines;
}
