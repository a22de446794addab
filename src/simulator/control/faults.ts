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
  /** How many calls the rule is used for; absent: one. */
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

/** Faults of order notices. Held ones are sent when `hold` ends, newest first with `reorder`. The counts run down. */
const noticesSchema = z.strictObject({
  hold: z.boolean().default(false),
  reorder: z.boolean().default(false),
  /** How many of the next notices never arrive. */
  drop: z.int().nonnegative().default(0),
  /** How many of the next notices arrive twice. */
  duplicate: z.int().nonnegative().default(0),
  delayMs: z.int().nonnegative().default(0),
});

const socketsSchema = z.strictObject({
  /** Open sockets get no data, no PINGPONG and no answers. */
  silent: z.boolean().default(false),
  /** New sockets are turned away. */
  refuse: z.boolean().default(false),
  /** `withheld`: no PINGPONG is sent. `unheard`: it is sent, and no answer of the client arrives. */
  pingPong: z.enum(['normal', 'withheld', 'unheard']).default('normal'),
});

/** How many of the next frames with data do not arrive whole. The counts run down, in this order. */
const framesSchema = z.strictObject({
  /** Half of the frame arrives. */
  cut: z.int().nonnegative().default(0),
  /** Other text arrives in its place. */
  garbage: z.int().nonnegative().default(0),
  /** Bytes that are no text arrive in its place. */
  brokenBytes: z.int().nonnegative().default(0),
});
type FrameFault = keyof z.output<typeof framesSchema>;

/** New rules are added. A condition that is given replaces the one in force; the others stay. */
const faultsSchema = z.strictObject({
  notices: noticesSchema.optional(),
  sockets: socketsSchema.optional(),
  frames: framesSchema.optional(),
  /** Executions, open orders and scheduled orders are listed as they stood this many milliseconds ago. */
  executionsLagMs: z.int().nonnegative().optional(),
  /**
   * What follows a list whose last page is full, as KIS has answered with fifty holdings. `ends`: the list ends there.
   * `nothing`: KIS says that there is more, and the next page is empty. `changed`: KIS says that there is more, and
   * then always that the list has changed.
   */
  fullLastPage: z.enum(['ends', 'nothing', 'changed']).optional(),
  /**
   * When orders for a later day are taken: in the documented hours, or at any hour, because KIS has moved the hours
   * before.
   */
  scheduleHours: z.enum(['documented', 'any']).optional(),
  rules: z.array(faultRuleSchema).default([]),
  /** Breaks all open sockets, once. */
  dropSockets: z.boolean().default(false),
  /**
   * Makes all open sockets half-open, once: they stand, nothing passes either way any more, and an end of the client's
   * is not heard. A session keeps the place of its app key until its PINGPONG has gone unanswered for long enough.
   */
  halfOpenSockets: z.boolean().default(false),
  /** Revokes every approval key issued so far, once. Open sockets stand until a key is looked at again. */
  revokeApprovalKeys: z.boolean().default(false),
});
type FaultsRead = z.output<typeof faultsSchema>;
/** What is done once, and not kept as a condition. */
type Strikes = Pick<FaultsRead, 'dropSockets' | 'halfOpenSockets' | 'revokeApprovalKeys'>;

export interface FaultConditions {
  readonly notices: z.output<typeof noticesSchema>;
  readonly sockets: z.output<typeof socketsSchema>;
  readonly frames: z.output<typeof framesSchema>;
  readonly executionsLagMs: number;
  readonly fullLastPage: 'ends' | 'nothing' | 'changed';
  readonly scheduleHours: 'documented' | 'any';
}

const calm: FaultConditions = {
  notices: noticesSchema.parse({}),
  sockets: socketsSchema.parse({}),
  frames: framesSchema.parse({}),
  executionsLagMs: 0,
  fullLastPage: 'ends',
  scheduleHours: 'documented',
};

/** A rule as a test writes it; what has a default may be left out. */
export type FaultRule = z.input<typeof faultRuleSchema>;
/** Everything that can be set at once. `setFaults` and the control API take any part of it, or only a list of rules. */
export type Faults = Readonly<z.input<typeof faultsSchema>>;
/** A rule that was drawn for a call. */
export type ActiveFault = z.output<typeof faultRuleSchema>;

/** @throws ZodError for anything that is not a set of faults or a list of rules. */
export function readFaults(input: unknown): FaultsRead {
  return faultsSchema.parse(Array.isArray(input) ? { rules: input } : input);
}

/** The properties of a call that rules match. */
export interface CallNames {
  readonly path: string;
  readonly trId: string;
  readonly id: string;
  readonly kind: 'order' | 'read' | 'oauth' | 'other';
  /** Whether it asks for a further page of a list. */
  readonly continued: boolean;
}

/** The faults in force. */
export class FaultInjector {
  #rules: ActiveFault[] = [];
  #conditions = calm;
  readonly #changed: (strikes: Strikes) => void;

  constructor(changed: (strikes: Strikes) => void) {
    this.#changed = changed;
  }

  get conditions(): FaultConditions {
    return this.#conditions;
  }

  /** Rules that are still to be used, for the state. */
  get rules(): readonly ActiveFault[] {
    return this.#rules;
  }

  /** Adds rules and changes conditions. @throws ZodError for what does not read as faults. */
  set(input: Faults | readonly FaultRule[]): void {
    const { rules, dropSockets, halfOpenSockets, revokeApprovalKeys, ...conditions } = readFaults(input);
    this.#rules = [...this.#rules, ...rules];
    this.#conditions = {
      notices: conditions.notices ?? this.#conditions.notices,
      sockets: conditions.sockets ?? this.#conditions.sockets,
      frames: conditions.frames ?? this.#conditions.frames,
      executionsLagMs: conditions.executionsLagMs ?? this.#conditions.executionsLagMs,
      fullLastPage: conditions.fullLastPage ?? this.#conditions.fullLastPage,
      scheduleHours: conditions.scheduleHours ?? this.#conditions.scheduleHours,
    };
    this.#changed({ dropSockets, halfOpenSockets, revokeApprovalKeys });
  }

  clear(): void {
    this.#rules = [];
    this.#conditions = calm;
    this.#changed({ dropSockets: false, halfOpenSockets: false, revokeApprovalKeys: false });
  }

  /** The rule for this call, whose count runs down; undefined when none matches. */
  draw(call: CallNames): ActiveFault | undefined {
    const names = ['any', call.kind, call.path, call.trId, call.id];
    for (const [index, rule] of this.#rules.entries()) {
      if (!names.includes(rule.on)) continue;
      // A list can have changed only after its first page.
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

  /** What becomes of the next frame with data; undefined where it arrives whole. The counts run down. */
  drawFrameFault(): FrameFault | undefined {
    const { frames } = this.#conditions;
    const fault = (['cut', 'garbage', 'brokenBytes'] as const).find((kind) => frames[kind] > 0);
    if (fault === undefined) return undefined;
    this.#conditions = { ...this.#conditions, frames: { ...frames, [fault]: frames[fault] - 1 } };
    return fault;
  }

  /** How often the next notice is sent: 0 when it is lost, 2 when it is doubled. The counts run down. */
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
