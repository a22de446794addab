/** The variables of an environment. */
export type Environ = Readonly<Record<string, string | undefined>>;

/** A problem with a setting, and what to do about it. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

/**
 * The settings that have a value, without surrounding quotes: `docker --env-file` passes quotes on that a shell would
 * remove.
 */
export function present(environ: Environ): Readonly<Record<string, string>> {
  const given = Object.entries(environ).map(([name, value = '']): [string, string] => {
    const text = value.trim();
    return [name, (/^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text).trim()];
  });
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}
