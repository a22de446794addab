import { AppError } from '../../errors.ts';
import type { Words } from '../../i18n/index.ts';
import type { Button } from '../channel.ts';
import { type ArgumentKind, shorten } from '../command.ts';

/** Rows that one screen of a phone shows. */
const rowsPerPage = 10;

/** The page number of a long answer: `2`, `2쪽`. */
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
 * A page number for commands that also have forms with words: `/who 2` beside `/who add …`. A word that is no page
 * number is left to those forms; a word that none of them takes is an error.
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
  /** The number of rows on the pages before this one. */
  readonly before: number;
  /** `2/5`; empty when there is only one page. */
  readonly label: string;
  /** Buttons to the previous and the next page, which replace this one in the chat. */
  readonly buttons: readonly (readonly Button[])[];
}

/**
 * One page of `rows`; a page number past the end gives the last page. `line` is the command line without a page number;
 * the buttons add theirs: `/rank volume` becomes `/rank volume 2`.
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
