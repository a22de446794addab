import type { Endpoint, Output } from '../endpoints/endpoint.ts';
import { decodeFields } from './fields.ts';

/**
 * Decodes every block of an answer. KIS sends some single records as a list of one and some lists of one as a single
 * record; both are taken.
 * @throws AppError `venue.malformed`, naming what is missing.
 */
export function decodeOutput<E extends Endpoint>(endpoint: E, body: Readonly<Record<string, unknown>>): Output<E> {
  const byLowerCase = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const output: Record<string, unknown> = {};
  for (const [name, block] of Object.entries(endpoint.output)) {
    const raw = byLowerCase.get(name.toLowerCase());
    const where = `${endpoint.id} ${name}`;
    const rows = raw === undefined || raw === null || raw === '' ? [] : Array.isArray(raw) ? raw : [raw];
    output[name] = block.many
      ? rows.filter(hasContent).map((row) => decodeFields(block.fields, row, where))
      : decodeFields(block.fields, rows[0] ?? {}, where);
  }
  return output as Output<E>;
}

/** KIS fills up some lists with empty objects or with rows of blanks. */
function hasContent(row: unknown): boolean {
  return typeof row === 'object' && row !== null && Object.values(row).some((value) => String(value).trim() !== '');
}
