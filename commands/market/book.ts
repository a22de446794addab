import {
  type Answer,
  type CommandContext,
  defineCommand,
  instrument,
  oneOf,
  optional,
} from '../../src/chat/command.ts';
import { boardMessage, bookMessage } from '../../src/chat/messages/boards.ts';
import type { Exchange } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import type { BookFigures } from '../../src/services/boards/board-source.ts';
import { liveAction } from '../shared.ts';

const exchange = oneOf('exchange', {
  KRX: ['KRX', '한국거래소'],
  NXT: ['NXT', '넥스트레이드', '넥스트'],
  SOR: ['SOR', '통합'],
});

export const book = defineCommand({
  name: 'book',
  section: 'look',
  aliases: ['호가', '호가창'],
  role: 'viewer',
  args: { instrument, exchange: optional(exchange), action: optional(liveAction) },
  examples: ['/book 삼성전자', '/book 005930 NXT', '/book 삼성전자 실시간'],
  async run(context, args): Promise<Answer> {
    const { words, broker, directory, liveBoards, address } = context;
    const { symbol } = args.instrument;
    const where = args.exchange ?? 'KRX';
    if (args.action === 'stop') await liveBoards.stop(address);
    const figures = await read(context, symbol, where);
    if (args.action !== 'live')
      return { ...bookMessage(words, directory, { ...figures, supply: 'asked' }), data: dataOf(figures) };
    const frame = await liveBoards.startBook(broker, address, figures);
    return { ...boardMessage(words, directory, frame), view: frame.view, data: dataOf(figures) };
  },
});

function dataOf({ symbol, exchange, quote, book: found, times }: Awaited<ReturnType<typeof read>>) {
  return { symbol, exchange, quote, book: found, of: exchange === 'NXT' ? times.nxt : times.krx };
}

async function read(
  context: CommandContext,
  symbol: string,
  exchange: Exchange,
): Promise<Omit<BookFigures, 'kind' | 'supply'>> {
  const { words, broker, calendar } = context;
  const { exchanges } = broker.venue;
  if (!exchanges.includes(exchange)) {
    throw new AppError('book.exchange', { exchange, takes: exchanges.join(', ') });
  }
  context.progress({ lines: [words.progress.price] });
  const [quote, found, times] = await Promise.all([
    broker.quote(symbol, { exchange }),
    broker.orderBook(symbol, { exchange }),
    calendar.priceTimes(),
  ]);
  return { symbol, exchange, quote, book: found, times, strength: undefined, standing: undefined };
}
