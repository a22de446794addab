import { z } from 'zod';

/**
 * What can be made to go wrong, in two groups: rules, each for the next `times` REST calls that it matches, and standing
 * conditions, which hold until changed or cleared.
 *
 * A rule's `on` is `any`, `order`, `read`, `oauth`, an endpoint's id (`inquire-balance`), a TR id or a path. The first
 * rule that matches a call is used, and counts down.
 *
 *   { on: 'order', fault: 'cut', when: 'after' }            the order is taken, its answer is lost
 *   { on: 'order', fault: 'cut', when: 'before' }           the connection breaks before anything was done
 *   { on: 'order', fault: 'hang', when: 'after' }           taken, and never answered
 *   { on: 'read', fault: 'delay', ms: 3000, when: 'before' }
 *   { on: 'order', fault: 'http', status: 502, when: 'after' }    a proxy's page instead of the answer
 *   { on: 'inquire-balance', fault: 'refuse', code: 'EGW00316', text: '…', status: 500 }
 *   { on: 'read', fault: 'refuse', code: '', status: 500 }   a server that failed: codes and text are blank
 *   { on: 'read', fault: 'throttle', times: 3 }              EGW00201 on the next three
 *   { on: 'any', fault: 'token', state: 'expired' }          the token in use dies; a new one is to be had at once
 *   { on: 'read', fault: 'malformed' }                       half a JSON body
 *   { on: 'order', fault: 'exchange-reject' }                accepted, then turned down by a notice
 *   { on: 'inquire-balance', fault: 'listing-changed' }      SYDB0050 on a page after the first; `skip: 1`, on the third
 */
const ruleBase = {
  on: z.string().min(1).default('any'),
  /** How many calls; absent, one. */
  times: z.int().positive().default(1),
  /** Matching calls to let through first. */
  skip: z.int().nonnegative().default(0),
};
const when = z.enum(['before', 'after']).default('after');

const faultRuleSchema = z.discriminatedUnion('fault', [
  z.strictObject({ ...ruleBase, fault: z.literal('cut'), when }),
  z.strictObject({ ...ruleBase, fault: z.literal('hang'), when }),
  z.strictObject({ ...ruleBase, fault: z.literal('delay'), when, ms: z.int().nonnegative() }),
  z.strictObject({
    ...ruleBase,
    fault: z.literal('http'),
    when,
    status: z.int().min(200).max(599),
    body: z.string().default('<html><body>Bad Gateway</body></html>'),
  }),
  z.strictObject({
    ...ruleBase,
    fault: z.literal('refuse'),
    when: z.enum(['before', 'after']).default('before'),
    code: z.string(),
    text: z.string().default(''),
    rtCd: z.string().default('1'),
    status: z.int().min(200).max(599).default(200),
  }),
  z.strictObject({ ...ruleBase, fault: z.literal('throttle') }),
  z.strictObject({ ...ruleBase, fault: z.literal('token'), state: z.enum(['unknown', 'expired']) }),
  z.strictObject({ ...ruleBase, fault: z.literal('malformed') }),
  z.strictObject({ ...ruleBase, fault: z.literal('listing-changed') }),
  z.strictObject({ ...ruleBase, fault: z.literal('exchange-reject') }),
]);

/** Order notices. Held ones go out when `hold` ends, newest first with `reorder`. Counts run down. */
const noticesSchema = z.strictObject({
  hold: z.boolean().default(false),
  reorder: z.boolean().default(false),
  /** So many of the next ones never arrive. */
  drop: z.int().nonnegative().default(0),
  /** So many of the next ones arrive twice. */
  duplicate: z.int().nonnegative().default(0),
  delayMs: z.int().nonnegative().default(0),
});

const socketsSchema = z.strictObject({
  /** Open sockets get neither data nor PINGPONG nor answers. */
  silent: z.boolean().default(false),
  /** New sockets are turned away. */
  refuse: z.boolean().default(false),
});

/** Rules are added; a condition that is named replaces the one in force, and the others stay. */
const faultsSchema = z.strictObject({
  notices: noticesSchema.optional(),
  sockets: socketsSchema.optional(),
  /** Executions, open and scheduled orders are listed as they stood so many milliseconds ago. */
  executionsLagMs: z.int().nonnegative().optional(),
  /**
   * What follows on a list whose last page is full, as KIS has answered with fifty holdings: it `ends` there, says that
   * there is more and then that there is `nothing`, or says that and then always that the list has `changed`.
   */
  fullLastPage: z.enum(['ends', 'nothing', 'changed']).optional(),
  /** When orders for a later day are taken: in the documented hours, or at any, as KIS has been seen to move them. */
  scheduleHours: z.enum(['documented', 'any']).optional(),
  rules: z.array(faultRuleSchema).default([]),
  /** Breaks all sockets, now and once. */
  dropSockets: z.boolean().default(false),
});

