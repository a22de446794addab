import { AppError } from '../../errors.ts';
import type { Endpoint, Output } from '../endpoints/endpoint.ts';
import { isEmptyAnswer } from '../wire/error.ts';
import { decodeFields } from './fields.ts';

/**
 * Decodes every block of an answer. KIS sends some single records as a list of one and some lists of one as a single
 * record; both are taken. `page` is the position of the answer among those of a listing.
 *
 * Every recorded success has all blocks of its API, be they empty. So a block that is not there
 * was renamed or moved, and must not pass for a list without rows: an order that is missing from such a list would be
 * taken for one that does not exist. Only an answer that says in its code that there are no rows may leave blocks out.
 * @throws AppError `venue.malformed`, naming what is missing.
 */
export function decodeOutput<E extends Endpoint>(
  endpoint: E,
  body: Readonly<Record<string, unknown>>,
  page = 0,
): Output<E> {
  const byLowerCase = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const output: Record<string, unknown> = {};
  for (const [name, block] of Object.entries(endpoint.output)) {
    const raw = byLowerCase.get(name.toLowerCase());
    const where = `${endpoint.id} ${name}`;
    if (raw === undefined && !isEmptyAnswer(body)) throw new AppError('venue.malformed', { where, problem: 'missing' });
    const rows = (raw === undefined || raw === null || raw === '' ? [] : Array.isArray(raw) ? raw : [raw]).filter(
      (row) => !block.many || !isFiller(row),
    );
    if (block.head === true && page === 0 && rows.length === 0) {
      throw new AppError('venue.malformed', { where, problem: 'no record' });
    }
    output[name] = block.many
      ? rows.map((row) => decodeFields(block.fields, row, where))
      : decodeFields(block.fields, rows[0] ?? {}, where);
  }
  return output as Output<E>;
}

/** KIS fills up some lists with empty objects or with rows of blanks. */
function isFiller(row: unknown): boolean {
  if (row === null || row === '') return true;
  return typeof row === 'object' && Object.values(row).every((value) => String(value).trim() === '');
}
