import type { parseArgs } from 'node:util';
import type { AccountName } from './account/account.ts';
import type { SimulatorOptions } from './server.ts';

/** What `npm start -- simulator` takes on its command line, for node:util's parseArgs. */
export const simulatorFlags = {
  'rest-port': { type: 'string' },
  'ws-port': { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  clock: { type: 'string' },
  kind: { type: 'string' },
  accounts: { type: 'string' },
} as const satisfies NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

type Flags = { readonly [Name in keyof typeof simulatorFlags]?: string | undefined };

/** The options that the flags stand for, or what is wrong with them in a sentence. */
export function readSimulatorFlags(
  flags: Flags,
): { readonly options: Omit<SimulatorOptions, 'clock'> } | { readonly problem: string } {
  const { kind = 'live', clock: hours = 'open' } = flags;
  if (kind !== 'live' && kind !== 'paper') return { problem: '--kind takes live or paper' };
  if (hours !== 'open' && hours !== 'live') return { problem: '--clock takes open or live' };
  const numbers = { 'rest-port': 9443, 'ws-port': 21000, seed: 1, speed: 1 };
  for (const name of ['rest-port', 'ws-port', 'seed', 'speed'] as const) {
    const value = Number(flags[name] ?? numbers[name]);
    if (!Number.isFinite(value) || value < 0) return { problem: `--${name} takes a number, such as ${numbers[name]}` };
    numbers[name] = value;
  }
  const accounts = flags.accounts === undefined ? undefined : readAccounts(flags.accounts);
  if (flags.accounts !== undefined && accounts === undefined) {
    return { problem: '--accounts takes account numbers, each once, such as 50000000-01,50000001-29' };
  }
  const { 'rest-port': restPort, 'ws-port': wsPort, seed, speed } = numbers;
  return { options: { kind, hours, restPort, wsPort, seed, speed, ...(accounts === undefined ? {} : { accounts }) } };
}

/** Undefined where one is not an account number, or is there twice. */
function readAccounts(text: string): readonly AccountName[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  const areAccounts = names.every((name) => /^\d{8}-\d{2}$/.test(name));
  if (!areAccounts || new Set(names).size < names.length) return undefined;
  return names.map((name) => ({ number: name.slice(0, 8), product: name.slice(9) }));
}
