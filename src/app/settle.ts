import type { Chat } from '../chat/create-chat.ts';
import type { Clock } from '../clock.ts';
import type { Screens } from '../services/boards/screens.ts';
import type { AccountUnit } from './account-units.ts';

/** Resolves when no order is open, nothing is under way and nothing waits to be said, or after `atMostMs`. */
export async function settle(
  { units, chat, screens }: { readonly units: readonly AccountUnit[]; readonly chat: Chat; readonly screens: Screens },
  clock: Clock,
  atMostMs: number,
): Promise<void> {
  const reconcilers = units.map(({ account }) => account.reconciler);
  const deadline = clock.now() + atMostMs;
  while (clock.now() < deadline) {
    for (const reconciler of reconcilers) await reconciler.idle();
    await chat.outbox.settled();
    const expecting = (await Promise.all(reconcilers.map((reconciler) => reconciler.isExpecting()))).includes(true);
    if (!expecting && !screens.isRunning && (await chat.outbox.pending()) === 0) return;
    await clock.sleep(50);
  }
}
