/** Where a message goes: a channel's name and a chat in it. */
export interface ChatAddress {
  readonly channel: string;
  readonly chatId: string;
}

/** The Discord channel that a webhook leads to: it is told what the owners are told, and asks nothing. */
export const webhookChat: ChatAddress = { channel: 'discord-webhook', chatId: 'webhook' };
