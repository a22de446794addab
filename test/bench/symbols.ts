import { convertHangulToQwerty, getChoseong } from 'es-hangul';
import { createDirectory } from '../../src/kis/symbols/search.ts';
import { SeededRandom } from '../chaos/scenario/random.ts';
import { listedIssues } from '../support/kis/listed-issues.ts';
import type { Benchmark } from './bench.ts';

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

/** One search of each kind over a market's worth of names. */
export const searches: readonly Benchmark[] = Object.entries(queries).map(([kind, toQuery]) => ({
  name: `a search among 4,000 issues: ${kind}`,
  targetMs: 5,
  of: 'p99',
  async prepare() {
    const issues = listedIssues(4_000);
    const directory = createDirectory(issues);
    const random = new SeededRandom(7);
    const typed = Array.from({ length: 500 }, () => toQuery(random.pick(issues)?.name ?? '', random));
    let next = 0;
    return {
      run: () => {
        next = (next + 1) % typed.length;
        return directory.search(typed[next] ?? '', limit);
      },
    };
  },
}));
