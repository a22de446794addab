import { convertHangulToQwerty, getChoseong } from 'es-hangul';
import { createDirectory } from '../../src/kis/symbols-search.ts';
import { SeededRandom } from '../chaos/random.ts';
import { listedIssues } from '../support/listed-issues.ts';

/** What was measured of one thing, and whether that is good enough. */
interface Measurement {
  readonly name: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly targetMs: number;
  readonly ok: boolean;
}

interface Bench {
  readonly name: string;
  readonly target: string;
  run(): Promise<readonly Measurement[]>;
}

const targetMs = 5;
const warmUps = 100;
const searches = 500;
/** Each search is made so often and its best time taken: a machine that is busy with other things is not measured. */
const tries = 5;
/** As many as an autocomplete shows. */
const limit = 25;

/** What people type for a name, one kind of query each. */
const queries: Readonly<Record<string, (name: string, random: SeededRandom) => string>> = {
  'exact name': (name) => name,
  'name prefix': (name, random) => name.slice(0, random.between(1, Math.max(1, name.length - 1))),
  substring: (name, random) => name.slice(random.between(1, Math.max(1, name.length - 2))),
  initials: (name) => getChoseong(name, { keepNonHangul: true }),
  'part of the initials': (name, random) => getChoseong(name, { keepNonHangul: true }).slice(0, random.between(1, 3)),
  'one typo': (name, random) => {
    const at = random.between(0, name.length - 1);
    return `${name.slice(0, at)}${random.pick(['갹', '뷁', '쥬'])}${name.slice(at + 1)}`;
  },
  'wrong keyboard layout': (name) => convertHangulToQwerty(name),
  'nothing like it': (_, random) => Array.from({ length: 8 }, () => random.pick(['뷁', '쀍', '꿻', 'q', 'z'])).join(''),
};

export const symbols: Bench = {
  name: 'symbol search',
  target: `p99 under ${targetMs} ms over 4,000 issues`,
  async run() {
    const issues = listedIssues(4_000);
    const directory = createDirectory(issues);
    return Object.entries(queries).map(([name, toQuery]) => {
      const random = new SeededRandom(7);
      const typed = Array.from({ length: warmUps + searches }, () => toQuery(random.pick(issues)?.name ?? '', random));
      const once = (text: string): number => {
        const startedAt = performance.now();
        directory.search(text, limit);
        return performance.now() - startedAt;
      };
      const times = typed.map((text) => Math.min(...Array.from({ length: tries }, () => once(text))));
      const sorted = times.slice(warmUps).sort((one, other) => one - other);
      const [p50Ms = 0, p99Ms = 0] = [0.5, 0.99].map((share) => sorted[Math.floor(sorted.length * share)]);
      return { name, p50Ms, p99Ms, targetMs, ok: p99Ms < targetMs };
    });
  },
};

if (import.meta.main) process.stdout.write(`${JSON.stringify(await symbols.run(), null, 2)}\n`);
