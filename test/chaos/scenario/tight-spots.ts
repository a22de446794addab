import type { TestAccount } from './accounts.ts';
import { everybody, type IssueCode, market, owner, type Somebody, type Stage, trader, viewer } from './stage.ts';
import { brewWeather } from './weather.ts';

// Steps that come so near to what must not happen that only the last guard is left.

/** Halts all accounts, or one of two: that of the step, or the other, which the step then passes. */
export function haltLine(stage: Stage): string {
  if (!stage.hasTwo || stage.random.chance(0.4)) return '/halt';
  stage.count('halt-of-one-account');
  const { name } = stage.random.chance(0.5) ? stage.account : stage.otherAccount;
  return stage.random.chance(0.5) ? `/halt ${name}` : `/halt @${name}`;
}

/** Two people, or one in two chats, press tickets that may each be sent, and not both. */
export async function twoAtOnce(stage: Stage): Promise<void> {
  const { random } = stage;
  stage.count('two-presses-at-once');
  const [one, other] = random.pick([
    [everybody[0], everybody[3]],
    [everybody[2], everybody[3]],
    [everybody[1], everybody[2]],
  ] as const);
  const price = 69_700;
  const left = await stage.leftOfDay();
  const most = Math.floor(Math.min(left, stage.caps.order) / price);
  const half = Math.max(1, Math.min(most, Math.ceil((left * 0.51) / price)));
  // Orders that differ in nothing go one after the other; these do not.
  const [side, quantity] = half > 2 && random.chance(0.3) ? (['buy', half - 1] as const) : (['sell', half] as const);
  const first = await stage.ask(one, `/buy 005930 ${half} ${price}`);
  // What is ordered in the other account takes nothing from what this one has left.
  const where = stage.hasTwo && random.chance(0.4) ? stage.otherAccount : stage.account;
  const second = await stage.ask(other, `/${side} 005930 ${quantity} ${price}`, where);
  // What is read beside the checks comes later than they: then both are checked before either is taken.
  const later = { on: 'inquire-daily-ccld', fault: 'delay', when: 'before', ms: 400, times: 4 } as const;
  if (random.chance(0.8)) stage.account.simulator.setFaults([later]);
  else if (random.chance(0.3)) brewWeather(stage, 'reads');
  if (first !== undefined) stage.press(one, first);
  if (random.chance(0.2)) await stage.advance(0, 30);
  if (second !== undefined) stage.press(other, second);
  await stage.advance(500, 4_000);
}

/** An order whose size is about what a cap leaves. */
export async function nearACap(stage: Stage): Promise<void> {
  const { random } = stage;
  stage.count('near-a-cap');
  const price = random.pick([69_700, 69_800, 70_300, 'market'] as const);
  const unit = price === 'market' ? 91_000 : price;
  const limit = random.chance(0.4) ? stage.caps.order : await stage.leftOfDay();
  const quantity = Math.max(1, Math.floor(limit / unit) + random.pick([-1, 0, 0, 1, 1] as const));
  const who = stage.somebody();
  const side = random.chance(0.8) ? 'buy' : 'sell';
  const button = await stage.ask(who, `/${side} 005930 ${quantity} ${price === 'market' ? '시장가' : price}`);
  if (button !== undefined) stage.press(who, button);
  await stage.advance(300, 3_000);
}

/** The price moves between ticket and press, about as far as it may; afterwards it is back. */
export async function drift(stage: Stage): Promise<void> {
  const { random, world } = stage;
  stage.count('price-drift');
  const who = stage.somebody();
  const symbol: IssueCode = random.chance(0.7) ? '005930' : '000660';
  const { last, step } = market[symbol];
  world.setPrice(symbol, last);
  const side = random.chance(0.7) ? 'buy' : 'sell';
  const button = await stage.ask(who, `/${side} ${symbol} 1 ${last + (side === 'buy' ? -3 : 3) * step}`);
  const percent = random.pick([-8, -5.5, -5, -4.5, 4.5, 5, 5.5, 8] as const);
  world.setPrice(symbol, last + Math.round((last * percent) / 100 / step) * step);
  if (button !== undefined) {
    if (random.chance(0.2)) brewWeather(stage, 'orders');
    stage.press(who, button);
  }
  await stage.advance(500, 5_000);
  if (random.chance(0.8)) world.setPrice(symbol, last);
}

