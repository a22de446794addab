import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Button, Channel, Message } from '../../../src/chat/channel.ts';
import { systemClock } from '../../../src/clock.ts';
import { localIdentity } from '../../../src/services/people.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { type Benchmark, median } from '../bench.ts';
import { sharedMs } from '../shared-clock.ts';
import { bare, FarSide, requestsOf, startBot } from './far-side.ts';

const samples = 60;
/** The first ones are compiled on the way. */
const warmUps = 15;

/** A chat that resolves with the button to confirm with, as soon as a ticket is shown. */
class ButtonChannel implements Channel {
  readonly name = 'console';
  onButton: (id: string) => void = () => undefined;
  #shown = 0;

  start = async (): Promise<void> => undefined;
  stop = async (): Promise<void> => undefined;
  edit = async (): Promise<void> => undefined;

  async send(_chatId: string, { buttons = [] }: Message): Promise<string> {
    const confirm = buttons.flat().find(({ label }: Button) => label === '확인');
    if (confirm !== undefined) this.onButton(confirm.id);
    this.#shown += 1;
    return String(this.#shown);
  }
}

/** A bare write of one row that is on the disk when it returns. */
function bareInsert(path: string): () => void {
  const database = openSqlite(path, 'full');
  database.exec('create table orders (id integer primary key, body text)');
  const insert = database.prepare('insert into orders (body) values (?)');
  return () => void insert.run('an order that is about to be sent');
}

/**
 * From a press on a ticket to the arrival of the order's request at the venue, with claim, intent and `submitting` on
 * the disk. The baseline is one check read, one row on the disk, and the same request.
 */
export const press: Benchmark = {
  row: 'press',
  async measure() {
    const side = new FarSide();
    const far = await side.ask({ kind: 'start' });
    const channel = new ButtonChannel();
    const bot = await startBot(far, channel);
    const folder = mkdtempSync(join(tmpdir(), 'hoga-press-'));
    const insert = bareInsert(join(folder, 'bare.db'));
    let said = 0;
    const hand = (input: Parameters<typeof bot.app.receive>[0]['input']): Promise<void> => {
      said += 1;
      const from = { channel: 'console', chatId: 'local', identity: localIdentity, alone: true };
      return bot.app.receive({ ...from, id: String(said), input, at: systemClock.now() });
    };
    /** Milliseconds from the press to the order's arrival. */
    const order = async (): Promise<number> => {
      const button = new Promise<string>((resolve) => {
        channel.onButton = resolve;
      });
      await hand({ kind: 'text', text: `/buy 005930 1 ${60_000 + 100 * (said % 9)}` });
      const id = await button;
      const arrival = side.nextOrder();
      const since = sharedMs();
      const done = hand({ kind: 'press', button: id });
      const took = (await arrival) - since;
      await done;
      return took;
    };
    const requests = await requestsOf(far, order);
    const check = requests.find(({ url }) => url.includes('inquire-price'));
    const post = requests.find(({ method }) => method === 'POST');
    if (check === undefined || post === undefined) throw new Error('no order was sent');
    const bareOrder = async (): Promise<number> => {
      const arrival = side.nextOrder();
      const since = sharedMs();
      await bare(check);
      insert();
      const done = bare(post);
      const took = (await arrival) - since;
      await done;
      return took;
    };
    const pairs: { readonly ours: number; readonly baseline: number }[] = [];
    for (let sample = -warmUps; sample < samples; sample += 1) {
      const pair = { ours: await order(), baseline: await bareOrder() };
      if (sample >= 0) pairs.push(pair);
    }
    await bot.stop();
    await side.ask({ kind: 'stop' });
    rmSync(folder, { recursive: true, force: true });
    const ratios = pairs.map(({ ours, baseline }) => ours / baseline).sort((a, b) => a - b);
    return [
      {
        work: `press → POST, p50 of ${samples}`,
        unit: 'ms',
        figure: median(pairs.map(({ ours }) => ours)),
        baseline: median(pairs.map(({ baseline }) => baseline)),
        spread: [ratios.at(5) ?? 0, ratios.at(-5) ?? 0],
        aim: { of: 'ratio', atMost: 1.3 },
      },
    ];
  },
};
