import { inKorea } from '../../../clock.ts';
import type { Words } from '../../../i18n/index.ts';
import type { InstrumentDirectory } from '../../../ports/symbols.ts';
import type { MonitoredIssue, MonitorFrame } from '../../../services/reports/monitors.ts';
import type { Line, Message, Span } from '../../channel.ts';
import { changeSpan, changeTone } from '../prices.ts';
import { missingLines } from './digest.ts';

/** The view of a day's reports in a chat: each takes the place of the one before. */
export function monitorView({ day }: Pick<MonitorFrame, 'day'>): string {
  return `monitor-${day}`;
}

/** A monitoring report. */
export function monitorMessage(words: Words, directory: InstrumentDirectory, frame: MonitorFrame): Message {
  const { at, minutes, issues, missing, goesOn } = frame;
  const { monitor: text } = words;
  return {
    lines: [
      [{ bold: text.title(minutes) }, ` · ${inKorea(at).toFormat('HH:mm')}`],
      ...issues.flatMap((issue) => issueLines(words, directory, issue)),
      ...missingLines(text, missing),
      ...(goesOn ? [] : [text.over]),
    ],
  };
}

function issueLines(
  words: Words,
  directory: InstrumentDirectory,
  { symbol, quote, sinceLast, volumePercent, strength, flow }: MonitoredIssue,
): readonly Line[] {
  const { monitor: text } = words;
  const name: Span = { bold: directory.get(symbol)?.name ?? symbol };
  if (quote === undefined) return [[name, ` ${text.noPrice}`]];
  const count = (shares: number): string => `${shares > 0 ? '+' : ''}${words.countShort(shares)}`;
  const usual = volumePercent === undefined ? '' : ` (${text.usual(`${volumePercent.toFixed(0)}%`)})`;
  const figures = [
    `${text.volume(words.countShort(quote.volume))}${usual}`,
    ...(strength === undefined ? [] : [text.strength(`${strength.toFixed(0)}%`)]),
  ];
  const since: readonly Span[] =
    sinceLast === undefined
      ? []
      : [
          {
            tone: changeTone(sinceLast.percent),
            text: text.since(sinceLast.minutes, words.percentSigned(sinceLast.percent)),
          },
        ];
  const flows = flow === undefined ? [] : [text.flow(count(flow.foreigners), count(flow.institutions))];
  const third: readonly Span[] =
    since.length > 0 && flows.length > 0 ? [...since, ' · ', ...flows] : [...since, ...flows];
  return [
    [name, ` ${words.grouped(quote.last)} `, changeSpan(words, quote.change, quote.changePercent)],
    `  ${figures.join(' · ')}`,
    ...(third.length === 0 ? [] : [['  ', ...third]]),
  ];
}
