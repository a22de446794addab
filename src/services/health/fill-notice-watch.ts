import type { FillNotices } from '../../domain/fill-notices.ts';
import type { FeedStatus } from '../../ports/feed.ts';

/** How fills come from now on; `reason` is why there is no connection. */
export interface FillNoticeNews {
  readonly notices: FillNotices;
  readonly reason: string | undefined;
}

/**
 * Tells the owners once that fills are not pushed, and why, and once when they are. A connection that is lost later and
 * comes back by itself is not told: what was missed meanwhile is looked up. One that another program has taken is: only a
 * person can end that.
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

  /** After the first attempt to connect: whoever is told nothing now may rely on pushes. */
  begin(): void {
    this.#begun = true;
    this.#look();
  }

  /** The socket stands, and the venue has said whether it pushes fills. */
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
    // Without an id none were pushed before either.
    if (notices.state === 'no-id' && now === undefined) return;
    this.#tell({ notices, reason });
  }
}

/** In one word, so that the same is told once; undefined where there is none. */
function troubleOf(notices: FillNotices, reason: string | undefined): string | undefined {
  switch (notices.state) {
    case 'working':
      return undefined;
    case 'refused':
      return `refused ${notices.code}`;
    case 'waiting':
      return reason === 'in-use' ? reason : 'waiting';
    case 'no-id':
      // A choice of the settings, which the start names.
      return reason === 'in-use' ? reason : undefined;
  }
}
