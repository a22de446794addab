/** Kinds of failures at KIS, by how the client goes on after them. */
export type KisErrorKind =
  /** KIS refuses the request. */
  | 'rejected'
  /** KIS refuses the key, the token or the account. */
  | 'unauthorised'
  | 'throttled'
  /** KIS issues no token before the minute is over. */
  | 'token-wait'
  /** There was no answer, or one of a server that had failed. */
  | 'unreachable'
  /** A listing changed while it was read, so it must be read again from its start. */
  | 'listing-changed'
  | 'outcome-unknown'
  | 'unsupported'
  /** KIS does not know the request as Hoga sends it: the API has changed, and no other input would help. */
  | 'drift'
  | 'malformed';

/** Codes of KIS that mean the same to the client and to the person. */
interface CodeFamily {
  /** The error code of Hoga, under which `i18n/` has the sentence about what happened and what helps. */
  readonly sentence: `venue.${string}`;
  /** The kind of such an answer to a read. */
  readonly read: KisErrorKind;
  /** A read with such an answer is repeated, because the next try may succeed. */
  readonly passing?: true;
  /** Such an answer leaves open whether an order was taken. Absent: the order was refused. */
  readonly orderUnknown?: true;
  readonly codes: readonly (string | RegExp)[];
  /** The texts of refusals whose code is not known. */
  readonly texts?: RegExp;
}

const server = { read: 'unreachable', orderUnknown: true } as const;

/**
 * The codes that a person can meet, in families by what helps against them. The first row that names a code counts; a
 * refusal that no row names is told in KIS's own words. Sources are KIS's published code tables and refusals that its
 * users reported. A new code is one more word in a row; a new row needs its sentence in both languages
 * (test/kis/wire/venue-codes.test.ts).
 */
export const codeFamilies: readonly CodeFamily[] = [
  // About who asks: keys, tokens, permissions, accounts.
  { sentence: 'venue.key-unknown', read: 'unauthorised', codes: ['EGW00102', 'EGW00103'] },
  { sentence: 'venue.secret-wrong', read: 'unauthorised', codes: ['EGW00104', 'EGW00105', 'EGW00304'] },
  // On the paper host EGW02006 with a key for paper is an API that paper lacks: see `refusalKind`.
  {
    sentence: 'venue.wrong-host',
    read: 'unauthorised',
    codes: ['EGW02004', 'EGW2004', 'EGW02005', 'EGW02006', 'EGW00204'],
  },
  { sentence: 'venue.not-registered', read: 'unauthorised', codes: ['EGW00003', 'EGW00004', 'EGW00206', 'EGW00130'] },
  { sentence: 'venue.persons-only', read: 'unauthorised', codes: ['EGW00210'] },
  { sentence: 'venue.token-refused', read: 'unauthorised', codes: ['EGW00121', 'EGW00122', 'EGW00123'] },
  { sentence: 'venue.token-wait', read: 'token-wait', codes: ['EGW00133'] },
  { sentence: 'venue.account-wrong', read: 'unauthorised', codes: ['OPSQ2000', 'APAC0081', 'EGW00128', 'IGW00002'] },
  { sentence: 'venue.paper-not-joined', read: 'unauthorised', codes: ['40910000'] },
  { sentence: 'venue.paper-of-another', read: 'unauthorised', codes: ['90070000'] },
  {
    sentence: 'venue.account-restricted',
    read: 'unauthorised',
    codes: [],
    texts: /계좌.{0,20}(?:제한|정지|사고)|(?:제한|정지|사고).{0,12}계좌/,
  },
  // KIS blocks addresses that connect again and again. The page that its gateway sends then has no code.
  {
    sentence: 'venue.address-blocked',
    read: 'unauthorised',
    codes: ['EGW00207', 'EGW00303', 'http-403'],
    texts: /\bIP\b.{0,20}(?:차단|제한)|(?:차단|제한)된?\s*IP/,
  },
  { sentence: 'venue.hash-refused', read: 'rejected', codes: ['EGW00131'] },
  { sentence: 'venue.no-hts-id', read: 'rejected', codes: ['EGW00129'] },
  { sentence: 'venue.unsupported', read: 'unsupported', codes: ['90000000', 'OPSQ0002', 'EGW00213'] },

  // About the state of KIS: too many calls, failures, changes.
  { sentence: 'venue.throttled', read: 'throttled', codes: ['EGW00201', 'EGW00215', 'http-429'] },
  { sentence: 'venue.listing-changed', read: 'listing-changed', orderUnknown: true, codes: ['SYDB0050'] },
  // The host no longer knows the path or the method. A gateway that starts anew may answer so for a moment.
  { sentence: 'venue.drift', read: 'drift', passing: true, orderUnknown: true, codes: [/^http-4(?:04|05|10)$/] },
  {
    sentence: 'venue.server-fault',
    ...server,
    codes: [
      'EGW00001',
      'EGW00002',
      'EGW00202',
      'EGW00203',
      'EGW00300',
      'EGW00301',
      'EGW00302',
      'EGW00316',
      'OPSQ0001',
      /^OPSQ00(?:0[3-9]|1\d)$/,
      'OPSQ1002',
      /^OPSQ300\d$/,
      /^SYDB\d{4}$/,
      // What the rows above do not name: KIS answered, and the connection is not what to look at.
      /^http-\d{3}$/,
    ],
  },
  // KIS and Hoga disagree about the API. IGW0000x is hardly documented and was seen to pass, so a read is repeated, and
  // the outcome of an order is unknown.
  {
    sentence: 'venue.drift',
    read: 'drift',
    codes: [
      'OPSQ2001',
      'OPSQ2002',
      // The form of a request, which no person chooses: its content type, how it names the token, kind of customer and
      // serial number, and the fields around its body.
      'EGW00132',
      'EGW00205',
      'EGW00208',
      'EGW00209',
      /^OPSQ999\d$/,
    ],
  },
  // KIS failed to make its own message of the request.
  { sentence: 'venue.drift', read: 'drift', orderUnknown: true, codes: ['OPSQ2003'] },
  { sentence: 'venue.drift', read: 'drift', passing: true, orderUnknown: true, codes: [/^IGW0000\d$/] },
  { sentence: 'venue.server-fault', read: 'rejected', orderUnknown: true, codes: ['APBK1630'] },

  // About the request itself.
  { sentence: 'venue.unknown-issue', read: 'rejected', codes: ['MCA05918', 'APBK0656', 'IGW00017'] },
  { sentence: 'venue.period-wrong', read: 'rejected', codes: ['KIER2570'] },
  { sentence: 'venue.schedule-hours', read: 'rejected', codes: ['KIER3672', '40490000'] },
  { sentence: 'venue.before-open', read: 'rejected', codes: ['40570000'] },
  {
    sentence: 'venue.closed',
    read: 'rejected',
    codes: ['APBK0918', '40580000', 'APBK1664', 'APAM3099', '40500000'],
  },
  { sentence: 'venue.holiday', read: 'rejected', codes: ['APBK0919', '40100000'] },
  { sentence: 'venue.short-of-cash', read: 'rejected', codes: ['APBK0952', '40250000'] },
  { sentence: 'venue.short-of-shares', read: 'rejected', codes: ['APBK0400', 'APBK0988', '40240000'] },
  { sentence: 'venue.quantity', read: 'rejected', codes: ['APBK0986'] },
  { sentence: 'venue.tick', read: 'rejected', codes: ['APBK0506', '40030000'] },
  { sentence: 'venue.price-limits', read: 'rejected', codes: ['APBK0406', '40270000'] },
  { sentence: 'venue.halted', read: 'rejected', codes: ['APBK0066'] },
  { sentence: 'venue.not-tradable', read: 'rejected', codes: ['40070000'] },
  // A retirement pension (product code 29): its orders, and the list of those of the last three months.
  { sentence: 'venue.retirement-account', read: 'rejected', codes: ['APBK1744'] },
  {
    sentence: 'venue.order-type',
    read: 'rejected',
    codes: ['APBK0963', 'APBK1269', 'APBK1943', 'APBK3013'],
  },
  { sentence: 'venue.nothing-left', read: 'rejected', codes: ['APBK0927', '40330000', 'KIER2320'] },
  { sentence: 'venue.more-than-left', read: 'rejected', codes: ['APBK1359'] },
  { sentence: 'venue.no-such-order', read: 'rejected', codes: ['APBK0344', '40320000', 'IGW00022'] },
];

