import type { FillNotices } from '../domain/fill-notices.ts';
import type { FeedStatus } from '../ports.ts';

/** How fills come from now on; `reason` is why there is no connection. */
export interface FillNoticeNews {
  readonly notices: Exclude<FillNotices, { readonly state: 'no-id' }>;
  readonly reason: string | undefined;
}

/**
 * Tells the owners once that fills are not pushed, and why, and once when they are. A connection that is lost later and
 * comes back by itself is not told: what was missed meanwhile is looked up.
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

  #look(): void {
    const { fillNotices: notices, reason } = this.#status();
    // A choice of the settings, which the start names.
    if (notices.state === 'no-id') return;
    const trouble = notices.state === 'refused' ? `refused ${notices.code}` : notices.state;
    const now = trouble === 'working' ? undefined : trouble;
    if (now === this.#told) return;
    this.#told = now;
    this.#tell({ notices, reason });
  }
}
