import { AppError } from '../../errors.ts';
import type { Words } from '../../i18n/index.ts';
import type { Button } from '../channel.ts';
import { type ArgumentKind, shorten } from '../command.ts';

/** Rows that one screen of a phone shows. */
const rowsPerPage = 10;

/** The page of a long answer: `2`, `2쪽`. */
export const pageNumber: ArgumentKind<number> = {
  name: 'page',
  optional: false,
  fits: (token) => /^\d{1,4}쪽?$/.test(token),
  read([token = '']) {
    const digits = token.replace(/쪽$/, '');
    if (!/^[1-9]\d{0,3}$/.test(digits)) throw new AppError('args.page', { text: shorten(token) });
    return { value: Number(digits), used: 1 };
  },
};

/**
 * The page where words may follow in other forms of the command: `/who 2` beside `/who add …`. What is no page is left to
 * those words, and left over it is too much.
 */
export const leadingPage: ArgumentKind<number> = {
  ...pageNumber,
  read(tokens, context) {
    if (pageNumber.fits?.(tokens[0] ?? '') === true) return pageNumber.read(tokens, context);
    throw new AppError('args.extra', { text: shorten(tokens.join(' ')) });
  },
};

export interface Page<T> {
  readonly rows: readonly T[];
  /** How many rows come before these. */
  readonly before: number;
  /** `2/5`; blank when there is one page. */
  readonly label: string;
  /** Buttons to the pages beside it, which take this one's place. */
  readonly buttons: readonly (readonly Button[])[];
}

/**
 * One page of `rows`; a page past the end is the last. `line` is the command line of another page, without the slash's
 * page number: `/rank volume` goes on as `/rank volume 2`.
 */
export function pageOf<T>(words: Words, rows: readonly T[], page: number | undefined, line: string): Page<T> {
  const pages = Math.max(1, Math.ceil(rows.length / rowsPerPage));
  const current = Math.min(page ?? 1, pages);
  const before = (current - 1) * rowsPerPage;
  const to = (target: number, label: string): readonly Button[] =>
    target < 1 || target > pages ? [] : [{ id: `show:${line} ${target}`, label }];
  const buttons = [...to(current - 1, words.buttons.previous), ...to(current + 1, words.buttons.next)];
  return {
    rows: rows.slice(before, before + rowsPerPage),
    before,
    label: pages === 1 ? '' : `${current}/${pages}`,
    buttons: buttons.length === 0 ? [] : [buttons],
  };
}
