import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import { dateOf } from '../market/hours.ts';
import { type Issue, issues } from '../market/instruments.ts';
import { between, type Random, randomFor } from '../market/random.ts';
import { type Handler, input, page, record, type World } from '../rest/answer.ts';
import { answered, queryRefusals } from '../rest/texts.ts';

/** A headline, and the issue that it is about. */
interface Headline {
  /** Day, time and five digits: KIS's key, in the order in which they came. */
  readonly serial: string;
  readonly day: string;
  readonly time: string;
  readonly title: string;
  readonly source: (typeof sources)[number];
  readonly issue: Issue;
}

/** Made-up news agencies: KIS's code of the agency, its kind of news, and its name. */
const sources = [
  { code: '6', kind: '02', name: '모의통신' },
  { code: '2', kind: '02', name: '모의경제' },
  { code: 'F', kind: '01', name: '모의공시' },
] as const;

const titles: readonly ((name: string, random: Random) => string)[] = [
  (name) => `[특징주] ${name}, 거래량 늘며 관심`,
  (name) => `${name}, 기업설명회(IR) 개최 안내`,
  (name, random) => `${name}, 자기주식 ${between(random, 1, 50)}만 주 취득 결정`,
  (name) => `${name}, 분기보고서 제출`,
  (name, random) => `${name}, ${between(random, 100, 3000)}억원 규모 공급계약 체결`,
  (name) => `외국인·기관 수급으로 본 ${name}`,
  (name, random) => `${name}, 신규 시설투자 ${between(random, 200, 5000)}억원 결정`,
  (name) => `${name}, 임시주주총회 소집 결의`,
  (name) => `[마감시황] ${name} 등 업종 대표주 움직임`,
];

/** How many days back there are headlines. */
const daysKept = 14;
const headlinesADay = 30;

/** A day's headlines, newest first; the same for the same seed and day. */
function headlinesOf(world: World, day: string): readonly Headline[] {
  const random = randomFor(world.settings.seed, `news ${day}`);
  const pick = <T>(from: readonly T[]): T => from[between(random, 0, from.length - 1)] as T;
  return Array.from({ length: headlinesADay }, (): Headline => {
    const issue = pick(issues);
    const second = between(random, 7 * 3600, 18 * 3600);
    const time = [second / 3600, (second % 3600) / 60, second % 60]
      .map((part) => String(Math.floor(part)).padStart(2, '0'))
      .join('');
    const serial = `${day}${time}${between(random, 10_000, 99_999)}`;
    return { serial, day, time, title: pick(titles)(issue.name, random), source: pick(sources), issue };
  }).sort((one, other) => other.serial.localeCompare(one.serial));
}

/** The headlines of a day that a test published: disclosures of the exchange. */
function stagedOn({ staged }: World, day: string): readonly Headline[] {
  return staged.headlines.flatMap(({ issue, title, time, ...headline }, index): readonly Headline[] => {
    const serial = `${day}${time}${10_000 + index}`;
    return headline.day === day ? [{ serial, day, time, title, source: sources[2], issue }] : [];
  });
}

const newsTitles: Handler = (call) => {
  const { world } = call;
  const symbol = input(call, 'FID_INPUT_ISCD');
  if (symbol !== '' && world.market.find(symbol) === undefined) return { refusal: queryRefusals.symbol };
  const now = `${world.clock.day()}${world.clock.time()}`;
  // KIS also takes day and time with leading zeros: 0020261123 and 0000093000.
  const day = input(call, 'FID_INPUT_DATE_1').slice(-8) || world.clock.day();
  const until = `${day}${input(call, 'FID_INPUT_HOUR_1').slice(-6) || '235959'}`;
  const before = input(call, 'FID_INPUT_SRNO') || '9';
  const words = input(call, 'FID_TITL_CNTT');
  const days = Array.from({ length: daysKept }, (_, back) => dateOf(day).minus({ days: back }).toFormat('yyyyMMdd'));
  const found = days
    .flatMap((one) => [...stagedOn(world, one), ...headlinesOf(world, one)])
    .sort((one, other) => other.serial.localeCompare(one.serial))
    .filter((headline) => `${headline.day}${headline.time}` <= (until < now ? until : now))
    .filter((headline) => headline.serial < before && headline.title.includes(words))
    .filter(({ issue }) => symbol === '' || issue.symbol === symbol);
  const { fields } = domesticResearch.newsTitles.output.output;
  return {
    text: answered.quotation,
    blocks: {
      output: page(call, found).rows.map(({ serial, time, title, source, issue, ...headline }) =>
        record(fields, {
          cntt_usiq_srno: serial,
          news_ofer_entp_code: source.code,
          data_dt: headline.day,
          data_tm: time,
          hts_pbnt_titl_cntt: title,
          news_lrdv_code: source.kind,
          dorg: source.name,
          iscd1: issue.symbol,
          kor_isnm1: issue.name,
        }),
      ),
    },
  };
};

/** News by endpoint id. */
export const news: ReadonlyMap<string, Handler> = new Map([[domesticResearch.newsTitles.id, newsTitles]]);