/** The row that a refusal belongs to; undefined where there is none and KIS's own words are shown. */
export function familyOf({ code, text }: { readonly code: string; readonly text: string }): CodeFamily | undefined {
  return (
    codeFamilies.find(({ codes }) => codes.some((one) => (typeof one === 'string' ? one === code : one.test(code)))) ??
    codeFamilies.find(({ texts }) => texts?.test(text) === true)
  );
}

/** The socket does not know the HTS id under which execution notices are registered. */
export const unknownHtsIdCode = 'OPSP0017';

/** The token has ended or is not known. A read is sent once more with a new one. */
export const tokenCodes: ReadonlySet<string> = new Set(['EGW00121', 'EGW00123']);

/** A token was asked for within a minute of the last one. */
export const tokenTooSoonCode = 'EGW00133';

/** The account ledger's own limit on calls, which is lower than the gateway's. */
const ledgerLimitCode = 'EGW00215';

/** How long nothing is sent after KIS refused a call as one too many: `code` is that of the refusal. In milliseconds. */
export function limitPauseMs(code: string): number {
  // KIS counts calls by the second. Over what time its account ledger counts is not published.
  return code === ledgerLimitCode ? 2_000 : 1_100;
}

/**
 * Codes with which the gateway refuses a call before anything is done. They are refusals even in an answer without
 * `rt_cd`.
 */
export const gatewayRefusalCodes: ReadonlySet<string> = new Set([
  ...tokenCodes,
  'EGW00122',
  'EGW00201',
  ledgerLimitCode,
]);

/** Codes of answers without rows, in which nothing is wrong. */
export const emptyAnswerCodes: ReadonlySet<string> = new Set(['KIER2620', '70070000', 'KIOK0560']);

/** The answer to a saved condition that no issue meets. On other APIs the same code means an unknown issue. */
export const noMatchCode = 'MCA05918';
