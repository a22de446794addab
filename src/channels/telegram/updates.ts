import type { CallbackQuery, Message, Update } from 'grammy/types';
import type { Incoming } from '../../chat/channel.ts';

/** What Telegram is asked to tell. */
export const wantedUpdates = ['message', 'callback_query'] as const;

/**
 * What somebody did. Undefined for what is nothing to us: photos, other bots, posts of a channel, buttons without data,
 * and commands that are meant for another bot of the group. `botName` is ours, without the @.
 */
export function incomingOf(update: Update, botName: string, now: number): Incoming | undefined {
  const { update_id, message, callback_query: press } = update;
  const id = `update:${update_id}`;
  const anonymous = message?.sender_chat !== undefined;
  // Who writes in the name of a group or channel is shown as a bot of Telegram's, or as Telegram itself.
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
    // A copy in another chat is not what was shown here: its buttons are none of ours.
    input: { kind: 'press', button: isCopy(press.message) ? 'copy' : press.data },
    // A press carries no time. Telegram forgets it after 150 seconds, and a ticket's own end decides sooner.
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

/** In a group, and neither a command nor with the bot's name in it nor in answer to it. */
function isOverheard({ chat, text = '', reply_to_message: answered }: Message, botName: string): boolean {
  if (chat.type !== 'group' && chat.type !== 'supergroup') return false;
  const named = text.toLowerCase().includes(`@${botName.toLowerCase()}`);
  return !named && !text.trim().startsWith('/') && answered?.from?.username?.toLowerCase() !== botName.toLowerCase();
}

/** A sentence that is spoken to the bot, without its name; commands keep it. */
function withoutName(text: string, botName: string): string {
  return text.trim().startsWith('/') || botName === ''
    ? text
    : text.replaceAll(new RegExp(`@${botName}\\b[ ,:]*`, 'gi'), '').trim();
}

/** A chat that has just become a supergroup, under another id. */
export function moveOf({ message }: Update): { readonly from: number; readonly to: number } | undefined {
  const to = message?.migrate_to_chat_id;
  return message === undefined || to === undefined ? undefined : { from: message.chat.id, to };
}

/** `123`, or `123/45` for a topic of a group. Of a message long gone Telegram tells the chat alone. */
function chatIdOf(message: Message | NonNullable<CallbackQuery['message']>): string {
  const topic =
    'is_topic_message' in message && message.is_topic_message === true ? message.message_thread_id : undefined;
  return topic === undefined ? String(message.chat.id) : `${message.chat.id}/${topic}`;
}

/** The opposite of what an Incoming's `chatId` was made by. */
export function chatOf(chatId: string): { readonly id: number; readonly thread: number | undefined } {
  const [id = '', thread] = chatId.split('/');
  return { id: Number(id), thread: thread === undefined ? undefined : Number(thread) };
}
