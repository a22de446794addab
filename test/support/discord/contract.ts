import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { z } from 'zod';

// Discord's published specification, as the packages generated from it say: zod judges every request of ours, JSON
// schemas of discord-api-types every event of the stand-in's. What neither says is written by hand at the end.
const modules = resolve(import.meta.dirname, '../../../node_modules');
const maker = 'ts-json-schema-generator';
const events = ['APIInteraction', 'GatewayMessageCreateDispatchData', 'GatewayReadyDispatchData'] as const;

function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(readFileSync(`${modules}/${name}/package.json`, 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** Reading the types takes seconds, so what came of it is kept beside them until either package changes. */
async function loadSchemas(): Promise<Readonly<Record<string, object>>> {
  const folder = `${modules}/.cache/hoga`;
  const file = `${folder}/discord-${versionOf('discord-api-types')}-${versionOf(maker)}.json`;
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const { createGenerator } = await import('ts-json-schema-generator');
  const path = `${modules}/discord-api-types/v10.d.ts`;
  // A generator that has made one schema forgets parts of the next.
  const generate = (name: string) => createGenerator({ path, skipTypeCheck: true }).createSchema(name);
  const schemas = Object.fromEntries(events.map((name) => [name, anyFlags(generate(name))]));
  mkdirSync(folder, { recursive: true });
  // Another worker may be doing the same: each writes its own, and the last one stays.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(schemas));
  renameSync(`${file}.${process.pid}`, file);
  return schemas;
}

/** Flags are sums, which an enumeration of their parts does not allow. */
function anyFlags(schema: { readonly definitions?: object | undefined }): object {
  const definitions = Object.entries(schema.definitions ?? {}).map(([name, definition]) => [
    name,
    /Flags$/.test(name) ? { type: 'integer' } : definition,
  ]);
  return { ...schema, definitions: Object.fromEntries(definitions) };
}

const ajv = new Ajv({ strict: false, allErrors: false });
const schemas = await loadSchemas();
const validators = new Map<string, ValidateFunction>();
/** An interaction is judged by the branch of its type: by all of them, what is wrong would not be told. */
const branches: Readonly<Record<number, string>> = {
  2: 'APIApplicationCommandInteraction',
  3: 'APIMessageComponentInteraction',
  4: 'APIApplicationCommandAutocompleteInteraction',
  5: 'APIModalSubmitInteraction',
};
for (const name of events) {
  const definition = { ...schemas[name], $ref: `#/definitions/${name}` };
  if (name !== 'APIInteraction') validators.set(name, ajv.compile(definition));
  else
    for (const branch of Object.values(branches))
      validators.set(branch, ajv.compile({ ...definition, $ref: `#/definitions/${branch}` }));
}

/** What is wrong with an event that the stand-in sends; empty when nothing is. */
export function judgeEvent(type: (typeof events)[number], data: unknown): readonly string[] {
  const branch = type === 'APIInteraction' ? branches[(data as { readonly type: number }).type] : type;
  const validate = validators.get(branch ?? '');
  if (validate === undefined) return [`no schema for ${type}`];
  if (validate(data)) return [];
  return (validate.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `${branch}${instancePath} ${message}`);
}

type Schemas = Readonly<Record<string, z.core.$ZodType | undefined>>;
/** A package without types of its own for these. */
const spec: Schemas = await import('discord-api-spec/zod' as string);
const { ApplicationCommandUpdateRequestSchema: commandSchema } = spec;
if (commandSchema === undefined) throw new Error('discord-api-spec knows no commands');

const callbacks: Schemas = {
  4: spec['CreateMessageInteractionCallbackRequestSchema'],
  5: spec['CreateMessageInteractionCallbackRequestSchema'],
  6: z.strictObject({ type: z.literal(6) }),
  8: spec['ApplicationCommandAutocompleteCallbackRequestSchema'],
  9: spec['ModalInteractionCallbackRequestSchema'],
};
const bodies: Schemas = {
  PutCommands: z.array(commandSchema).max(100),
  PostMessage: spec['MessageCreateRequestSchema'],
  EditMessage: spec['MessageEditRequestPartialSchema'],
  FollowUp: spec['IncomingWebhookRequestPartialSchema'],
  EditAnswer: spec['IncomingWebhookUpdateRequestPartialSchema'],
  OpenDm: spec['CreatePrivateChannelRequestSchema'],
};

/** What is wrong with a request of ours by the specification; empty when nothing is. */
export function judgeRequest(operation: string, body: unknown): readonly string[] {
  const schema = operation === 'Callback' ? callbacks[(body as { readonly type: number }).type] : bodies[operation];
  if (schema === undefined) return body === undefined ? [] : [`${operation}: a body nobody asked for`];
  const result = z.safeParse(schema, body);
  if (!result.success)
    return result.error.issues.map((issue) => `${operation} ${issue.path.join('.')} ${issue.message}`);
  return [
    ...strangers(body, result.data, operation),
    ...(operation === 'PutCommands' ? judgeCommands(body as readonly Command[]) : []),
    ...(typeof body === 'object' && body !== null && 'embeds' in body ? judgeMessage(body as MessageBody) : []),
  ];
}

/** Fields that Discord does not know: the schemas take them, and leave them out of what they read. */
function strangers(given: unknown, read: unknown, path: string): readonly string[] {
  if (typeof given !== 'object' || given === null || typeof read !== 'object' || read === null) return [];
  return Object.entries(given).flatMap(([key, value]) =>
    key in read
      ? strangers(value, (read as Readonly<Record<string, unknown>>)[key], `${path}.${key}`)
      : [`${path}.${key} is nothing Discord knows`],
  );
}

interface MessageBody {
  readonly content?: string;
  readonly embeds?: readonly { readonly description?: string; readonly title?: string }[];
  readonly components?: readonly {
    readonly components: readonly { readonly custom_id?: string; readonly label?: string }[];
  }[];
  readonly attachments?: readonly unknown[];
}

/** What the specification does not say of messages. */
function judgeMessage({
  content = '',
  embeds = [],
  components = [],
  attachments = [],
}: MessageBody): readonly string[] {
  const texts = [content, ...embeds.flatMap(({ title, description }) => [title ?? '', description ?? ''])];
  const ids = components.flatMap((row) => row.components.map(({ custom_id }) => custom_id));
  const labels = components.flatMap((row) => row.components.map(({ label }) => label));
  return [
    ...(texts.every((text) => text.trim() === '') && attachments.length === 0 ? ['50006 an empty message'] : []),
    ...(texts.slice(1).reduce((sum, text) => sum + text.length, 0) > 6_000 ? ['embeds over 6,000 in sum'] : []),
    ...(texts.every((text) => text.isWellFormed()) ? [] : ['half a character']),
    ...(components.length > 5 ? ['more than five rows'] : []),
    ...(new Set(ids).size < ids.length ? ['a custom_id twice'] : []),
    ...(labels.every((label) => label !== undefined && label.trim() !== '') ? [] : ['a button without a label']),
  ];
}

interface Command {
  readonly name: string;
  readonly name_localizations?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly options?: readonly (Command & { readonly required?: boolean })[];
}

/** What the specification does not say of commands. */
function judgeCommands(commands: readonly Command[]): readonly string[] {
  return [
    ...namesIn(commands, 'commands'),
    ...commands.flatMap((command) => {
      const { options = [] } = command;
      const size = [command, ...options].reduce((sum, one) => sum + sizeOf(one), 0);
      const firstOptional = options.findIndex(({ required }) => required !== true);
      const late = firstOptional >= 0 && options.slice(firstOptional).some(({ required }) => required === true);
      return [
        ...namesIn(options, command.name),
        ...(size > 8_000 ? [`/${command.name}: over 8,000 characters`] : []),
        ...(late ? [`/${command.name}: required options come first`] : []),
      ];
    }),
  ];
}

function sizeOf({ name, description = '' }: Command): number {
  return name.length + description.length;
}

function namesIn(list: readonly Command[], where: string): readonly string[] {
  const korean = list.map(({ name, name_localizations: named }) => named?.['ko'] ?? name);
  const names = list.flatMap(({ name, name_localizations: named }) => [name, ...Object.values(named ?? {})]);
  const wrong = names.filter((name) => !/^[-_'\p{L}\p{N}]{1,32}$/u.test(name) || name !== name.toLowerCase());
  return [
    ...wrong.map((name) => `${where}: no name: ${name}`),
    ...(new Set(korean).size < korean.length ? [`${where}: a Korean name twice`] : []),
    ...(new Set(list.map(({ name }) => name)).size < list.length ? [`${where}: a name twice`] : []),
    ...list.filter(({ description }) => (description ?? '') === '').map(({ name }) => `${name}: no description`),
  ];
}
