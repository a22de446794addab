import type { Button } from '../../../src/chat/channel.ts';
import { processTrouble, troubleAtAStep } from '../cluster/troubles.ts';
import { judge, type Verdict } from '../invariants.ts';
import type { TestAccount } from './accounts.ts';
import { calmChats } from './chats.ts';
import { everybody, market, owner, type Somebody, Stage, startHoldings, stranger, trader, viewer } from './stage.ts';
import {
  alikeInBoth,
  blockedChat,
  diskFull,
  drift,
  haltBetween,
  haltLine,
  lastMoment,
  mirrored,
  nearACap,
  twoAtOnce,
  unaligned,
  viewerTries,
} from './tight-spots.ts';
import type { Trouble } from './troubles.ts';
import { brewWeather, clockTrouble, socketTrouble } from './weather.ts';

/** What one scenario came to. */
export interface Outcome extends Verdict {
  readonly seed: number;
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>;
}

/**
 * How many processes a seed has, from `2` or `2-5`: seeds with one account and with two come to any of these numbers.
 */
export function processesFor(seed: number, range: string): number {
  const [least = 1, most = least] = range.split('-').map(Number);
  return least + (Math.floor(seed / 2) % (most - least + 1));
}

/**
 * Runs the scenario of a seed from its start to its judgement; `trace` gets a line for everything that happens. Of
 * several processes all share the ledger, and what befalls one of them is among the troubles.
 */
export async function runScenario(
  seed: number,
  trace: (line: string) => void = () => undefined,
  processes = 1,
): Promise<Outcome> {
  const stage = await Stage.create(seed, trace, processes);
  try {
    await play(stage);
    await heal(stage);
    const { world, counts } = stage;
    const elsewhereIn = (account: TestAccount): ReadonlySet<string> => stage.elsewhereIn(account);
    return { seed, troubles: counts, ...(await judge(world, { elsewhereIn, holdings: startHoldings })) };
  } finally {
    await stage.world.end();
  }
}

async function play(stage: Stage): Promise<void> {
  await stage.world.start();
  // What two accounts share between them has to come as near to each as it does to one alone.
  const steps = stage.hasTwo ? stage.random.between(6, 15) : stage.random.between(4, 10);
  for (let step = 0; step < steps; step += 1) {
    if (!stage.world.isUp && stage.random.chance(0.8)) await stage.restart();
    await oneStep(stage);
  }
}

/** All trouble ends, and the bot is given the time to find out what happened. */
async function heal(stage: Stage): Promise<void> {
  const { world } = stage;
  world.trace('all trouble ends');
  world.putOutFuse();
  world.goOn();
  world.freeDisk();
  world.allowLists();
  world.chats.faults = calmChats;
  world.chats.blocked.clear();
  world.setNetwork(true);
  if (!world.isUp) await stage.restart();
  // Held pushes may be on their way for 20 s, a socket in back-off for 75 s; then come the looks.
  await world.advance(200_000);
  // Whoever takes messages again is told of those that were lost with the next one.
  for (const who of everybody) stage.type(who, '/help');
  await world.advance(10_000);
}

async function oneStep(stage: Stage): Promise<void> {
  const { random } = stage;
  stage.turnToAny();
  switch (
    random.weighted({
      order: 9,
      change: 7,
      trade: 4,
      elsewhere: 2,
      halt: 0.3,
      wait: 2,
      socket: 1,
      clock: 0.6,
      crash: 1,
      intruder: 0.5,
      nearACap: stage.isTight ? 3 : 0.3,
      twoAtOnce: stage.isTight ? 2.5 : 0.2,
      drift: 1,
      lastMoment: 0.6,
      haltBetween: stage.isNarrow ? 2.5 : 1,
      unaligned: 0.4,
      blockedChat: 0.7,
      diskFull: 0.7,
      mirrored: 1.2,
      viewer: 0.3,
      alikeInBoth: stage.hasTwo ? 2.5 : 0,
      process: stage.world.isShared ? 4 : 0,
    })
  ) {
    case 'order':
      return order(stage);
    case 'change':
      return change(stage);
    case 'trade':
      return trade(stage);
    case 'elsewhere':
      return elsewhereOrder(stage);
    case 'halt':
      return halt(stage);
    case 'wait':
      return stage.advance(100, 25_000);
    case 'socket':
      return socketTrouble(stage);
    case 'clock':
      return clockTrouble(stage);
    case 'crash':
      stage.count('crash');
      return stage.restart();
    case 'intruder':
      return intrude(stage);
    case 'nearACap':
      return nearACap(stage);
    case 'twoAtOnce':
      return twoAtOnce(stage);
    case 'drift':
      return drift(stage);
    case 'lastMoment':
      return lastMoment(stage);
    case 'haltBetween':
      return haltBetween(stage);
    case 'unaligned':
      return unaligned(stage);
    case 'blockedChat':
      return blockedChat(stage, () => somethingUsual(stage));
    case 'diskFull':
      return diskFull(stage, () => somethingUsual(stage));
    case 'mirrored':
      return mirrored(stage);
    case 'viewer':
      return viewerTries(stage);
    case 'alikeInBoth':
      return alikeInBoth(stage);
    case 'process':
      return processTrouble(stage);
  }
}

