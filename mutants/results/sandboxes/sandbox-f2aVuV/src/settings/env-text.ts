// @ts-nocheck
import { chmodSync, closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { parseEnvFile } from './env-file.ts';

/** Settings to change, by name; undefined: not set any more. */
export type SettingChanges = Readonly<Record<string, string | undefined>>;

/**
 * The text of a `.env` with these settings changed. Comments, order and all other lines stay as they are; what is not set
 * any more, or was set twice, stays as a comment.
 */
export function withSettings(text: string, changes: SettingChanges): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const done = new Set<string>();
  const changed = lines.map((line) => {
    const [, name = '', given = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (!(name in changes)) return line;
    const value = changes[name];
    if (value !== undefined && !done.has(name)) {
      done.add(name);
      return assignmentOf(name, value);
    }
    return given.trim() === '' ? line : `# ${line.trimStart()}`;
  });
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined || done.has(name) ? [] : [assignmentOf(name, value)],
  );
  return [...changed, ...added].map((line) => line + newline).join('');
}

/** In the quotes that it needs, if any: outside of them `#` begins a comment. */
function assignmentOf(name: string, value: string): string {
  const forms = [value, `'${value}'`, `"${value}"`, `\`${value}\``].map((form) => `${name}=${form}`);
  return forms.find((form) => parseEnvFile(Buffer.from(form)).variables[name] === value) ?? `${name}=${value}`;
}

/**
 * Writes a file that only its owner can read, whole or not at all: the old one stays until the new one is on the disk.
 * @throws the system's error when it cannot.
 */
export function writePrivately(path: string, text: string): void {
  const target = resolved(path);
  const beside = `${target}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      // The mask of the process may have taken more away, or the file system given more.
      chmodSync(beside, 0o600);
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** A link is followed, so that it stays one. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
