import { pageNumber, pageOf } from '../../src/chat/arguments/pages.ts';
import type { Message } from '../../src/chat/channel.ts';
import { type CommandContext, defineCommand, oneOf, optional } from '../../src/chat/command.ts';
import { changeTone } from '../../src/chat/messages/prices.ts';
import { type Row, table } from '../../src/chat/messages/table.ts';
import type { RankedIssue, RankingKind } from '../../src/domain/market/research.ts';
import { issueName } from '../shared.ts';

const kind = oneOf('ranking', {
  volume: ['거래량'],
  turnover: ['거래대금', '대금'],
  rise: ['상승', '상승률', '급등'],
  fall: ['하락', '하락률', '급락'],
  'market-value': ['시가총액', '시총'],
  'after-hours': ['시간외'],
  bids: ['매수잔량'],
  asks: ['매도잔량'],
  'new-high': ['신고가'],
  'new-low': ['신저가'],
});
const market = oneOf('market', { all: ['전체'], KOSPI: ['코스피'], KOSDAQ: ['코스닥'] });

/** The rankings that the buttons offer. */
const offered: readonly RankingKind[] = ['turnover', 'rise', 'fall', 'market-value'];

export const rank = defineCommand({
  name: 'rank',
  section: 'look',
  aliases: ['순위', '랭킹'],
  role: 'viewer',
  args: { kind: optional(kind), market: optional(market), page: optional(pageNumber) },
  examples: ['/rank 상승', '/rank 거래대금 코스닥', '/rank 시총', '/rank 매수잔량', '/rank 신고가', '/rank 시간외'],
  async run(context, args): Promise<Message> {
    const { words, research } = context;
    context.progress({ lines: [words.progress.rank] });
    const by = args.kind ?? 'volume';
    const where = args.market ?? 'all';
    const found = await research.ranking(by, where);
    if (found.length === 0) return { lines: [words.rank.none], data: [] };
    const page = pageOf(words, found, args.page, `/rank ${by} ${where}`);
    await context.learnNames(page.rows);
    const title = words.rank.title(words.rank.kinds[by], words.rank.markets[where]);
    return {
      lines: [
        [{ bold: title }, page.label === '' ? '' : ` ${page.label}`],
        ...table(page.rows.map((issue) => rowOf(context, by, issue))),
      ],
      buttons: [
        ...page.buttons,
        offered
          .filter((one) => one !== by)
          .map((one) => ({ id: `show:/rank ${one} ${where}`, label: words.rank.kinds[one] })),
      ],
      data: found,
    };
  },
});

function rowOf({ words, directory }: CommandContext, by: RankingKind, issue: RankedIssue): Row {
  const { rank: place, last, changePercent, figure } = issue;
  const name = issueName({ directory }, issue);
  return {
    cells: [String(place), words.grouped(last), ...figureOf(words, by, figure)],
    rest: [{ bold: name }, ' ', { tone: changeTone(changePercent), text: words.percentSigned(changePercent) }],
  };
}

/** The figure of a ranking; none for rankings by change, whose percentage is shown next to the name anyway. */
function figureOf(words: CommandContext['words'], by: RankingKind, figure: number | undefined): readonly string[] {
  if (by === 'rise' || by === 'fall') return [];
  if (figure === undefined) return ['-'];
  if (by === 'turnover' || by === 'market-value') return [words.wonShort(figure)];
  return [by === 'new-high' || by === 'new-low' ? `${figure.toFixed(2)}%` : words.countShort(figure)];
}
