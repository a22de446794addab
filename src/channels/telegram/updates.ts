import type { CallbackQuery, Message, Update } from 'grammy/types';
import type { Incoming } from '../../chat/channel.ts';

/** The kinds of updates that we ask Telegram for. */
export const wantedUpdates = ['message', 'callback_query'] as const;

/**
 * What a person did, from an update. Undefined for updates that the bot ignores: photos, messages of bots, posts in
 * channels, buttons without data, and commands for another bot in the group. `botName` is our bot's name without the @.
 */
export function incomingOf(update: Update, botName: string, now: number): Incoming | undefined {
  const { update_id, message, callback_query: press } = update;
  const id = `update:${update_id}`;
  const anonymous = message?.sender_chat !== undefined;
  // When somebody writes in the name of a group or channel, Telegram names a bot of its own as the author.
  const isPerson = message?.from !== undefined && (anonymous || !message.from.is_bot);
  if (message?.text !== undefined && isPerson && message.is_automatic_forward !== true) {
    if (isForAnotherBot(message.text, botName)) return undefined;
    return {
      id,
      channel: 'telegram',
      chatId: chatIdOf(message),
      identity: anonymous ? 'telegram:anonymous' : `telegram:${message.from?.id}`,
      ...(anonymous ? { anonymous } : {}),
      input: { kind: 'text', text: withoutName(message.text, botName) },
      at: message.date * 1_000,
      alone: message.chat.type === 'private',
      overheard: isOverheard(message, botName),
    };
  }
  if (press?.data === undefined || press.message === undefined) return undefined;
  return {
    id,
    channel: 'telegram',
    chatId: chatIdOf(press.message),
    identity: `telegram:${press.from.id}`,
    // A copy of a message in another chat was not sent there by the bot, so its buttons do nothing.
    input: { kind: 'press', button: isCopy(press.message) ? 'copy' : press.data },
    // A press carries no time, so the current time is used. Telegram drops a press after 150 seconds, and a ticket
    // expires by its own time.
    at: now,
    alone: press.message.chat.type === 'private',
  };
}

function isCopy(message: NonNullable<CallbackQuery['message']>): boolean {
  return 'forward_origin' in message && message.forward_origin !== undefined;
}

/** `/price@other_bot`, or a line that begins with the name of another bot: those always end in "bot". */
function isForAnotherBot(text: string, botName: string): boolean {
  const named = /^(?:\/[^\s@]+@(\w+)|@(\w*bot)\b)/i.exec(text.trim());
  const name = named?.[1] ?? named?.[2];
  return name !== undefined && name.toLowerCase() !== botName.toLowerCase();
}

/**
 * Whether a message in a group does not address the bot: it is no command, does not name the bot and does not reply to
 * it.
 */
function isOverheard({ chat, text = '', reply_to_message: answered }: Message, botName: string): boolean {
  if (chat.type !== 'group' && chat.type !== 'supergroup') return false;
  const named = text.toLowerCase().includes(`@${botName.toLowerCase()}`);
  return !named && !text.trim().startsWith('/') && answered?.from?.username?.toLowerCase() !== botName.toLowerCase();
}

/** A sentence without the bot's name in it; a command keeps the name. */
function withoutName(text: string, botName: string): string {
  return text.trim().startsWith('/') || botName === ''
    ? text
    : text.replaceAll(new RegExp(`@${botName}\\b[ ,:]*`, 'gi'), '').trim();
}

/** The old and the new id of a group that has just become a supergroup; undefined for any other update. */
export function moveOf({ message }: Update): { readonly from: number; readonly to: number } | undefined {
  const to = message?.migrate_to_chat_id;
  return message === undefined || to === undefined ? undefined : { from: message.chat.id, to };
}

/**
 * The chat id of a message: `123`, or `123/45` for a topic of a group. For a message too old to be accessed, Telegram
 * gives only the chat.
 */
function chatIdOf(message: Message | NonNullable<CallbackQuery['message']>): string {
  const topic =
    'is_topic_message' in message && message.is_topic_message === true ? message.message_thread_id : undefined;
  return topic === undefined ? String(message.chat.id) : `${message.chat.id}/${topic}`;
}

/** Splits a chat id into Telegram's ids of the chat and of the topic. */
export function chatOf(chatId: string): { readonly id: number; readonly thread: number | undefined } {
  const [id = '', thread] = chatId.split('/');
  return { id: Number(id), thread: thread === undefined ? undefined : Number(thread) };
}
