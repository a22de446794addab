// @ts-nocheck
import { readFileSync } from 'node:fs';
import { z } from 'zod';

// KIS's own names, independent of the catalogue; README.md says what each means.

const words = z.string().transform((text) => (text === '' ? [] : text.split(' ')));

const restFact = z.strictObject({
  id: z.string(),
  method: z.enum(['GET', 'POST']),
  path: z.string(),
  live: z.string(),
  paper: z.string().nullable(),
  older: words.default([]),
  input: words,
  values: z
    .record(
      z.string(),
      z.string().transform((text) => text.split('|')),
    )
    .default({}),
  sample: z.record(z.string(), z.string()).default({}),
  paging: words,
  output: z.record(
    z.string(),
    z.string().transform((text) => {
      const [shape, fields = ''] = text.split(': ');
      return { shape, fields: fields.split(' ') };
    }),
  ),
  seen: z.record(z.string(), words).default({}),
});
export type RestFact = z.output<typeof restFact>;

const channelFact = z.strictObject({
  live: z.string(),
  paper: z.string().nullable(),
  key: z.enum(['symbol', 'index', 'hts-id']),
  encrypted: z.boolean(),
  columns: words,
  since: words.default([]),
});

function load<T>(name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')));
}

/** What KIS publishes about REST calls. */
export const restFacts: readonly RestFact[] = load('rest.json', z.array(restFact));

/** What KIS publishes about the socket's topics. */
export const channelFacts: readonly z.output<typeof channelFact>[] = load('ws.json', z.array(channelFact));
