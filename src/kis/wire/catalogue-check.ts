import type { ApiDrift } from '../../domain/api-drift.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { decodeOutput } from '../codecs/decode-output.ts';
import type { Endpoint, Output } from '../endpoints/endpoint.ts';
import { untakenInput } from '../endpoints/inputs.ts';
import type { Environment } from './environment.ts';
import { KisError, type VenueRefusal } from './error.ts';

/** An account as KIS wants it: eight digits and two. */
export interface AccountNumber {
  readonly number: string;
  readonly product: string;
}

/** The code and text of an answer in which KIS gave neither. */
const nothingSaid: VenueRefusal = { code: '', text: '' };

/**
 * Holds what is sent to KIS and what KIS answers against the catalogue's row for that API. Where they differ (the API
 * has drifted), the log and `onDrift` are told.
 */
export class CatalogueCheck {
  readonly #dialect: Environment['dialect'];
  readonly #account: AccountNumber | undefined;
  readonly #log: Log;
  readonly #onDrift: (drift: ApiDrift) => void;

  constructor(options: {
    readonly environment: Environment;
    readonly account: AccountNumber | undefined;
    readonly log: Log;
    readonly onDrift?: ((drift: ApiDrift) => void) | undefined;
  }) {
    this.#dialect = options.environment.dialect;
    this.#account = options.account;
    this.#log = options.log;
    this.#onDrift = options.onDrift ?? (() => undefined);
  }

  /** Whether the host has this API at all. */
  supports(endpoint: Endpoint): boolean {
    return endpoint.tr[this.#dialect] !== null;
  }

  /** The TR id by which the host knows this API. @throws KisError `unsupported` where the host lacks the API. */
  trId(endpoint: Endpoint): string {
    const trId = endpoint.tr[this.#dialect];
    if (trId === null) throw lacking(endpoint);
    return trId;
  }

  /**
   * What a request carries: its input, and the account number where the API asks for one.
   * @throws KisError `drift` for an input that KIS is known to refuse, so that the request is never sent, and
   * `unsupported` where the API asks for an account and this key has none.
   */
  fields(endpoint: Endpoint, input: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const field = untakenInput(endpoint.input, new Map(Object.entries(input)));
    if (field !== undefined) {
      this.report(endpoint, nothingSaid, field);
      throw new KisError('drift', nothingSaid, { ...nameOf(endpoint), field });
    }
    if (!endpoint.account) return input;
    if (this.#account === undefined) throw lacking(endpoint);
    return { CANO: this.#account.number, ACNT_PRDT_CD: this.#account.product, ...input };
  }

  /** `page` is as in `decodeOutput`. @throws KisError `malformed`, naming the API and the field. */
  decode<E extends Endpoint>(endpoint: E, body: Readonly<Record<string, unknown>>, page = 0): Output<E> {
    try {
      return decodeOutput(endpoint, body, page);
    } catch (error) {
      const { where = '', field = '' } = error instanceof AppError ? error.context : {};
      const place = `${where} ${field}`.replace(endpoint.id, '').trim();
      this.report(endpoint, nothingSaid, place);
      throw new KisError('malformed', nothingSaid, { ...nameOf(endpoint), field: place }, error);
    }
  }

  /** Reports that KIS and the catalogue disagree. The log gets names only, never values, so that it can be passed on. */
  report(endpoint: Endpoint, { code, text }: VenueRefusal, field?: string): void {
    const { id: api, title } = endpoint;
    const trId = endpoint.tr[this.#dialect] ?? '';
    const parameters = [...Object.keys(endpoint.input), ...(endpoint.paging?.keys ?? [])].join(' ');
    this.#log.error('KIS does not agree with the catalogue about an API', {
      api,
      trId,
      path: endpoint.path,
      code,
      text,
      field,
      parameters,
    });
    this.#onDrift({ api, title, trId, code, text, field });
  }
}

/** An API by its id and by its title in KIS's documents, for the sentence that tells a person about it. */
export function nameOf({ id, title }: Endpoint): { readonly endpoint: string; readonly title: string } {
  return { endpoint: id, title };
}

/** `account` goes with the error because another key helps only where the API is about no account. */
function lacking({ id, account }: Endpoint): KisError {
  return new KisError('unsupported', nothingSaid, { endpoint: id, account });
}
