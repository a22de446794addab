/** Whether fills are pushed to us, or else why they come by look-up. */
// @ts-nocheck

export type FillNotices =
  | { readonly state: 'working' }
  /** There is no connection, or none yet. */
  | { readonly state: 'waiting' }
  /** The venue turned the subscription down; the code is its own, or empty where it gave none. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: 'hts-id' | 'no-answer' | 'other' }
  /** No id is set under which they could be subscribed. */
  | { readonly state: 'no-id' };
