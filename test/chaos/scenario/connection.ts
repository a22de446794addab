import { type Duplex, duplexPair } from 'node:stream';

/** A connection to a simulator without a network. `wrote` is told of every write, by our end or by theirs. */
export function connectionTo(accept: (stream: Duplex) => void, wrote: (by: 'ours' | 'theirs') => void): Duplex {
  const [ours, theirs] = duplexPair();
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
