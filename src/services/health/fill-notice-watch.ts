import type { FillNotices } from '../../domain/fill-notices.ts';
import type { FeedStatus } from '../../ports/feed.ts';

/** How fills come from now on; `reason` is why there is no connection. */
export interface FillNoticeNews {
  readonly notices: FillNotices;
  readonly reason: string | undefined;
}

/**
 * Tells the owners once that fill notices do not come and why, and once that they come again. A connection that is lost
 * later and comes back by itself is not told, because the missed fills are looked up. A connection that another program
 * has taken is told, because only a person can end that.
 */
export class FillNoticeWatch {
  readonly #status: () => FeedStatus;
  readonly #tell: (news: FillNoticeNews) => void;
  #begun = false;
  /** The trouble that was told last; undefined while there is none. */
  #told: string | undefined;

  constructor(options: { readonly status: () => FeedStatus; readonly tell: (news: FillNoticeNews) => void }) {
    this.#status = options.status;
    this.#tell = options.tell;
  }

  /** The first attempt to connect is over. Owners who are told nothing now may rely on fill notices. */
  begin(): void {
    this.#begun = true;
    this.#look();
  }

  /** The socket is connected, and the venue has said whether it sends fill notices. */
  connected(): void {
    if (this.#begun) this.#look();
  }

  /** Another program has the connection's place. */
  inUse(): void {
    if (this.#begun) this.#look();
  }

  #look(): void {
    const { fillNotices: notices, reason } = this.#status();
    const now = troubleOf(notices, reason);
    if (now === this.#told) return;
    this.#told = now;
    // Without an HTS id there were no fill notices before either.
    if (notices.state === 'no-id' && now === undefined) return;
    this.#tell({ notices, reason });
  }
}

/** The trouble in one word, so that the same trouble is told once; undefined where there is none. */
function troubleOf(notices: FillNotices, reason: string | undefined): string | undefined {
  switch (notices.state) {
    case 'working':
      return undefined;
    case 'refused':
      return `refused ${notices.code}`;
    case 'waiting':
      return reason === 'in-use' ? reason : 'waiting';
    case 'no-id':
      // This is a choice of the settings, and the start names it.
      return reason === 'in-use' ? reason : undefined;
  }
}
