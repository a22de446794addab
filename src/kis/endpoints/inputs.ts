/**
 * What KIS takes for one input of a request. The values are the documented ones, with those that its samples send; the
 * client cannot compile with another, and the simulator refuses one as KIS does.
 */
export interface InputRule<Value extends string = string> {
  /** The documented values; undefined where a pattern or nothing bounds the text. */
  readonly values?: readonly Value[];
  /** What the text looks like, where KIS names no values. */
  readonly pattern?: RegExp;
  /** Whether KIS takes a request without it. Hoga always sends all. */
  readonly omissible: boolean;
}

/** A code, a number, a day or a name: KIS documents no list of values. */
export const anyText: InputRule = { omissible: false };

/** A market or an industry by its four digits: 0000 all, 0001 KOSPI, 1001 KOSDAQ, others by KIS's list of industries. */
export const industryCode: InputRule = { pattern: /^\d{4}$/, omissible: false };

/** Zeros and ones, one for each group of issues; KIS's samples send some of them, or a single 0. */
export const flags: InputRule = { pattern: /^[01]{0,10}$/, omissible: false };

/** These values and no others. */
export function oneOf<const Values extends readonly string[]>(...values: Values): InputRule<Values[number]> {
  return { values, omissible: false };
}

/** The same, but a request may lack it. */
export function omissible<Value extends string>(rule: InputRule<Value>): InputRule<Value> {
  return { ...rule, omissible: true };
}

/** Whether KIS takes this text. One that may be left out may be blank, too. */
export function takes(rule: InputRule, text: string): boolean {
  if (text === '' && rule.omissible) return true;
  return (rule.values?.includes(text) ?? true) && (rule.pattern?.test(text) ?? true);
}

/**
 * The first of `names` whose text in `input` KIS would not take. `X_{n}` in a rule's name is `X_1`, `X_2` and so on in a
 * request.
 */
export function untakenInput(
  rules: Readonly<Record<string, InputRule>>,
  input: ReadonlyMap<string, string>,
  nameOf: (name: string) => string = (name) => name,
): string | undefined {
  const byName = new Map(Object.entries(rules).map(([name, rule]) => [nameOf(name), rule]));
  for (const [name, text] of input) {
    const rule = byName.get(name) ?? byName.get(name.replace(/\d+$/, '{n}')) ?? byName.get(name.replace(/\d+$/, '{N}'));
    if (rule !== undefined && !takes(rule, text)) return name;
  }
  return undefined;
}