/** A press in the last moment of a ticket, in the first after it, or so that the time runs out on the way. */
export async function lastMoment(stage: Stage): Promise<void> {
  const { random, world } = stage;
  const who = stage.somebody();
  const button = await stage.ask(who, `/buy 005930 ${random.between(1, 3)} 69700`);
  const ticket = button === undefined ? undefined : await stage.ticketOf(button);
  if (button === undefined || ticket === undefined) return;
  stage.count('last-moment-press');
  const leftMs = ticket.expiresAt - world.botNow;
  switch (random.weighted({ slow: 4, before: 2, at: 1, after: 2 })) {
    case 'slow':
      await world.advance(leftMs - random.between(1, 500));
      slowReads(stage, 1_200);
      break;
    case 'before':
      await world.advance(leftMs - random.between(1, 900));
      break;
    case 'at':
      await world.advance(leftMs);
      break;
    case 'after':
      await world.advance(leftMs + random.between(1, 900));
      break;
  }
  stage.press(who, button);
  await stage.advance(1_500, 4_000);
}

/** Trading is halted between ticket, press, claim and send, and goes on again a little later. */
export async function haltBetween(stage: Stage): Promise<void> {
  const { random, world } = stage;
  const who = stage.somebody();
  const halt = (): void => {
    stage.count('halt-between');
    stage.type(random.pick(everybody), haltLine(stage));
  };
  const button = await stage.ask(who, `/buy 005930 ${random.between(1, 3)} ${random.pick([69_700, 70_300] as const)}`);
  if (button === undefined) return;
  switch (random.weighted({ beforePress: 1, whileChecked: 3, beforeSent: stage.isNarrow ? 6 : 0, atOnce: 1 })) {
    case 'beforePress':
      halt();
      if (random.chance(0.5)) await stage.advance(0, 200);
      stage.press(who, button);
      break;
    case 'whileChecked':
      slowReads(stage, 2_000);
      stage.press(who, button);
      await stage.advance(10, 300);
      halt();
      break;
    case 'beforeSent': {
      const claims = world.journal.claims.length;
      stage.press(who, button);
      // It may have to wait for its turn.
      for (let waited = 0; waited < 3_000 && world.journal.claims.length === claims; waited += 10)
        await world.advance(10);
      halt();
      break;
    }
    case 'atOnce':
      stage.press(who, button);
      halt();
      break;
  }
  await stage.advance(1_500, 5_000);
  stage.type(everybody[1], '/resume');
  await world.advance(500);
}

/** A start that cannot ask what became of the orders before it, and people who do not wait. */
export async function unaligned(stage: Stage): Promise<void> {
  const { random, world } = stage;
  const who = stage.somebody();
  const resting = await stage.ask(who, `/buy 005930 ${random.between(1, 2)} 69700`);
  if (resting !== undefined) stage.press(who, resting);
  await world.advance(800);
  const open = await stage.ask(who, `/buy 005930 ${random.between(1, 2)} 69800`);
  stage.count('lists-refused-at-start');
  world.refuseLists(stage.account);
  await world.crash();
  await stage.advance(0, 3_000);
  await world.start();
  // So long a start waits before anybody may speak.
  await world.advance(3_500);
  if (open !== undefined) stage.press(who, open);
  await world.advance(500);
  const later = await stage.ask(who, `/buy 005930 ${random.between(1, 2)} 69600`);
  if (later !== undefined) stage.press(who, later);
  await stage.advance(500, 3_000);
  world.allowLists();
  await stage.advance(500, 5_000);
}

/** Somebody has blocked the bot for a while: what was to be said meanwhile is lost, and must be told of. */
export async function blockedChat(stage: Stage, meanwhile: () => Promise<void>): Promise<void> {
  const { world } = stage;
  stage.count('chat-refuses-for-good');
  const chat = stage.random.pick([owner.telegram, owner.discord, trader] as const);
  world.trace(`${chat} blocks the bot`);
  world.chats.blocked.add(chat);
  await meanwhile();
  world.chats.blocked.delete(chat);
  world.trace(`${chat} takes messages again`);
}

/** The disk fills at some write, and has room again a little later. */
export async function diskFull(stage: Stage, meanwhile: () => Promise<void>): Promise<void> {
  const { random, world } = stage;
  stage.count('disk-full');
  world.fillDisk(random.between(0, 25));
  await meanwhile();
  await stage.advance(0, 15_000);
  world.freeDisk();
}

/**
 * Two orders whose answers are lost and which differ in nothing but their side: one of them never arrives, and the
 * other must not be taken for it. Or the other comes from another program of the same account.
 */
