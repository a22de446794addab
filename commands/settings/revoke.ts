import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand, type Ticket } from '../../src/chat/command.ts';
import { revocationLines } from '../../src/chat/messages/revocation.ts';

export const revoke = defineCommand({
  name: 'revoke',
  section: 'rest',
  aliases: ['토큰폐기'],
  role: 'owner',
  account: true,
  private: true,
  args: {},
  examples: ['/revoke'],
  async prepare({ words }): Promise<Ticket<null>> {
    const { revoke: text } = words;
    const lines: Line[] = [[{ bold: text.title }], text.what, text.stops, text.stays, text.back, text.forGood];
    return { plan: null, summary: { lines } };
  },
  async execute({ revocation, words, person, progress }, _plan, proposal): Promise<Message> {
    progress({ lines: [words.progress.revoking] });
    return { lines: revocationLines(words, await revocation.confirm(proposal, person.id)) };
  },
});
