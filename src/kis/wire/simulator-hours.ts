import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { VenueHours } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';

const answer = z.object({
  now: z.number(),
  neverCloses: z.boolean(),
  fixed: z
    .enum([
      'closed',
      'pre-market',
      'opening-auction',
      'regular',
      'closing-auction',
      'post-close',
      'after-opening',
      'after-market',
      'holiday',
    ])
    .optional(),
});

/** Short, because the simulator is on this machine and the check of an order waits for the answer. */
const timeoutMs = 3_000;

/**
 * Reads the hours of a simulator, at a path that KIS does not have. A simulator without that path never closes.
 * @throws AppError `venue.stand-in-silent`, `venue.malformed`.
 */
export async function readSimulatorHours(
  host: { readonly restUrl: string; readonly dispatcher: Dispatcher; readonly clock: Clock },
  { signal }: ReadOptions = {},
): Promise<VenueHours> {
  const { restUrl, dispatcher, clock } = host;
  const abort = new AbortController();
  const cancel = clock.timer(timeoutMs, () => abort.abort(new AppError('venue.timeout', { timeoutMs })));
  let body: unknown;
  try {
    const signals = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
    const response = await request(`${restUrl}/__sim/hours`, { dispatcher, signal: signals });
    if (response.statusCode !== 200) {
      await response.body.dump();
      return { now: clock.now(), neverCloses: true, fixed: undefined };
    }
    body = await response.body.json();
  } catch (cause) {
    throw new AppError('venue.stand-in-silent', {}, { cause });
  } finally {
    cancel();
  }
  const read = answer.safeParse(body);
  if (!read.success) throw new AppError('venue.malformed', { missing: 'hours' });
  return { ...read.data, fixed: read.data.fixed };
}
