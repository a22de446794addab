/**
 * Calls that do not fit the pattern of the catalogue: they have no TR id and no token, and bodies of their own (KIS
 * samples of 2026-07). The secret is called `appsecret` in all of them but Approval.
 */
export const authCalls = {
  token: {
    title: '접근토큰발급(P)',
    path: '/oauth2/tokenP',
    input: ['grant_type', 'appkey', 'appsecret'],
    output: ['access_token', 'token_type', 'expires_in', 'access_token_token_expired'],
  },
  revoke: {
    title: '접근토큰폐기(P)',
    path: '/oauth2/revokeP',
    input: ['appkey', 'appsecret', 'token'],
    output: ['code', 'message'],
  },
  approval: {
    title: '실시간 (웹소켓) 접속키 발급',
    path: '/oauth2/Approval',
    input: ['grant_type', 'appkey', 'secretkey'],
    output: ['approval_key'],
  },
  /** Optional: orders are taken without it. */
  hashkey: { title: 'Hashkey', path: '/uapi/hashkey', input: [], output: ['HASH'] },
} as const;