export async function mirrored(stage: Stage): Promise<void> {
  const { random, world } = stage;
  stage.count('mirrored-order');
  const [first, second] = random.pick([
    ['buy', 'sell'],
    ['sell', 'buy'],
  ] as const);
  const price = random.pick([69_700, 70_300] as const);
  const quantity = random.between(1, 3);
  const who = stage.somebody();
  const button = await stage.ask(who, `/${first} 005930 ${quantity} ${price}`);
  if (button === undefined) return;
  const lost = random.pick(['before', 'before', 'after'] as const);
  stage.account.simulator.setFaults([{ on: 'order', fault: 'cut', when: lost }]);
  stage.press(who, button);
  await stage.advance(100, 1_500);
  // Another program's order of the same key, terms and time as a lost one of ours is told from it by nobody.
  const isEqualToOurs = stage.typed.has(`/${second} 005930 ${quantity} ${price}`);
  if (random.chance(0.4)) {
    if (isEqualToOurs) return;
    try {
      const order = {
        symbol: '005930',
        side: second,
        quantity,
        price,
        channel: 'OpnAPI',
        account: stage.account.number,
      } as const;
      stage.elsewhereIn(stage.account).add(stage.account.simulator.placeElsewhere(order));
      world.trace(`another program: ${second} 005930 ${quantity} at ${price}`);
    } catch (error) {
      world.trace(`elsewhere refused: ${String(error)}`);
    }
  } else {
    const other: Somebody = random.pick(everybody);
    const mirror = await stage.ask(other, `/${second} 005930 ${quantity} ${price}`);
    stage.account.simulator.setFaults([{ on: 'order', fault: 'cut', when: lost === 'before' ? 'after' : 'before' }]);
    if (mirror !== undefined) stage.press(other, mirror);
  }
  await stage.advance(1_000, 30_000);
}

/**
 * The same order in both accounts, and the answer of one of them is lost, which may never have arrived: what the other
 * account has must not be taken for it.
 */
export async function alikeInBoth(stage: Stage): Promise<void> {
  const { random, world, account, otherAccount } = stage;
  stage.count('alike-in-both-accounts');
  const line = `/${random.pick(['buy', 'sell'] as const)} 005930 ${random.between(1, 3)} ${random.pick([69_700, 70_300] as const)}`;
  const [who, other] = [stage.somebody(), stage.somebody()];
  const own = await stage.ask(who, line);
  const like = await stage.ask(other, line, otherAccount);
  if (own === undefined || like === undefined) return;
  if (random.chance(0.4)) await stage.switchTo(who, otherAccount);
  const pressOwn = (): void => {
    const when = random.pick(['before', 'before', 'after'] as const);
    account.simulator.setFaults([{ on: 'order', fault: 'cut', when }]);
    stage.press(who, own);
  };
  const ownFirst = random.chance(0.5);
  if (ownFirst) pressOwn();
  else stage.press(other, like);
  await (random.chance(0.5) ? stage.advance(0, 200) : stage.advance(200, 3_000));
  if (ownFirst) stage.press(other, like);
  else pressOwn();
  if (random.chance(0.2)) world.lightFuse(random.between(1, 70));
  if (random.chance(0.4)) account.simulator.setFaults({ executionsLagMs: random.between(500, 20_000) });
  await stage.advance(200, 2_000);
  // A fill of the one, or of both, while the outcome may be unknown.
  if (random.chance(0.6)) tradeIn(stage, otherAccount);
  if (random.chance(0.4)) tradeIn(stage, account);
  await stage.advance(1_000, 30_000);
}

/** The market takes a share of an account's newest order that rests. */
function tradeIn({ world }: Stage, { name, simulator, number }: TestAccount): void {
  const resting = simulator.state().orders.findLast((order) => order.account === number && order.remaining > 0);
  if (resting === undefined) return;
  try {
    simulator.trade(resting.symbol, resting.side === 'buy' ? 'sell' : 'buy', 1, resting.price || undefined);
    world.trace(`the market trades 1 of ${Number(resting.number)} in ${name}`);
  } catch (error) {
    world.trace(`no trade: ${String(error)}`);
  }
  world.notePrices();
}

/** Somebody who may look and not order asks for a ticket, and presses what there is to press. */
export async function viewerTries(stage: Stage): Promise<void> {
  const who = { channel: 'telegram', identity: viewer };
  stage.count('press-by-viewer');
  const own = await stage.ask(who, `/buy 005930 1 ${69_700}`);
  if (own !== undefined) stage.press(who, own);
  const maker = stage.somebody();
  const button = await stage.ask(maker, `/buy 005930 ${stage.random.between(1, 2)} 69700`);
  if (button !== undefined) stage.press(who, button);
  await stage.advance(300, 2_000);
}

const slow = { on: 'read', fault: 'delay', when: 'before' } as const;

function slowReads({ account, random }: Stage, mostMs: number): void {
  const ms = random.between(100, mostMs);
  account.simulator.setFaults([{ ...slow, ms, times: random.between(2, 6) }]);
}
