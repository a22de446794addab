import type { Chat } from '../chat/create-chat.ts';
import type { Accounts } from '../services/accounts.ts';
import { EventIssues } from '../services/events/event-issues.ts';
import { Events, type EventsOptions } from '../services/events/events.ts';
import { ScreenWatches, type ScreenWatchesOptions } from '../services/events/screen-watches.ts';
import type { People } from '../services/people.ts';

/** What people are told of by itself: which issues are theirs, and how their notices name the account that holds one. */
export function createEvents(
  options: Omit<EventsOptions, 'issues' | 'screens' | 'draft'> &
    Omit<ScreenWatchesOptions, 'draft'> & {
      readonly chat: Pick<Chat, 'draftFor'>;
      readonly people: People;
      readonly accounts: () => Accounts;
      readonly ledger: ConstructorParameters<typeof EventIssues>[0]['ledger'];
    },
): Events {
  const { chat } = options;
  return new Events({
    ...options,
    issues: new EventIssues(options),
    screens: new ScreenWatches({ ...options, draft: chat.draftFor(() => undefined) }),
    draft: (notice, wanted, account) => chat.draftFor(() => account)(notice, wanted),
  });
}
