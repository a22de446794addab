// @ts-nocheck
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

/** That of the project, and that of the tool beside it. */
export const locks = ['package-lock.json', 'mutants/package-lock.json'] as const;
const pathOf = (lock: (typeof locks)[number]): string => resolve(import.meta.dirname, '../..', lock);
const fields = z.record(z.string(), z.unknown());

/**
 * A lock as it is, and as it should be: without the Node that each package asks for. `npm ci` would hold those against
 * the Node that npm itself runs on, and warn of it, though the packages run on the Node that the project brings. What
 * the project asks of the other stays: its own `engines`.
 */
export function withoutEngines(name: (typeof locks)[number]): { readonly before: string; readonly after: string } {
  const before = readFileSync(pathOf(name), 'utf8');
  const lock = fields.parse(JSON.parse(before));
  const packages = Object.entries(z.record(z.string(), fields).parse(lock['packages']));
  const kept = packages.map(([folder, entry]) => [folder, folder === '' ? entry : without(entry)]);
  return { before, after: `${JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }, null, 2)}\n` };
}

function without({ engines: _, ...rest }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return rest;
}

if (import.meta.main) for (const lock of locks) writeFileSync(pathOf(lock), withoutEngines(lock).after);
