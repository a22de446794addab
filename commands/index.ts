import type { AnyCommand } from '../src/chat/command.ts';
import { account } from './account/account.ts';
import { balance } from './account/balance.ts';
import { exporting } from './account/export.ts';
import { fills } from './account/fills.ts';
import { pnl } from './account/pnl.ts';
import { alert, alerts, unalert } from './alerts/alert.ts';
import { digest } from './alerts/digest.ts';
import { events } from './alerts/events.ts';
import { monitor } from './alerts/monitor.ts';
import { book } from './market/book.ts';
import { chart } from './market/chart.ts';
import { fin } from './market/fin.ts';
import { flow } from './market/flow.ts';
import { info } from './market/info.ts';
import { market } from './market/market.ts';
import { index } from './market/market-index.ts';
import { news } from './market/news.ts';
import { opinion } from './market/opinion.ts';
import { price } from './market/price.ts';
import { rank } from './market/rank.ts';
import { screen } from './market/screen.ts';
import { watch } from './market/watch.ts';
import { amend } from './orders/amend.ts';
import { arm } from './orders/arm.ts';
import { buy } from './orders/buy.ts';
import { cancel } from './orders/cancel.ts';
import { halt, resume } from './orders/halt.ts';
import { orders } from './orders/orders.ts';
import { renumber } from './orders/renumber.ts';
import { schedule } from './orders/schedule.ts';
import { sell } from './orders/sell.ts';
import { settle } from './orders/settle.ts';
import { why } from './orders/why.ts';
import { help } from './settings/help.ts';
import { revoke } from './settings/revoke.ts';
import { settings } from './settings/settings.ts';
import { start } from './settings/start.ts';
import { status } from './settings/status.ts';
import { who } from './settings/who.ts';

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
  account,
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
  digest,
  monitor,
  events,
  halt,
  resume,
  arm,
  settle,
  renumber,
  why,
  settings,
  status,
  who,
  revoke,
  start,
  help,
];
