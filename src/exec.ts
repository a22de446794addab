import type { Writable } from 'node:stream';
import { withEnvironments } from './app/account-units.ts';
import { type AppOptions, startApp } from './app.ts';
import { AnswerPrinter } from './channels/console/answer-printer.ts';
import { type Channel, ChannelError, type Message } from './chat/channel.ts';
import { plainText } from './chat/render.ts';
import type { Config } from './config.ts';
import { type ChatAddress, consoleChat, webhookChat } from './domain/people/chat-address.ts';
import { takesTopic } from './domain/people/webhooks.ts';
import { errorText } from './errors.ts';
import { languages, type Words } from './i18n/index.ts';
import { localIdentity } from './services/people.ts';

/** Where `exec --to` may send an answer. */
export const execTargets = ['webhook', 'telegram'] as const;
export type ExecTarget = (typeof execTargets)[number];

/** 0: answered (or nothing to tell), 1: failed, 2: asked wrongly. */
export type ExitCode = 0 | 1 | 2;

/** How often the platform is tried, and for how long at most it may ask to wait. */
const mostTries = 3;
const firstWaitMs = 2_000;
const longestWaitMs = 60_000;

/** A chat that an answer is sent to, and who asks there. */
export interface Destination {
  readonly address: ChatAddress;
  readonly identity: string;
  /** Whether nobody else reads there. */
  readonly alone: boolean;
  /** Whether figures of accounts may be sent there. */
  readonly takesPrivate: boolean;
}

/** Settings that an answer cannot be sent without, in the words of whoever runs the command. */
export interface MissingSetting {
  readonly problem: string;
}

/** The chat that `--to` means, or what the settings lack for it. */
export function destinationOf(
  { telegram, webhooks, people, language }: Config,
  to: ExecTarget,
): Destination | MissingSetting {
  const { exec: text } = languages[language];
  if (to === 'webhook') {
    if (webhooks.length === 0) return { problem: text.needsWebhook };
    const webhook = webhooks.find((one) => takesTopic(one, 'reports'));
    if (webhook === undefined) return { problem: text.needsReports };
    const takesPrivate = takesTopic(webhook, 'fills');
    return { address: webhook.address, identity: localIdentity, alone: false, takesPrivate };
  }
  if (telegram === undefined) return { problem: text.needsToken };
  const identity = people.owners.flat().find((one) => one.startsWith('telegram:'));
  if (identity === undefined) return { problem: text.needsOwner };
  const chatId = identity.slice('telegram:'.length);
  return { address: { channel: 'telegram', chatId }, identity, alone: true, takesPrivate: true };
}

export interface ExecOptions
  extends Pick<
    AppOptions,
    'config' | 'commands' | 'clock' | 'log' | 'redactor' | 'version' | 'self' | 'random' | 'newId'
  > {
  /** The question, as it would be typed in a chat. */
  readonly line: string;
  readonly json: boolean;
  readonly output: Writable;
  /** Where progress and failures of what is sent elsewhere are shown. */
  readonly errors: Writable;
  /** The terminal of somebody who watches, if there is one. */
  readonly watched?: Writable | undefined;
  /** Sends the answer there instead of printing it. */
  readonly to?: { readonly destination: Destination; readonly channel: Pick<Channel, 'name' | 'send'> } | undefined;
}

/** Runs one command and prints its answer, or sends it to a chat. Orders and changes are refused. */
export async function runExec(options: ExecOptions): Promise<ExitCode> {
  const { output, watched, json, to } = options;
  if (to === undefined) {
    const printer = new AnswerPrinter({ output, watched, json });
    await ask(options, printer, { address: consoleChat, identity: localIdentity, alone: true });
    return printer.print();
  }
  const held = new HeldAnswer(to.destination.address.channel);
  await ask(options, held, to.destination);
  return deliver({ ...options, to }, held.answer);
}

/** Asks the question in a chat that has no other purpose; resolves when it is answered. */
async function ask(
  options: ExecOptions,
  channel: Channel,
  { address, identity, alone }: Pick<Destination, 'address' | 'identity' | 'alone'>,
): Promise<void> {
  const { config, line, clock } = options;
  let settled = async (): Promise<void> => undefined;
  const app = await startApp({
    ...options,
    // A bot that runs beside it needs the rest of what KIS allows. An embedded simulator has nobody else to serve.
    config: withEnvironments(config, ({ environment, embedded }) =>
      embedded === undefined ? { ...environment, callsPerSecond: 1 } : environment,
    ),
    readOnly: true,
    channels: (whenSettled) => {
      settled = whenSettled;
      return [channel];
    },
  });
  try {
    await app.receive({ id: '1', ...address, identity, input: { kind: 'text', text: line }, at: clock.now(), alone });
    await settled();
  } finally {
    await app.stop();
  }
}

/** Keeps the answer until it is known whether it may be sent. */
class HeldAnswer implements Channel {
  readonly name: string;
  answer: Message | undefined;

  constructor(name: string) {
    this.name = name;
  }

  async start(): Promise<void> {
    // The question is an argument of the command line.
  }

  async send(_chatId: string, message: Message): Promise<string> {
    if (message.passing !== true) this.answer = message;
    return '';
  }

  async edit(chatId: string, _reference: string, message: Message): Promise<void> {
    await this.send(chatId, message);
  }

  async stop(): Promise<void> {
    // There is nothing to close.
  }
}

/** Sends the answer. Nothing of it is printed, because the logs of a schedule elsewhere may be read by anybody. */
async function deliver(
  { to, config, output, errors, json, redactor, clock }: ExecOptions & { readonly to: NonNullable<ExecOptions['to']> },
  answer: Message | undefined,
): Promise<ExitCode> {
  const { exec: text } = languages[config.language];
  const finish = (code: ExitCode, words: string, sent = false): ExitCode => {
    const said = redactor.redact(words);
    if (json) output.write(`${JSON.stringify({ ok: code === 0, sent, text: said })}\n`);
    else (code === 0 ? output : errors).write(`${said}\n`);
    return code;
  };
  if (answer === undefined) return finish(1, text.noAnswer);
  const { failure } = answer;
  if (failure !== undefined) return finish(failure.mistyped ? 2 : 1, plainText(answer));
  if (answer.uneventful === true) return finish(0, text.nothingToday);
  const { destination, channel } = to;
  if (answer.private === true && !destination.takesPrivate) return finish(2, text.isPrivate);
  for (let tries = 1; ; tries += 1) {
    try {
      await channel.send(destination.address.chatId, withoutButtons(answer));
      return finish(0, sentText(text, destination), true);
    } catch (error) {
      const again = error instanceof ChannelError && error.retry === 'later' && tries < mostTries;
      if (!again) return finish(1, text.notSent(errorText(error)));
      await clock.sleep(Math.min(error.afterMs ?? firstWaitMs * tries, longestWaitMs));
    }
  }
}

function sentText(text: Words['exec'], { address }: Destination): string {
  return address.channel === webhookChat.channel ? text.sentToWebhook : text.sentToTelegram;
}

/** Nobody may be there to hear a button. */
function withoutButtons({ buttons: _buttons, data: _data, ...message }: Message): Message {
  return message;
}
