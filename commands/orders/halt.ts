import type { Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';

export const halt = defineCommand({
  name: 'halt',
  section: 'trade',
  aliases: ['정지'],
  role: 'trader',
  effect: 'stop',
  args: {},
  examples: ['/halt'],
  async run({ orders, schedules, words }): Promise<Message> {
    const written = await orders.trading.setHalted(true);
    // Trading is halted by now. An error of this request must not look as if it were not, so it is ignored.
    const kept = (await schedules.kept().catch(() => [])).length;
    const lines = [
      words.trading.halted,
      ...(written ? [] : [words.ledger.haltUnwritten]),
      ...(kept === 0 ? [] : [words.trading.schedulesStand(kept)]),
    ];
    const buttons = [
      [{ id: 'run:/cancel all', label: words.trading.cancelAll }],
      ...(kept === 0 ? [] : [[{ id: 'run:/schedule', label: words.schedule.title }]]),
    ];
    return { lines, buttons };
  },
});

export const resume = defineCommand({
  name: 'resume',
  section: 'trade',
  aliases: ['재개'],
  role: 'owner',
  effect: 'change',
  args: {},
  examples: ['/resume'],
  async run({ orders, words }): Promise<Message> {
    await orders.trading.setHalted(false);
    return { lines: [words.trading.resumed] };
  },
});
