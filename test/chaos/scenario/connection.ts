import { type Duplex, duplexPair } from 'node:stream';
import type { Hold } from '../cluster/hold.ts';

/**
 * A connection to a simulator without a network. `wrote` is told of every write, by our end or by theirs. While `hold`
 * is on, what comes in waits as in the buffer of a machine.
 */
export function connectionTo(
  accept: (stream: Duplex) => void,
  wrote: (by: 'ours' | 'theirs') => void,
  hold: Hold,
): Duplex {
  const [ours, theirs] = duplexPair();
  const push = ours.push.bind(ours);
  ours.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (!hold.isOn) return push(chunk, encoding);
    hold.pass(() => {
      if (!ours.destroyed) push(chunk, encoding);
    });
    return true;
  };
  for (const end of [ours, theirs]) {
    const write = end.write;
    end.write = ((...args: Parameters<typeof write>) => {
      wrote(end === ours ? 'ours' : 'theirs');
      return Reflect.apply(write, end, args) as boolean;
    }) as typeof write;
    end.on('error', () => undefined);
  }
  accept(theirs);
  return ours;
}
