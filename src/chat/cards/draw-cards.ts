import { ticketKey } from '../../domain/orders/ticket-key.ts';
import { roleIn } from '../../domain/people/account-roles.ts';
import type { Words } from '../../i18n/index.ts';
import type { DrawCard } from '../../ports/ledger/order-ledger.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import type { People } from '../../services/people.ts';
import { type MessageHeader, toDraft } from '../draft.ts';
import type { Recipients } from '../recipients.ts';
import { orderCardMessage } from './order-card.ts';

/**
 * Draws the cards of an account: in the language of whoever pressed the ticket, in each chat that shows it. Whoever may
 * not see the account any more is shown nothing more of it.
 */
export function cardsOf(
  account: TradingAccount,
  {
    recipients,
    people,
    nameOf,
    messageHeader,
  }: {
    readonly recipients: Recipients;
    readonly people: People;
    readonly nameOf: (symbol: string, words: Words) => string;
    readonly messageHeader: MessageHeader;
  },
): DrawCard {
  return (card) => {
    const person = people.withId(card.personId);
    if (person === undefined || roleIn(account.roles, person) === undefined) return [];
    const words = recipients.wordsOf(person);
    const message = orderCardMessage(words, card, {
      nameOf: (symbol) => nameOf(symbol, words),
      fills: people.settings(person.id).fills,
      notices: account.venue.feed.status().fillNotices,
      venue: account.broker,
    });
    if (message === undefined) return [];
    const { ticketId, pressedIn } = card;
    return card.addresses
      .filter((address) => recipients.mayReadOf(account, address))
      .map((address) => {
        const { channel } = address;
        const isPressedHere = pressedIn === undefined || pressedIn === channel;
        const lines = isPressedHere
          ? message.lines
          : [words.ticket.decidedIn(words.channels[pressedIn] ?? pressedIn), ...message.lines];
        const draft = toDraft(
          {
            address,
            message: { ...message, lines, private: true },
            about: ticketId,
            edits: ticketKey(ticketId),
            account: recipients.labelFor(address, account),
            words,
          },
          messageHeader,
        );
        return { ...draft, card: true };
      });
  };
}
