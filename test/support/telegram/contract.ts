import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { z } from 'zod';

// Telegram's published specification, as the types package generated from it says: every request of ours, and every
// update and answer of the stand-in's, is judged by it. Nobody here wrote it, which is the point.
const modules = resolve(import.meta.dirname, '../../../node_modules');

function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(`${modules}/${name}/package.json`, 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** Reading the types takes seconds, so what came of it is kept beside them until either package changes. */
async function loadSchemas(): Promise<object> {
  const folder = `${modules}/.cache/hoga`;
  const file = `${folder}/telegram-${versionOf('@gramio/types')}-${versionOf('ts-json-schema-generator')}.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const { createGenerator } = await import('ts-json-schema-generator');
  const path = `${modules}/@gramio/types/out/*.d.ts`;
  const schemas = createGenerator({ path, skipTypeCheck: true, additionalProperties: false }).createSchema('*');
  mkdirSync(folder, { recursive: true });
  // Another worker may be doing the same: each writes its own, and the last one stays.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(schemas));
  renameSync(`${file}.${process.pid}`, file);
  return schemas;
}

const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(await loadSchemas(), 'telegram');

function validatorOf(typeName: string): ValidateFunction | undefined {
  return ajv.getSchema(`telegram#/definitions/${typeName}`);
}

// The large ones take a second to compile: now, while nobody's clock runs.
for (const typeName of [
  'TelegramUpdate',
  'TelegramMessage',
  'SendMessageParams',
  'SendPhotoParams',
  'SendDocumentParams',
  'EditMessageCaptionParams',
])
  validatorOf(typeName);

function judge(what: string, typeName: string, value: unknown): readonly string[] {
  const validate = validatorOf(typeName);
  if (validate === undefined) return [`${what}: Telegram knows no ${typeName}`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Methods that take nothing, and so have no parameters to judge. */
const bareMethods: ReadonlySet<string> = new Set(['getMe', 'getWebhookInfo', 'logOut', 'close']);

/** What is wrong with a request's parameters; empty when nothing is. */
export function judgeRequest(method: string, body: unknown): readonly string[] {
  if (bareMethods.has(method)) return [];
  return judge(method, `${method.charAt(0).toUpperCase()}${method.slice(1)}Params`, body);
}

/** What is wrong with an update that the stand-in hands out. */
export function judgeUpdate(update: unknown): readonly string[] {
  return judge('update', 'TelegramUpdate', update);
}

/** What is wrong with what the stand-in says of a webhook. */
export function judgeWebhookInfo(info: unknown): readonly string[] {
  return judge('webhook info', 'TelegramWebhookInfo', info);
}

/** What is wrong with a message that the stand-in answers with. */
export function judgeMessage(message: unknown): readonly string[] {
  return judge('message', 'TelegramMessage', message);
}
