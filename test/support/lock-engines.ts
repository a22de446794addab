import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const path = resolve(import.meta.dirname, '../../package-lock.json');
const fields = z.record(z.string(), z.unknown());

/**
 * The lock as it is, and as it should be: without the Node that each package asks for. `npm ci` would hold those against
 * the Node that npm itself runs on, and warn of it, though the packages run on the Node that the project brings. What
 * the project asks of the other stays: its own `engines`.
 */
export function withoutEngines(): { readonly before: string; readonly after: string } {
  const before = readFileSync(path, 'utf8');
  const lock = fields.parse(JSON.parse(before));
  const packages = Object.entries(z.record(z.string(), fields).parse(lock['packages']));
  const kept = packages.map(([name, entry]) => [name, name === '' ? entry : without(entry)]);
  return { before, after: `${JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }, null, 2)}\n` };
}

function without({ engines: _, ...rest }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return rest;
}

if (import.meta.main) writeFileSync(path, withoutEngines().after);
