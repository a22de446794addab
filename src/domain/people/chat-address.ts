/** Where a message goes: a channel's name and a chat in it. */
export interface ChatAddress {
  readonly channel: string;
  readonly chatId: string;
}

/**
 * The chat that an address is in, for what is said there much later: at Discord an address may belong to one interaction,
 * and somebody's own chat, where they are `alone` with the bot, is named by them.
 */
export function lastingChat({ channel, chatId }: ChatAddress, alone: boolean): ChatAddress {
  const [first = '', user] = chatId.split('/');
  if (channel !== 'discord' || user === undefined) return { channel, chatId };
  return { channel, chatId: alone ? `@${user}` : first };
}

/** Whether two addresses are one chat. */
export function isSameChat(one: ChatAddress, other: ChatAddress): boolean {
  return one.channel === other.channel && one.chatId === other.chatId;
}

/** The Discord channel that the webhook leads to. It is told what its kinds name, and asks nothing. */
export const webhookChat: ChatAddress = { channel: 'discord-webhook', chatId: 'webhook' };

/** The second one, which is told of fills and orders. */
export const fillsWebhookChat: ChatAddress = { channel: webhookChat.channel, chatId: 'fills' };

/** The process's own terminal. */
export const consoleChat: ChatAddress = { channel: 'console', chatId: 'local' };

/** A chat as one text, for what is kept by chat. */
export function chatKey({ channel, chatId }: ChatAddress): string {
  return `${channel}:${chatId}`;
}
