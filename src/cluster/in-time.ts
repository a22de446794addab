import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';

/**
 * What the database answers, if it does so in time: one that is cut off may not answer for minutes.
 * @throws AppError `cluster.no-answer`, or what `asked` rejects with.
 */
export async function inTime<T>(clock: Clock, timeoutMs: number, asked: Promise<T>): Promise<T> {
  const answered = new AbortController();
  const late = clock.sleep(timeoutMs, answered.signal).then(() => {
    throw new AppError('cluster.no-answer', { from: 'database' });
  });
  // The first to settle is the answer, and the other one is nobody's concern.
  late.catch(() => undefined);
  asked.catch(() => undefined);
  try {
    return await Promise.race([asked, late]);
  } finally {
    answered.abort();
  }
}
