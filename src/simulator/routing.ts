import type { Endpoint } from '../kis/endpoint.ts';
import { type BusinessRefusal, gatewayTexts, type KisText, queryRefusals } from './texts.ts';

/** The row a request means, or why it means none; an rtCd says that the business servers answered. */
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
  // The paper id that a row would have if paper offered it.
  const paperIds = rows.flatMap((candidate) => idsOn('live', candidate).map((id) => `V${id.slice(1)}`));
  if (kind === 'paper' && paperIds.includes(trId)) return { refusal: queryRefusals.notOnPaper };
  return { refusal: queryRefusals.service };
}

/** Inputs that KIS lets a request leave out. */
const optionalInputs: ReadonlySet<string> = new Set([
  'OFL_YN',
  'PDNO',
  'ORD_GNO_BRNO',
  'ODNO',
  'SLL_TYPE',
  'CNDT_PRIC',
  'EXCG_ID_DVSN_CD',
  'LOAN_DT',
  'LDNG_DT',
  'RSVN_ORD_END_DT',
  'RSVN_ORD_ORGNO',
  'CTAL_TLNO',
]);

/** Inputs that a request may leave out of one row and not of others. */
const optionalInputsOf: Readonly<Record<string, readonly string[] | 'all'>> = {
  'inquire-time-itemchartprice': ['FID_ETC_CLS_CODE'],
  'inquire-daily-trade-volume': ['FID_INPUT_DATE_1', 'FID_INPUT_DATE_2'],
  'inquire-vi-status': ['FID_INPUT_ISCD', 'FID_TRGT_CLS_CODE', 'FID_TRGT_EXLS_CLS_CODE'],
  'market-cap': 'all',
  'after-hour-balance': [
    'FID_INPUT_PRICE_1',
    'FID_INPUT_PRICE_2',
    'FID_DIV_CLS_CODE',
    'FID_TRGT_CLS_CODE',
    'FID_TRGT_EXLS_CLS_CODE',
    'FID_VOL_CNT',
  ],
  'quote-balance': 'all',
  'near-new-highlow': 'all',
  'ksdinfo-dividend': ['CTS', 'SHT_CD', 'HIGH_GB'],
  'news-title': 'all',
  'intstock-stocklist-by-group': ['DATA_RANK', 'INTER_GRP_NAME', 'HTS_KOR_ISNM', 'CNTG_CLS_CODE'],
  'inquire-account-balance': ['INQR_DVSN_1', 'BSPR_BF_DT_APLY_YN'],
  'inquire-balance-rlz-pl': ['COST_ICLD_YN'],
};

/** Account calls read names as they stand; quotations take either case. */
function nameOf(row: Endpoint, name: string): string {
  return row.account ? name : name.toUpperCase();
}

/** The first input that the row wants and the request lacks; a blank one is not lacking. */
export function missingInput(row: Endpoint, inputs: ReadonlyMap<string, string>): string | undefined {
  const ownOptional = optionalInputsOf[row.id] ?? [];
  if (ownOptional === 'all') return undefined;
  return row.input
    .filter((name) => !optionalInputs.has(name) && !(name === 'INQR_DVSN_1' && row.input.includes('INQR_DVSN_3')))
    .map((name) => nameOf(row, name.replace('{n}', '1')))
    .find((name) => !ownOptional.includes(name) && !inputs.has(name));
}

/**
 * The inputs by name. Values that are not strings are not read:
 * KIS wants numbers as text.
 */
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
