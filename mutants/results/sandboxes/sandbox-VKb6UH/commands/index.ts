// @ts-nocheck
import type { AnyCommand } from '../src/chat/command.ts';
import { alert, alerts, unalert } from './alert.ts';
import { amend } from './amend.ts';
import { arm } from './arm.ts';
import { balance } from './balance.ts';
import { book } from './book.ts';
import { buy } from './buy.ts';
import { cancel } from './cancel.ts';
import { chart } from './chart.ts';
import { exporting } from './export.ts';
import { fills } from './fills.ts';
import { fin } from './fin.ts';
import { flow } from './flow.ts';
import { halt, resume } from './halt.ts';
import { help } from './help.ts';
import { info } from './info.ts';
import { market } from './market.ts';
import { index } from './market-index.ts';
import { news } from './news.ts';
import { opinion } from './opinion.ts';
import { orders } from './orders.ts';
import { pnl } from './pnl.ts';
import { price } from './price.ts';
import { rank } from './rank.ts';
import { revoke } from './revoke.ts';
import { schedule } from './schedule.ts';
import { screen } from './screen.ts';
import { sell } from './sell.ts';
import { settings } from './settings.ts';
import { settle } from './settle.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { watch } from './watch.ts';
import { who } from './who.ts';
import { why } from './why.ts';

/** Every command there is, in the order in which help lists them. */
export const commands: readonly AnyCommand[] = [
  price,
  book,
  info,
  fin,
  opinion,
  flow,
  news,
  chart,
  market,
  index,
  rank,
  balance,
  fills,
  pnl,
  exporting,
  buy,
  sell,
  orders,
  amend,
  cancel,
  watch,
  screen,
  schedule,
  alert,
  alerts,
  unalert,
  halt,
  resume,
  arm,
  settle,
  why,
  settings,
  status,
  who,
  revoke,
  start,
  help,
];
