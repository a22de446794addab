/**
 * What KIS accepts for one input of a request: the documented values and those that its samples send. The client does
 * not compile with another value, and the simulator refuses it as KIS does.
 */
export interface InputRule<Value extends string = string> {
  /** The documented values; undefined where a pattern or nothing limits the text. */
  readonly values?: readonly Value[];
  /** The form of the text, where KIS lists no values. */
  readonly pattern?: RegExp;
  /** Whether KIS accepts a request without it. Hoga always sends every input. */
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

/** The same rule for an input that a request may leave out. */
export function omissible<Value extends string>(rule: InputRule<Value>): InputRule<Value> {
  return { ...rule, omissible: true };
}

/** Whether KIS accepts this text. An input that may be left out may also be blank. */
export function takes(rule: InputRule, text: string): boolean {
  if (text === '' && rule.omissible) return true;
  return (rule.values?.includes(text) ?? true) && (rule.pattern?.test(text) ?? true);
}

/**
 * The first input that KIS would refuse; undefined when it accepts all. `X_{n}` in a rule is `X_1`, `X_2` and so on in
 * a request.
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
