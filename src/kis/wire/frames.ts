import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { visibleLine } from '../../domain/clean-text.ts';
import { AppError } from '../../errors.ts';
import type { Channel } from '../endpoints/channels.ts';

/**
 * The key and initialisation vector that come with the answer to a subscription. KIS uses both as their UTF-8 bytes.
 */
export interface FrameCipher {
  /** 32 characters. */
  readonly key: string;
  /** 16 characters. */
  readonly iv: string;
}

/** `0|H0STCNT0|004|a^b^…`: records of one topic, all in one list of fields. */
export interface DataFrame {
  readonly kind: 'data';
  readonly encrypted: boolean;
  readonly trId: string;
  readonly count: number;
  readonly payload: string;
}

/** The answer to a subscription, or a complaint about it; KIS writes `(null)` where it has no TR id to name. */
export interface ControlFrame {
  readonly kind: 'control';
  readonly trId: string;
  readonly trKey: string;
  readonly ok: boolean;
  /** `OPSP0000` and so on; empty where KIS sent none. */
  readonly code: string;
  readonly text: string;
  readonly cipher: FrameCipher | undefined;
}

/** KIS checks that the client is alive. The client answers with the same text. */
export interface PingFrame {
  readonly kind: 'ping';
  readonly raw: string;
}

export type Frame = DataFrame | ControlFrame | PingFrame;

const controlSchema = z.object({
  header: z.object({ tr_id: z.string(), tr_key: z.string().optional() }),
  body: z
    .object({
      rt_cd: z.string(),
      msg_cd: z.string().default(''),
      msg1: z.string().default(''),
      output: z.object({ iv: z.string(), key: z.string() }).optional(),
    })
    .optional(),
});

/**
 * Reads one WebSocket message.
 * @throws AppError `venue.malformed` for anything that is neither data, control nor ping.
 */
export function parseFrame(raw: string): Frame {
  if (raw.startsWith('0|') || raw.startsWith('1|')) return parseData(raw);
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', problem: 'neither data nor JSON' }, { cause });
  }
  const control = controlSchema.safeParse(parsed);
  if (!control.success) throw new AppError('venue.malformed', { where: 'socket', problem: 'unknown message' });
  const { header, body } = control.data;
  if (header.tr_id === 'PINGPONG') return { kind: 'ping', raw };
  if (body === undefined) throw new AppError('venue.malformed', { where: 'socket', problem: 'no body' });
  return {
    kind: 'control',
    trId: header.tr_id,
    trKey: header.tr_key ?? '',
    ok: body.rt_cd === '0',
    code: body.msg_cd,
    text: visibleLine(body.msg1),
    cipher: body.output,
  };
}

function parseData(raw: string): DataFrame {
  const [flag, trId, count, ...rest] = raw.split('|');
  const records = Number(count);
  if (trId === undefined || !Number.isInteger(records) || records < 1 || rest.length === 0) {
    throw new AppError('venue.malformed', { where: 'socket', problem: 'data frame header' });
  }
  // The payload may contain a bar (in a name), so only the first three bars separate.
  return { kind: 'data', encrypted: flag === '1', trId, count: records, payload: rest.join('|') };
}

/** Writes a data frame, as the simulator sends it. */
export function serialiseData(frame: Omit<DataFrame, 'kind'>): string {
  return `${frame.encrypted ? '1' : '0'}|${frame.trId}|${String(frame.count).padStart(3, '0')}|${frame.payload}`;
}

/** A record by column name. Columns past the end of a shorter record read as undefined. */
export type ChannelRecord<C extends Channel> = { readonly [Name in C['columns'][number]]?: string };

/**
 * Cuts the payload into its records. The length of a record is the number of fields divided by the count, because KIS
 * appends columns without notice. `fields` holds every field of a record, for a topic whose older, shorter layout
 * differs in more than its end.
 * @throws AppError `venue.malformed` when the fields do not divide evenly, or a record is shorter than the topic
 * allows.
 */
export function cutRecords<C extends Channel>(
  channel: C,
  count: number,
  payload: string,
): readonly { readonly record: ChannelRecord<C>; readonly fields: readonly string[] }[] {
  const all = payload.split('^');
  const length = all.length / count;
  if (!Number.isInteger(length) || length < channel.atLeast) {
    throw new AppError('venue.malformed', {
      where: channel.tr.live,
      fields: all.length,
      count,
      problem: 'record length',
    });
  }
  return Array.from({ length: count }, (_, index) => {
    const fields = all.slice(index * length, (index + 1) * length);
    const record: Record<string, string | undefined> = {};
    channel.columns.forEach((name, column) => {
      if (column < fields.length) record[name] = fields[column];
    });
    return { record: record as ChannelRecord<C>, fields };
  });
}

/** AES-256-CBC, PKCS#7, Base64, over UTF-8. @throws AppError `venue.malformed` for anything that does not decrypt. */
export function decrypt(payload: string, cipher: FrameCipher): string {
  try {
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(cipher.key), Buffer.from(cipher.iv));
    return Buffer.concat([decipher.update(payload, 'base64'), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', problem: 'cannot decrypt' }, { cause });
  }
}

/** The other direction, for the simulator. */
export function encrypt(payload: string, cipher: FrameCipher): string {
  const encoder = createCipheriv('aes-256-cbc', Buffer.from(cipher.key), Buffer.from(cipher.iv));
  return Buffer.concat([encoder.update(payload, 'utf8'), encoder.final()]).toString('base64');
}
