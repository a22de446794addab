import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import { webhookChat } from '../../../src/domain/people/chat-address.ts';
import { Secret } from '../../../src/secret.ts';
import { JumpClock } from '../../support/clock.ts';
import { judgeRequest } from '../../support/discord/contract.ts';
import { type FormFile, readForm } from '../../support/multipart.ts';

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: { readonly embeds?: readonly { readonly description?: string; readonly color?: number }[] };
}

const token = 'webhook-token-of-the-test-abcdefghijklmnop';
let server: Server;
let apiRoot: string;
let calls: Call[];
let violations: string[];
let files: readonly FormFile[];
let refusals: { readonly status: number; readonly retryAfter?: number }[];

/** Discord's end of a webhook: takes messages, judges them by its own specification, and refuses when told to. */
beforeEach(async () => {
  calls = [];
  violations = [];
  refusals = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const contentType = request.headers['content-type'] ?? '';
      const form = contentType.startsWith('multipart/') ? readForm(Buffer.concat(chunks), contentType) : undefined;
      files = [...(form?.files.values() ?? [])];
      const text = form?.fields['payload_json'] ?? Buffer.concat(chunks).toString();
      const body = text === '' ? {} : JSON.parse(text);
      const { method = '', url = '' } = request;
      calls.push({ method, url, body });
      if (request.headers.authorization !== undefined) violations.push('a webhook is its own authorisation');
      if (method === 'POST') violations.push(...judgeRequest('FollowUp', body));
      const refusal = refusals.shift();
      response.setHeader('content-type', 'application/json');
      if (refusal !== undefined) {
        const { status, retryAfter } = refusal;
        if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
        response
          .writeHead(status)
          .end(JSON.stringify({ message: 'no', code: 0, retry_after: retryAfter, global: false }));
        return;
      }
      response.end(JSON.stringify({ id: String(1_000 + calls.length), name: 'Hoga alerts' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  apiRoot = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(violations).toEqual([]);
});

const channel = (clock = new JumpClock()) =>
  new DiscordWebhookChannel({
    webhooks: [
      {
        setting: 'DISCORD_WEBHOOK_URL',
        address: webhookChat,
        kinds: ['alerts', 'reports'],
        id: '123456789012345678',
        token: new Secret(token),
        apiRoot,
      },
    ],
    clock,
  });

describe('a webhook', () => {
  test('is sent embeds, without the buttons that nobody would hear', async () => {
    const reference = await channel().send(webhookChat.chatId, {
      lines: [[{ bold: '체결' }, ' 삼성전자 매수 10주'], [{ tone: 'up', text: '▲1,100' }]],
      buttons: [[{ id: 'run:/price 005930', label: '현재가' }]],
    });
    expect(reference).toBe('1001');
    expect(calls).toMatchObject([
      { method: 'POST', url: `/api/v10/webhooks/123456789012345678/${token}?wait=true`, body: { components: [] } },
    ]);
    expect(calls[0]?.body.embeds?.[0]).toMatchObject({
      description: '**체결** 삼성전자 매수 10주\n▲1,100',
      color: 0xe03131,
    });
  });

  test('edits what it sent', async () => {
    await channel().edit(webhookChat.chatId, '1001', { lines: ['둘째'] });
    expect(calls).toMatchObject([
      { method: 'PATCH', url: `/api/v10/webhooks/123456789012345678/${token}/messages/1001` },
    ]);
  });

  test('is sent pictures, also where another undici was loaded first in the process', async () => {
    const before = getGlobalDispatcher();
    const ours = new Agent();
    setGlobalDispatcher(ours);
    try {
      const data = Buffer.from('a picture').toString('base64');
      const attachments = [{ kind: 'photo', name: 'chart.png', data }] as const;
      await channel().send(webhookChat.chatId, { lines: ['차트'], attachments });
      expect(files).toEqual([{ name: 'chart.png', data: Buffer.from('a picture') }]);
    } finally {
      setGlobalDispatcher(before);
      await ours.close();
    }
  });

  test('that nobody serves is unreachable for now, and says why', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const failed = channel().send(webhookChat.chatId, { lines: ['하나'] });
    await expect(failed).rejects.toMatchObject({ message: 'discord unreachable: ECONNREFUSED', retry: 'later' });
  });

  test('says its name to the doctor, and which setting is wrong', async () => {
    expect(await channel().check()).toBe('Hoga alerts');
    refusals.push({ status: 404 });
    await expect(channel().check()).rejects.toThrow(/^DISCORD_WEBHOOK_URL: discord 404/);
  });

  test('that the settings have no more takes nothing, and is not asked again', async () => {
    await expect(channel().send('fills', { lines: ['체결'] })).rejects.toMatchObject({ retry: 'never' });
    expect(calls).toEqual([]);
  });

  test.each([
    [{ status: 429, retryAfter: 3 }, 'later', 3_000],
    [{ status: 502 }, 'later', undefined],
  ] as const)('%j comes again %s, when Discord says', async (refusal, retry, afterMs) => {
    refusals.push(refusal);
    const failed = await channel()
      .send(webhookChat.chatId, { lines: ['하나'] })
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ retry });
    if (afterMs !== undefined) expect((failed as { afterMs: number }).afterMs).toBeGreaterThanOrEqual(afterMs - 100);
    expect(String((failed as Error).message)).not.toContain(token);
    expect(calls).toHaveLength(1);
  });
});
