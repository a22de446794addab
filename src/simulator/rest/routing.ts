import type { Endpoint } from '../../kis/endpoints/endpoint.ts';
import { untakenInput } from '../../kis/endpoints/inputs.ts';
import { type BusinessRefusal, gatewayTexts, type KisText, queryRefusals } from './texts.ts';

/**
 * The row of the catalogue that a request is for, or the refusal. With an rtCd the business servers refuse it,
 * otherwise the gateway.
 */
type Resolved =
  | { readonly row: Endpoint; readonly refusal?: undefined }
  | { readonly row?: undefined; readonly refusal: KisText | BusinessRefusal };

function idsOn(kind: 'live' | 'paper', { tr }: Endpoint): readonly string[] {
  const legacy = (tr.legacy ?? []).filter((id) => id.startsWith('V') === (kind === 'paper'));
  const current = kind === 'live' ? tr.live : tr.paper;
  return current === null ? legacy : [current, ...legacy];
}

/** Finds the row by method, path and TR id, as the host of `kind` knows them. */
export function resolveRow(
  catalogue: readonly Endpoint[],
  kind: 'live' | 'paper',
  method: string,
  path: string,
  trId: string,
): Resolved {
  const rows = catalogue.filter((row) => row.method === method && row.path === path);
  if (rows.length === 0) return { refusal: gatewayTexts.routing };
  if (trId === '') return { refusal: queryRefusals.trIdMissing };
  const row = rows.find((candidate) => idsOn(kind, candidate).includes(trId));
  if (row !== undefined) return { row };
  const other = kind === 'live' ? 'paper' : 'live';
  if (rows.some((candidate) => idsOn(other, candidate).includes(trId))) {
    return { refusal: kind === 'live' ? gatewayTexts.notLiveTr : gatewayTexts.notPaperTr };
  }
  // The paper ids that rows would have if the paper host offered them.
  const paperIds = rows.flatMap((candidate) => idsOn('live', candidate).map((id) => `V${id.slice(1)}`));
  if (kind === 'paper' && paperIds.includes(trId)) return { refusal: queryRefusals.notOnPaper };
  return { refusal: queryRefusals.service };
}

/** The name of an input as it is compared. Account APIs need the exact case, quotations take either. */
function nameOf(row: Endpoint, name: string): string {
  return row.account ? name : name.toUpperCase();
}

/** The first input that the row needs and the request lacks. A blank one is not lacking. */
export function missingInput(row: Endpoint, inputs: ReadonlyMap<string, string>): string | undefined {
  return Object.entries(row.input)
    .filter(([, rule]) => !rule.omissible)
    .map(([name]) => nameOf(row, name.replace('{n}', '1')))
    .find((name) => !inputs.has(name));
}

/** The first input with a value that KIS refuses. */
export function wrongInput(row: Endpoint, inputs: ReadonlyMap<string, string>): string | undefined {
  return untakenInput(row.input, inputs, (name) => nameOf(row, name));
}

/** The inputs of a request by name. Values that are no strings are ignored, because KIS wants numbers as text. */
export function readInputs(
  row: Endpoint,
  query: URLSearchParams,
  body: Readonly<Record<string, unknown>> | undefined,
): ReadonlyMap<string, string> {
  const pairs = body === undefined ? [...query] : Object.entries(body);
  return new Map(
    pairs.flatMap(([name, value]) => (typeof value === 'string' ? [[nameOf(row, name), value] as const] : [])),
  );
}
