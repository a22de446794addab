import type { Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';

export const arm = defineCommand({
  name: 'arm',
  section: 'trade',
  aliases: ['실전'],
  role: 'owner',
  account: true,
  effect: 'change',
  args: {},
  examples: ['/arm'],
  run: async ({ orders, words }): Promise<Message> => ({ lines: [words.arming[await orders.trading.arm()]] }),
});
