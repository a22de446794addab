import type { Words } from '../../i18n/index.ts';
import type { CaughtUp } from '../../services/health/catch-up.ts';
import type { LedgerState } from '../../services/health/ledger-watch.ts';
import type { Message } from '../channel.ts';

/** The message to owners when the ledger cannot be written. */
export function ledgerDownMessage(words: Words, { code }: LedgerState): Message {
  const { down, reason, remedy, downText } = words.ledger;
  return { lines: [[{ bold: down }], `${reason[code]} ${remedy[code]}`, downText], private: true };
}

/** The message to owners when the ledger can be written again. */
export function ledgerBackMessage(words: Words, forMs: number, { lost, ...late }: CaughtUp): Message {
  const { ledger, health } = words;
  const caughtUp = ledger.caughtUp(late);
  return {
    lines: [
      [{ bold: ledger.back }],
      ledger.backText(health.ago(forMs)),
      ...(caughtUp === '' ? [] : [caughtUp]),
      lost === 0 ? ledger.nothingLost : ledger.lost(lost),
    ],
    private: true,
  };
}
