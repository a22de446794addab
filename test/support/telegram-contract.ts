import { resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

// Telegram's published specification, as the types package generated from it says: every request of ours and every
// update of the stand-in's is judged by it. Nobody here wrote it, which is the point.
const types = resolve(import.meta.dirname, '../../node_modules/@gramio/types/out/*.d.ts');
const generator = createGenerator({ path: types, skipTypeCheck: true, additionalProperties: false });
const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction | undefined>();

function validatorOf(typeName: string): ValidateFunction | undefined {
  if (!validators.has(typeName)) validators.set(typeName, compile(typeName));
  return validators.get(typeName);
}

function compile(typeName: string): ValidateFunction | undefined {
  try {
    return ajv.compile({ ...generator.createSchema(typeName) } as object);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('No root type')) return undefined;
    throw error;
  }
}

function judge(what: string, typeName: string, value: unknown): readonly string[] {
  const validate = validatorOf(typeName);
  if (validate === undefined) return [`${what}: Telegram knows no ${typeName}`];
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Methods that take nothing, and so have no parameters to judge. */
const bareMethods: ReadonlySet<string> = new Set(['getMe', 'logOut', 'close']);

/** What is wrong with a request's parameters; empty when nothing is. */
export function judgeRequest(method: string, body: unknown): readonly string[] {
  if (bareMethods.has(method)) return [];
  return judge(method, `${method.charAt(0).toUpperCase()}${method.slice(1)}Params`, body);
}

/** What is wrong with an update that a test sends in. */
export function judgeUpdate(update: unknown): readonly string[] {
  return judge('update', 'TelegramUpdate', update);
}
