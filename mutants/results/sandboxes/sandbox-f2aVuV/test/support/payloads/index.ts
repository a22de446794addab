// @ts-nocheck
import { readFileSync } from 'node:fs';

// KIS's own answers and frames, kept as they were published; README.md says what each is.

function load(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

/** A REST answer's body, from `answers/`. */
export function answer(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(load(`./answers/${name}.json`)) as Record<string, unknown>;
}

/** A data frame or a notice's fields as text, from `frames/`. */
export function frame(name: string): string {
  return load(`./frames/${name}.txt`).trimEnd();
}

/** A control message as it comes over the socket, from `control/`. */
export function control(name: string): string {
  return load(`./control/${name}.json`);
}

/** Rows of a stock master file, from `master/`; on the wire they are cp949. */
export function master(name: string): string {
  return load(`./master/${name}.txt`);
}