async function somethingUsual(stage: Stage): Promise<void> {
  await order(stage);
  await (stage.random.chance(0.6) ? trade(stage) : change(stage));
}

/** Somebody asks for a ticket; then, in whatever weather, something becomes of it. */
async function order(stage: Stage): Promise<void> {
  const { random } = stage;
  const symbol = random.chance(0.8) ? '005930' : '000660';
  const side = random.chance(0.65) ? 'buy' : 'sell';
  // Mostly so few that orders are alike, now and then enough to be taken apart.
  const large = random.chance(stage.isTight ? 0.05 : 0.25);
  const quantity = large ? random.between(5, 9) : random.between(1, stage.isTight ? 3 : 4);
  const { last, step } = market[symbol];
  const towards = side === 'buy' ? -1 : 1;
  // Few prices and few quantities: equal orders are what makes attribution hard.
  const price = random.weighted({ rest: 5, cross: 3, market: 1 });
  const text =
    price === 'market' ? '시장가' : String(last + (price === 'rest' ? towards * 3 * step : -towards * 3 * step));
  const who = stage.somebody();
  if (random.chance(0.25)) brewWeather(stage, 'reads');
  await decide(stage, who, await stage.ask(who, `/${side} ${symbol} ${quantity} ${text}`));
}

/** A ticket to amend or cancel an order that a chat knows of. */
async function change(stage: Stage): Promise<void> {
  const { random } = stage;
  const who = stage.somebody();
  const open = stage.orders.filter(({ remaining }) => remaining > 0);
  const target = random.pick(open);
  if (target === undefined) return;
  const step = target.symbol === '005930' ? 100 : 500;
  // A part may be all there is, and now and then more.
  const part = random.between(1, random.chance(0.1) ? target.remaining + 1 : Math.max(1, target.remaining - 1));
  const line = random.weighted({ amend: 3, cancel: 2, all: 1, partCancel: 3, partAmend: 2 });
  const price = (target.price || 70_000) + step * random.pick([-2, -1, 1, 2] as const);
  const number = Number(target.number);
  const text = {
    amend: `/amend ${number} ${price}`,
    cancel: `/cancel ${number}`,
    all: '/cancel all',
    partCancel: `/cancel ${number} ${part}`,
    partAmend: `/amend ${number} ${price} ${part}`,
  }[line];
  if (line === 'partCancel' && part < target.remaining) stage.count('part-cancelled');
  if (line === 'partAmend' && part < target.remaining) stage.count('part-amended');
  await decide(stage, who, await stage.ask(who, text));
}

async function decide(stage: Stage, who: Somebody, button: Button | undefined): Promise<void> {
  if (button === undefined) return;
  const { random, world } = stage;
  const { channel, identity } = who;
  if (stage.hasTwo && random.chance(0.3)) await stage.switchTo(who, stage.otherAccount);
  const press = (by: Somebody = who, ageMs = 0): void => stage.press(by, button, ageMs);
  if (random.chance(0.55)) brewWeather(stage, 'orders');
  if (random.chance(0.25)) {
    stage.count('crash-at-a-step');
    world.lightFuse(random.between(1, 70));
  } else if (world.isShared && random.chance(0.3)) troubleAtAStep(stage);
  switch (
    random.weighted({ once: 12, double: 3, elsewhere: 2, another: 1, late: 0.7, old: 0.5, drop: 1, leave: 0.7 })
  ) {
    case 'once':
      press();
      break;
    case 'double':
      stage.count('double-press');
      press();
      if (random.chance(0.5)) await stage.advance(0, 300);
      press();
      break;
    case 'elsewhere':
      stage.count('press-in-another-chat');
      press();
      if (identity === owner.telegram) press(everybody[1]);
      else if (identity === owner.discord) press(everybody[0]);
      else press();
      break;
    case 'another':
      stage.count('press-by-another');
      press({ channel: 'telegram', identity: identity === trader ? owner.telegram : trader });
      if (random.chance(0.5)) press();
      break;
    case 'late':
      stage.count('late-press');
      await world.advance(61_000);
      press();
      break;
    case 'old':
      stage.count('old-press');
      press(who, 90_000);
      break;
    case 'drop':
      world.act(channel, identity, { kind: 'press', button: button.id.replace('confirm:', 'drop:') });
      if (random.chance(0.5)) press();
      break;
    case 'leave':
      break;
  }
  await (random.chance(0.5) ? stage.advance(0, 800) : stage.advance(800, 22_000));
  // Sometimes the same is wanted again at once, which must wait while the first is unknown.
  if (random.chance(0.3)) await again(stage, who);
}

