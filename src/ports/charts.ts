import type { Bar } from '../domain/market/quote.ts';

/** What a chart shows. Its texts are ready to be read: a renderer has no language. */
export interface Chart {
  /** The name. */
  readonly title: string;
  /** Its code, and how long a candle lasts. */
  readonly subtitle: string;
  readonly price: string;
  readonly change: { readonly text: string; readonly tone: ChartTone };
  /** Won. */
  readonly last: number;
  /** Oldest first, at least one; those before the last `shown` are the past of the moving averages. */
  readonly bars: readonly Bar[];
  readonly shown: number;
  /** A handful: each that is out of sight takes some room at the edge. */
  readonly levels: readonly ChartLevel[];
  readonly words: {
    readonly averages: string;
    readonly volume: string;
    readonly high: string;
    readonly low: string;
    grouped(value: number): string;
  };
}

export type ChartTone = 'up' | 'down' | 'even';

/** A line across the chart: what a holding cost on average, or where an alert waits. */
export interface ChartLevel {
  readonly kind: 'cost' | 'alert';
  /** Won. */
  readonly price: number;
  readonly label: string;
}

/** A text, and whether it tells of a rise or a fall. */
export interface TonedText {
  readonly text: string;
  readonly tone: ChartTone;
}

/** A report on one picture, from top to bottom. Its texts are ready to be read; what is empty takes no room. */
export interface ReportCard {
  readonly title: string;
  readonly subtitle: string;
  /** What the report comes to, large. */
  readonly headline?: { readonly label: string; readonly value: string; readonly change: TonedText } | undefined;
  /** Two in a row: a value with its line of some weeks, oldest first. */
  readonly tiles: readonly {
    readonly label: string;
    readonly value: string;
    readonly change: TonedText;
    readonly line: readonly number[];
  }[];
  /** Bars to the right of zero for rises and to the left for falls. */
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly text: TonedText;
  }[];
  readonly barsTitle: string;
  /** A line each: what it is, and what it comes to. */
  readonly rows: readonly {
    readonly label: string;
    readonly value: string;
    readonly change?: TonedText | undefined;
  }[];
}

/** Draws charts. */
export interface ChartRenderer {
  /** A PNG. AppError `chart.failed`. */
  render(chart: Chart): Promise<Uint8Array>;
  /** A PNG. AppError `chart.failed`. */
  renderCard(card: ReportCard): Promise<Uint8Array>;
  close(): Promise<void>;
}