interface Conditions {
  readonly notices: z.output<typeof noticesSchema>;
  readonly sockets: z.output<typeof socketsSchema>;
  readonly executionsLagMs: number;
  readonly fullLastPage: 'ends' | 'nothing' | 'changed';
  readonly scheduleHours: 'documented' | 'any';
}

const calm: Conditions = {
  notices: noticesSchema.parse({}),
  sockets: socketsSchema.parse({}),
  executionsLagMs: 0,
  fullLastPage: 'ends',
  scheduleHours: 'documented',
};

/** A rule as it is written; what has a default may be left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;
/** Everything that can be set at once; `setFaults` and the door take a part of it, or a list of rules alone. */
export type Faults = Readonly<z.input<typeof faultsSchema>>;
/** A rule that was drawn for a call. */
export type ActiveFault = z.output<typeof faultRuleSchema>;

/** @throws ZodError for anything that is not a set of faults or a list of rules. */
export function readFaults(input: unknown): z.output<typeof faultsSchema> {
  return faultsSchema.parse(Array.isArray(input) ? { rules: input } : input);
}

/** How a call looks to the rules. */
export interface CallNames {
  readonly path: string;
  readonly trId: string;
  readonly id: string;
  readonly kind: 'order' | 'read' | 'oauth' | 'other';
  /** Whether it goes on with a list. */
  readonly continued: boolean;
}

/** The faults in force. */
export class FaultBox {
  #rules: ActiveFault[] = [];
  #conditions = calm;
  readonly #changed: (dropSockets: boolean) => void;

  constructor(changed: (dropSockets: boolean) => void) {
    this.#changed = changed;
  }

  get conditions(): Conditions {
    return this.#conditions;
  }

  /** Rules left to be used, for the state door. */
  get rules(): readonly ActiveFault[] {
    return this.#rules;
  }

  /** Adds rules and changes conditions. @throws ZodError for what does not read as faults. */
  set(input: Faults | readonly FaultRule[]): void {
    const { rules, dropSockets, ...conditions } = readFaults(input);
    this.#rules = [...this.#rules, ...rules];
    this.#conditions = {
      notices: conditions.notices ?? this.#conditions.notices,
      sockets: conditions.sockets ?? this.#conditions.sockets,
      executionsLagMs: conditions.executionsLagMs ?? this.#conditions.executionsLagMs,
      fullLastPage: conditions.fullLastPage ?? this.#conditions.fullLastPage,
      scheduleHours: conditions.scheduleHours ?? this.#conditions.scheduleHours,
    };
    this.#changed(dropSockets);
  }

  clear(): void {
    this.#rules = [];
    this.#conditions = calm;
    this.#changed(false);
  }

  /** The rule for this call, counted down. */
  draw(call: CallNames): ActiveFault | undefined {
    const names = ['any', call.kind, call.path, call.trId, call.id];
    for (const [index, rule] of this.#rules.entries()) {
      if (!names.includes(rule.on)) continue;
      // Only what has begun can have changed since.
      if (rule.fault === 'listing-changed' && !call.continued) continue;
      if (rule.skip > 0) {
        this.#rules[index] = { ...rule, skip: rule.skip - 1 };
        return undefined;
      }
      this.#rules = this.#rules.flatMap((other) => {
        if (other !== rule) return [other];
        return rule.times > 1 ? [{ ...rule, times: rule.times - 1 }] : [];
      });
      return rule;
    }
    return undefined;
  }

  /** Whether the next notice is lost or doubled, counted down. */
  noticeCopies(): 0 | 1 | 2 {
    const { notices } = this.#conditions;
    if (notices.drop > 0) {
      this.#conditions = { ...this.#conditions, notices: { ...notices, drop: notices.drop - 1 } };
      return 0;
    }
    if (notices.duplicate > 0) {
      this.#conditions = { ...this.#conditions, notices: { ...notices, duplicate: notices.duplicate - 1 } };
      return 2;
    }
    return 1;
  }
}
