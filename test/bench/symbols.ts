import { convertHangulToQwerty, getChoseong } from 'es-hangul';
import { createDirectory } from '../../src/kis/symbols/search.ts';
import { SeededRandom } from '../chaos/scenario/random.ts';
import { listedIssues } from '../support/kis/listed-issues.ts';
import { type Benchmark, type Measured, sideBySide } from './bench.ts';

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

/** A search of each kind among a market's worth of names, beside a walk over the names that compares each. */
export const searches: Benchmark = {
  row: 'search',
  async measure() {
    const issues = listedIssues(4_000);
    const directory = createDirectory(issues);
    const random = new SeededRandom(7);
    const lines: Measured[] = [];
    for (const [kind, toQuery] of Object.entries(queries)) {
      const typed = Array.from({ length: 500 }, () => toQuery(random.pick(issues)?.name ?? '', random));
      let next = 0;
      const query = (): string => {
        next = (next + 1) % typed.length;
        return typed[next] ?? '';
      };
      const walk = (): unknown => {
        const wanted = query();
        return issues.filter(({ name }) => name.includes(wanted)).slice(0, limit);
      };
      lines.push(
        ...(await sideBySide({
          work: `${kind}, among 4,000`,
          ours: () => directory.search(query(), limit),
          baseline: walk,
          aim: { of: 'figure', atMost: 5 },
          of: ['p99'],
          rounds: 3,
        })),
      );
    }
    return lines;
  },
};
