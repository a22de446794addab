import type { AnyCommand } from '../src/chat/command.ts';
import { alert, alerts, unalert } from './alert.ts';
import { amend } from './amend.ts';
import { arm } from './arm.ts';
import { balance } from './balance.ts';
import { buy } from './buy.ts';
import { cancel } from './cancel.ts';
import { halt, resume } from './halt.ts';
import { help } from './help.ts';
import { market } from './market.ts';
import { orders } from './orders.ts';
import { price } from './price.ts';
import { sell } from './sell.ts';
import { settings } from './settings.ts';
import { settle } from './settle.ts';
import { status } from './status.ts';
import { who } from './who.ts';
import { why } from './why.ts';

/** Every command there is, in the order in which help lists them. */
export const commands: readonly AnyCommand[] = [
  price,
  market,
  balance,
  buy,
  sell,
  orders,
  amend,
  cancel,
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
  help,
];
