/** Where a message goes: a channel's name and a chat in it. */
export interface ChatAddress {
  readonly channel: string;
  readonly chatId: string;
}
