import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, instrument, optional } from '../../src/chat/command.ts';
import type { NewsTitle } from '../../src/domain/market/research.ts';
import { dayText, timeText } from '../shared.ts';

export const news = defineCommand({
  name: 'news',
  section: 'look',
  aliases: ['뉴스', '공시'],
  role: 'viewer',
  args: { instrument: optional(instrument, (token) => !/^\d{1,4}쪽?$/.test(token)), page: optional(pageNumber) },
  examples: ['/news 삼성전자', '/news'],
  async run(context, args): Promise<Message> {
    const { words, research } = context;
    context.progress({ lines: [words.progress.news] });
    const found = await research.news(args.instrument?.symbol);
    const about = args.instrument?.name;
    if (found.length === 0) return { lines: [words.news.none(about)], data: [] };
    const line = args.instrument === undefined ? '/news' : `/news ${args.instrument.symbol}`;
    const page = pageOf(words, found, args.page, line);
    return {
      lines: [
        [{ bold: words.news.title(about) }, page.label === '' ? '' : ` ${page.label}`],
        ...page.rows.map((one) => titleLine(context, one)),
      ],
      buttons: [...page.buttons, [{ id: `show:${line}`, label: words.buttons.refresh }]],
      data: found,
    };
  },
});

function titleLine(_: CommandContext, { day, time, title, source }: NewsTitle): Line {
  return `${dayText(day).slice(-5)} ${timeText(time)} ${title}${source === undefined ? '' : ` · ${source}`}`;
}
