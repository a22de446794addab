import { chmodSync, closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeSync } from 'node:fs';
import { parseEnvFile } from './env-file.ts';

/** The new values of settings, by name; undefined removes a setting. */
export type SettingChanges = Readonly<Record<string, string | undefined>>;

/**
 * Changes settings in the text of a `.env`. Comments, order and all other lines stay as they are. A removed setting and
 * a second line for the same setting become comments.
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

/** The line that sets a value, in quotes if it needs them: without quotes `#` begins a comment. */
function assignmentOf(name: string, value: string): string {
  const forms = [value, `'${value}'`, `"${value}"`, `\`${value}\``].map((form) => `${name}=${form}`);
  return forms.find((form) => parseEnvFile(Buffer.from(form)).variables[name] === value) ?? `${name}=${value}`;
}

/**
 * Writes a file that only its owner can read. The old file is replaced only once the new one is completely on the disk.
 * @throws the system's error when the file cannot be written.
 */
export function writePrivately(path: string, text: string): void {
  const target = resolved(path);
  const beside = `${target}.${process.pid}.new`;
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      // The umask may have removed permissions, and some file systems add some.
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

/** The path behind a symbolic link, so that the link itself is not replaced by a file. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
