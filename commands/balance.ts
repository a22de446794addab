import type { Line, Message } from '../src/chat/channel.ts';
import { defineCommand } from '../src/chat/command.ts';
import type { Position } from '../src/domain/account.ts';
import type { Words } from '../src/i18n/index.ts';
import { pnlSpan } from './shared.ts';

export const balance = defineCommand({
  name: 'balance',
  aliases: ['잔고', '보유', 'b'],
  role: 'viewer',
  private: true,
  args: {},
  examples: ['/balance'],
  async run({ broker, words, progress }): Promise<Message> {
    progress({ lines: [words.progress.balance] });
    const { cash, positions, totals, truncated } = await broker.balance();
    const percent = totals.costBasis === 0 ? 0 : (totals.unrealizedPnl / totals.costBasis) * 100;
    const lines: Line[] = [
      [{ bold: words.balance.title }, ` ${broker.venue.account}`],
      `${words.balance.deposit} ${words.won(cash.deposit)}`,
      ...(cash.settled === cash.deposit ? [] : [`${words.balance.settled} ${words.won(cash.settled)}`]),
      `${words.balance.assets} ${words.won(totals.assets)}`,
      [`${words.balance.pnl} `, pnlSpan(words, totals.unrealizedPnl, percent)],
      '',
      ...(positions.length === 0
        ? [words.balance.none]
        : positions.flatMap((position) => positionLines(words, position))),
      ...(truncated ? [words.balance.truncated] : []),
    ];
    return { lines, buttons: [[{ id: 'show:/balance', label: words.buttons.refresh }]] };
  },
});

function positionLines(words: Words, position: Position): readonly Line[] {
  const average = words.won(Math.round(Number(position.averageCost)));
  return [
    [
      { bold: position.name },
      ` ${words.balance.position(words.shares(position.quantity), words.shares(position.sellableQuantity))}`,
    ],
    [
      `  ${words.balance.average} ${average} · ${words.balance.last} ${words.won(position.last)} `,
      pnlSpan(words, position.unrealizedPnl, position.unrealizedPnlPercent),
    ],
  ];
}
