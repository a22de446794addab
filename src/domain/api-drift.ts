/** KIS refused or answered a request in a way that says that its API is no longer what Hoga takes it for. */
export interface ApiDrift {
  /** KIS's own name for the API, the last part of its path, and its title in Korean. */
  readonly api: string;
  readonly title: string;
  readonly trId: string;
  /** KIS's code and text; blank where it answered and the answer could not be read. */
  readonly code: string;
  readonly text: string;
  /** The part of the answer that could not be read, or of the request that could not be sent. */
  readonly field: string | undefined;
}

/** One API that KIS and Hoga disagreed about, as `/status` shows it. Milliseconds. */
export interface SeenDrift extends ApiDrift {
  readonly at: number;
  /** When the owners were told last. */
  readonly toldAt: number;
}
