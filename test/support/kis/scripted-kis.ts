import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as it came in. */
export interface ScriptedCall {
  readonly trId: string;
  readonly path: string;
  readonly input: Readonly<Record<string, string>>;
  /** Whether it asks for a page after the first. */
  readonly continued: boolean;
}

/**
 * A KIS that says what it is told to: an answer by TR id, or `90000000` where none is written. `tr_cont` of an answer goes
 * out as the header that it is, and `httpStatus` as the status.
 */
export interface ScriptedKis {
  readonly restUrl: string;
  /** Calls with a TR id, in order. */
  readonly calls: readonly ScriptedCall[];
  stop(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

const token = { access_token: 'scripted-token', token_type: 'Bearer', expires_in: 86_400 };

export async function startScriptedKis(
  script: Readonly<Record<string, Body | ((call: ScriptedCall) => Body)>>,
): Promise<ScriptedKis> {
  const calls: ScriptedCall[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://kis');
      const text = Buffer.concat(chunks).toString();
      const input = text === '' ? Object.fromEntries(url.searchParams) : JSON.parse(text);
      const trId = String(request.headers['tr_id'] ?? '');
      const call = { trId, path: url.pathname, input, continued: request.headers['tr_cont'] === 'N' };
      if (trId !== '') calls.push(call);
      const said = script[trId];
      const written = typeof said === 'function' ? said(call) : said;
      const unknown = { rt_cd: '1', msg_cd: '90000000', msg1: '없는 서비스 코드 입니다' };
      const body = trId === '' ? token : { rt_cd: '0', msg_cd: 'MCA00000', msg1: '', ...(written ?? unknown) };
      const { tr_cont: position, httpStatus, ...sent }: Body = body;
      response.statusCode = typeof httpStatus === 'number' ? httpStatus : 200;
      if (typeof position === 'string') response.setHeader('tr_cont', position);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(sent));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    restUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