async function again(stage: Stage, who: Somebody): Promise<void> {
  const last = stage.world.did.findLast(({ input, identity }) => input.kind === 'text' && identity === who.identity);
  if (last?.input.kind !== 'text' || !/^\/(?:buy|sell|cancel \d+ \d|amend \d+ \d+ \d)/.test(last.input.text)) return;
  stage.type(who, last.input.text);
  await stage.advance(200, 1_500);
  const button = stage.newest(who, 'confirm:');
  if (button !== undefined) stage.press(who, button);
  await stage.advance(200, 5_000);
}

/** The market reaches an order that rests; now and then twice alike, within the same second. */
async function trade(stage: Stage): Promise<void> {
  const { random, world } = stage;
  const resting = stage.orders.filter(({ remaining }) => remaining > 0);
  const order = random.pick(resting);
  if (order === undefined) return;
  const against = order.side === 'buy' ? 'sell' : 'buy';
  const twice = order.remaining >= 2 && random.chance(0.6);
  const quantity = twice ? 1 : random.between(1, order.remaining);
  for (let times = twice ? 2 : 1; times > 0; times -= 1) {
    try {
      stage.account.simulator.trade(order.symbol, against, quantity, order.price || undefined);
    } catch (error) {
      world.trace(`no trade: ${String(error)}`);
    }
  }
  world.notePrices();
  if (twice) stage.count('equal-fills');
  world.trace(`the market trades ${quantity} of ${Number(order.number)}${twice ? ' twice' : ''}`);
  await stage.advance(0, 3_000);
}

/** The owner's own hand in the HTS, sometimes with the very order that the bot was asked for. */
async function elsewhereOrder(stage: Stage): Promise<void> {
  const { random, world, orders } = stage;
  const { simulator, number: account } = stage.account;
  const elsewhere = stage.elsewhereIn(stage.account);
  const target = random.pick(orders.filter(({ remaining }) => remaining > 0));
  try {
    if (target !== undefined && random.chance(0.35)) {
      const step = target.symbol === '005930' ? 100 : 500;
      const price = (target.price || 70_000) + step * random.pick([-1, 1] as const);
      const quantity = target.remaining > 1 && random.chance(0.4) ? random.between(1, target.remaining - 1) : undefined;
      if (quantity !== undefined) stage.count('part-elsewhere');
      const number = random.chance(0.5)
        ? simulator.cancelElsewhere(target.number, { account, quantity })
        : simulator.amendElsewhere(target.number, price, { account, quantity });
      elsewhere.add(number);
      stage.count('change-elsewhere');
      world.trace(`elsewhere: ${number} changes ${target.number}`);
    } else {
      const twin = random.pick(orders.filter(({ action, price }) => action === 'new' && price > 0));
      const equal = twin !== undefined && random.chance(0.7);
      const { symbol, side, quantity, price } = equal
        ? twin
        : ({ symbol: '005930', side: 'buy', quantity: 2, price: 69_700 } as const);
      elsewhere.add(simulator.placeElsewhere({ account, symbol, side, quantity, price }));
      stage.count(equal ? 'equal-order-elsewhere' : 'order-elsewhere');
      world.trace(`elsewhere: ${side} ${symbol} ${quantity} at ${price}`);
    }
  } catch (error) {
    world.trace(`elsewhere refused: ${String(error)}`);
  }
  await stage.advance(0, 4_000);
}

async function halt(stage: Stage): Promise<void> {
  stage.count('halt');
  stage.type(everybody[3], haltLine(stage));
  await stage.advance(100, 2_000);
  await order(stage);
  stage.type(everybody[1], '/resume');
  await stage.world.advance(500);
}

/** Somebody who may not: a viewer who orders, a stranger who presses. */
async function intrude(stage: Stage): Promise<void> {
  const intruders = [viewer, stranger].map((identity) => ({ channel: 'telegram', identity }));
  for (const who of intruders) stage.type(who, '/buy 005930 1 69700');
  const button = stage.newest(everybody[0], 'confirm:');
  for (const who of button === undefined ? [] : intruders) stage.press(who, button as Button);
  await stage.world.advance(500);
}
