import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { visibleLine } from '../../domain/clean-text.ts';
import { AppError } from '../../errors.ts';

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
  /** UTF-8, or Base64 of what is encrypted. */
  readonly payload: Buffer;
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

const bar = 0x7c;

/**
 * Reads one WebSocket message.
 * @throws AppError `venue.malformed` for anything that is neither data, control nor ping.
 */
export function parseFrame(raw: Buffer): Frame {
  const isData = raw[1] === bar && (raw[0] === 0x30 || raw[0] === 0x31);
  return isData ? parseData(raw) : parseControl(raw.toString());
}

function parseControl(raw: string): ControlFrame | PingFrame {
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

function parseData(raw: Buffer): DataFrame {
  const afterTrId = barAfter(raw, 2);
  // The payload may contain a bar (in a name), so only the first three bars separate.
  const afterCount = barAfter(raw, afterTrId + 1);
  const count = countAt(raw, afterTrId + 1, afterCount);
  if (afterCount >= raw.length || count < 1) {
    throw new AppError('venue.malformed', { where: 'socket', problem: 'data frame header' });
  }
  const trId = topicAt(raw, 2, afterTrId);
  return { kind: 'data', encrypted: raw[0] === 0x31, trId, count, payload: raw.subarray(afterCount + 1) };
}

/** Where the next bar stands; the length where there is none. A few bytes are looked through sooner than asked for. */
function barAfter(raw: Buffer, from: number): number {
  let at = from;
  while (at < raw.length && raw[at] !== bar) at += 1;
  return at;
}

/** Nought for what is no number of digits. */
function countAt(raw: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (raw[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9 || count > 99_999) return 0;
    count = count * 10 + digit;
  }
  return count;
}

/** The TR ids that came so far: a few come with every frame, and a text that is there already is not made again. */
const topics: string[] = [];

function topicAt(raw: Buffer, start: number, end: number): string {
  for (const topic of topics) {
    if (topic.length === end - start && isAt(raw, start, topic)) return topic;
  }
  const topic = raw.toString('latin1', start, end);
  if (topics.length < 32) topics.push(topic);
  return topic;
}

function isAt(raw: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (raw[start + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}

/** Writes a data frame, as the simulator sends it. */
export function serialiseData(frame: Omit<DataFrame, 'kind' | 'payload'> & { readonly payload: string }): string {
  return `${frame.encrypted ? '1' : '0'}|${frame.trId}|${String(frame.count).padStart(3, '0')}|${frame.payload}`;
}

/** AES-256-CBC, PKCS#7, Base64, over UTF-8. @throws AppError `venue.malformed` for anything that does not decrypt. */
export function decrypt(payload: Buffer, cipher: FrameCipher): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-cbc', Buffer.from(cipher.key), Buffer.from(cipher.iv));
    return Buffer.concat([decipher.update(payload.toString('latin1'), 'base64'), decipher.final()]);
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', problem: 'cannot decrypt' }, { cause });
  }
}

/** The other direction, for the simulator. */
export function encrypt(payload: string, cipher: FrameCipher): string {
  const encoder = createCipheriv('aes-256-cbc', Buffer.from(cipher.key), Buffer.from(cipher.iv));
  return Buffer.concat([encoder.update(payload, 'utf8'), encoder.final()]).toString('base64');
}
