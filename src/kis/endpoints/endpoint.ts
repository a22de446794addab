import type { DecodedFields, Fields } from '../codecs/fields.ts';
import type { InputRule } from './inputs.ts';

/**
 * How an answer is divided into pages: the inputs that carry the position, whose names differ between APIs. Some have
 * none, and the header alone asks for the next page.
 */
export interface Paging {
  readonly keys: readonly string[];
  /** Rows a page, live and paper. */
  readonly rows: { readonly live: number; readonly paper: number };
}

/** One block of an answer: a record, or a list of records. KIS answers some single records as a list of one. */
export interface Block<F extends Fields, Many extends boolean> {
  readonly fields: F;
  readonly many: Many;
  /** A list whose first page has at least one record, such as the totals above a listing. */
  readonly head?: true;
}

/**
 * One line of the catalogue. The same row serves the client, the simulator, the tests and the docs.
 * `tr.paper` is null where KIS's paper host lacks the API; `tr.legacy` are older ids that other clients still send.
 */
export interface Endpoint<
  Inputs extends Readonly<Record<string, InputRule>> = Readonly<Record<string, InputRule>>,
  Blocks extends Readonly<Record<string, Block<Fields, boolean>>> = Readonly<Record<string, Block<Fields, boolean>>>,
> {
  /** KIS's own name for it, the last part of the path where that is unique. */
  readonly id: string;
  readonly title: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly tr: { readonly live: string; readonly paper: string | null; readonly legacy?: readonly string[] };
  /** An `order` is sent once, whatever the answer; a `read` may be repeated. */
  readonly kind: 'read' | 'order';
  /** Account calls have a second, lower limit at KIS's ledger (EGW00215). */
  readonly account: boolean;
  readonly paging: Paging | null;
  /** What a request carries, as query parameters or body fields, and what KIS takes there; `{n}` stands for a number. */
  readonly input: Inputs;
  readonly output: Blocks;
}

/** A record of an answer. */
export function one<F extends Fields>(fields: F): Block<F, false> {
  return { fields, many: false };
}

/** A list of records. */
export function many<F extends Fields>(fields: F): Block<F, true> {
  return { fields, many: true };
}

/** A list whose first page has at least one record. */
export function head<F extends Fields>(fields: F): Block<F, true> {
  return { fields, many: true, head: true };
}

/** Keeps the exact types of the rows. */
export function defineEndpoints<
  const Rows extends Readonly<
    Record<string, Endpoint<Readonly<Record<string, InputRule>>, Readonly<Record<string, Block<Fields, boolean>>>>>
  >,
>(rows: Rows): Rows {
  return rows;
}

/** `X_{n}` in the catalogue is `X_1`, `X_2` and so on in a request. */
type Numbered<Name extends string> = Name extends `${infer Stem}{n}` ? `${Stem}${number}` : Name;

/** What a request to this row carries; account number and paging keys are added by the client. */
export type Input<E extends Endpoint> = {
  readonly [Name in keyof E['input'] & string as Numbered<Name>]: E['input'][Name] extends InputRule<infer Value>
    ? Value
    : never;
};

/** What an answer of this row holds: each block under its KIS name. */
export type Output<E extends Endpoint> = {
  readonly [Name in keyof E['output']]: E['output'][Name] extends Block<infer F, infer Many>
    ? Many extends true
      ? readonly DecodedFields<F>[]
      : DecodedFields<F>
    : never;
};
