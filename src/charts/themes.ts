import type { ChartLevel, ChartTone } from '../ports/charts.ts';

export const themeNames = ['dark', 'light'] as const;
export type ThemeName = (typeof themeNames)[number];

/** The lengths of the moving averages in bars; each has a colour of its own. */
export const averageLengths = [5, 20, 60, 120] as const;

export interface Theme {
  readonly background: string;
  readonly grid: string;
  readonly text: string;
  readonly muted: string;
  /** Red is up and blue is down, as is usual in Korea. */
  readonly tones: Readonly<Record<ChartTone, string>>;
  readonly averages: Readonly<Record<(typeof averageLengths)[number], string>>;
  readonly levels: Readonly<Record<ChartLevel['kind'], string>>;
  /** The colour of text on any of the colours above. */
  readonly onColour: string;
}

export const themes: Readonly<Record<ThemeName, Theme>> = {
  dark: {
    background: '#131722',
    grid: '#262c3b',
    text: '#e6e8ee',
    muted: '#9aa3b5',
    tones: { up: '#f6465d', down: '#4a8cff', even: '#b4bac6' },
    averages: { 5: '#fde047', 20: '#f0abfc', 60: '#4ade80', 120: '#cbd5e1' },
    levels: { cost: '#fb923c', alert: '#22d3ee' },
    onColour: '#0b0e15',
  },
  light: {
    background: '#ffffff',
    grid: '#e6e9ef',
    text: '#161a23',
    muted: '#5b6475',
    tones: { up: '#d9263f', down: '#1b62d8', even: '#5b6475' },
    averages: { 5: '#c88a04', 20: '#c026d3', 60: '#15803d', 120: '#64748b' },
    levels: { cost: '#c2410c', alert: '#0e7490' },
    onColour: '#ffffff',
  },
};
