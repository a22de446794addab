import { type Clock, koreanDay } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { TokenRevocation } from '../ports/broker.ts';
import type { Proposal, ProposalLedger } from '../ports/ledger/proposal-ledger.ts';

/** Revokes the venue's access tokens, once for each confirmation. */
export class Revocation {
  readonly #ledger: ProposalLedger;
  readonly #clock: Clock;
  readonly #revoke: () => Promise<readonly TokenRevocation[]>;

  constructor(options: {
    readonly ledger: ProposalLedger;
    readonly clock: Clock;
    readonly revoke: () => Promise<readonly TokenRevocation[]>;
  }) {
    this.#ledger = options.ledger;
    this.#clock = options.clock;
    this.#revoke = options.revoke;
  }

  /** @throws AppError `proposal.*` where the ticket cannot be used (any more). Nothing was revoked then. */
  async confirm(proposal: Proposal, personId: string): Promise<readonly TokenRevocation[]> {
    const now = this.#clock.now();
    // The ticket holds no orders, so neither a halt nor the day's cap concerns it.
    const taken = await this.#ledger.claim({
      proposalId: proposal.id,
      personId,
      now,
      intents: [],
      day: koreanDay(now),
      maxDailyAmount: 0,
    });
    if (taken.kind === 'refused') throw new AppError(`proposal.${taken.reason}`);
    return this.#revoke();
  }
}
