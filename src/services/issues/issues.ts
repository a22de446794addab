import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Cache } from '../../ports/cache.ts';
import type { Research } from '../../ports/research.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import { EnglishDirectory, EnglishNames } from './english-names.ts';
import { type LiveDirectory, SymbolMaster, type SymbolMasterOptions } from './symbol-master.ts';
import { UnlistedIssues } from './unlisted-issues.ts';

/** All issues, by their Korean and by their English names. */
export interface Issues {
  /** Keeps the lists of today. */
  readonly symbols: SymbolMaster;
  /** By their Korean names. */
  readonly directory: LiveDirectory;
  readonly englishDirectory: InstrumentDirectory;
  /** Issues that the lists lack, asked for by code. */
  readonly unlisted: UnlistedIssues;
  /** Asks for the English names of issues. Returns whether any was learnt. Never throws. */
  learnEnglishNames(symbols: readonly string[]): Promise<boolean>;
  /** Reads what was learnt before the start. */
  load(): Promise<void>;
  stop(): void;
}

export interface IssuesOptions extends Omit<SymbolMasterOptions, 'cache' | 'clock' | 'log'> {
  readonly broker: Pick<Broker, 'instrument'>;
  readonly research: Pick<Research, 'englishName'>;
  /** The Latin name by which people search for an issue of this Korean name. */
  readonly latinName: (name: string) => string | undefined;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly log: Log;
}

/** Builds the directories of issues. Nothing is read or asked for yet. */
export function createIssues(options: IssuesOptions): Issues {
  const symbols = new SymbolMaster(options);
  const { directory } = symbols;
  const unlisted = new UnlistedIssues({ ...options, directory });
  const englishNames = new EnglishNames(options);
  return {
    symbols,
    directory,
    englishDirectory: new EnglishDirectory(directory, englishNames),
    unlisted,
    learnEnglishNames: (wanted) => englishNames.learn(wanted.flatMap((symbol) => directory.get(symbol) ?? [])),
    async load() {
      await unlisted.load();
      await englishNames.load();
    },
    stop: () => englishNames.stop(),
  };
}
