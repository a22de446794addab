import type { Incoming, Receive } from '../chat/channel.ts';
import type { Chat } from '../chat/create-chat.ts';
import { abandonedMessage } from '../chat/messages/notices.ts';
import type { Router } from '../chat/router/router.ts';
import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import type { Log } from '../log.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { AccountUnit } from './account-units.ts';
import type { Duties } from './duties.ts';

/**
 * The way in for what people do. Where several processes share the ledger it is written down for the process that has
 * to act on it, which may be this one, so that nothing is lost with a process.
 */
export function receiveOver({
  cluster,
  router,
  duties,
  units,
  chat,
  log,
}: {
  readonly cluster: Cluster;
  readonly router: Router;
  readonly duties: Pick<Duties, 'front'>;
  readonly units: readonly AccountUnit[];
  readonly chat: Chat;
  readonly log: Log;
}): Receive {
  if (cluster.isAlone) return (incoming) => router.receive(incoming);
  const incomingOf = (body: string): Incoming => JSON.parse(body) as Incoming;
  cluster.takeHanded(
    ({ body }) => router.receive(incomingOf(body)),
    async ({ body }) => {
      const { channel, chatId, input } = incomingOf(body);
      const address = { channel, chatId };
      await chat.outbox.post({ address, message: abandonedMessage(chat.recipients.wordsAt(address), input) });
    },
  );
  const handOver = async (incoming: Incoming): Promise<void> => {
    try {
      const account = await router.accountFor(incoming);
      const duty = units.find((unit) => unit.account === account)?.kis.duty ?? duties.front;
      const { channel, chatId } = incoming;
      const id = `${channel} ${chatId} ${incoming.id}`;
      await cluster.handOver({ id, duty, lane: `${channel} ${chatId}`, body: JSON.stringify(incoming) });
    } catch (error) {
      if (ledgerTrouble(error) === undefined) throw error;
      // Without the ledger nothing can be handed over, and no order can be sent. Questions are answered here.
      log.warn('message not handed over', { channel: incoming.channel, error });
      await router.receive(incoming);
    }
  };
  // A stop waits for what is not handed over yet, because it may have to be done here.
  return (incoming) => router.waitFor(handOver(incoming));
}
