import type { Chat } from '../chat/create-chat.ts';
import type { Accounts } from '../services/accounts.ts';
import type { AlertsOptions } from '../services/alerts/alerts.ts';
import type { AlertAccount } from '../services/alerts/level-updates.ts';
import type { People } from '../services/people.ts';

/** How alerts come to the account that they are on, as far as their person may see it, and how their notices name it. */
export function ofAlertAccounts({
  chat,
  people,
  late,
}: {
  readonly chat: Chat;
  readonly people: People;
  /** Undefined until the accounts are built. */
  readonly late: { readonly accounts: Accounts | undefined };
}): Pick<AlertsOptions, 'brokerOf' | 'draft'> {
  const accountOf = ({ personId, account }: AlertAccount) => late.accounts?.visible(people.withId(personId), account);
  return {
    brokerOf: (alert) => accountOf(alert)?.broker,
    draft: (notice, wanted) => {
      const isOnCost = 'alert' in notice && notice.alert.condition.kind === 'cost';
      return chat.draftFor(() => (isOnCost ? accountOf(notice.alert) : undefined))(notice, wanted);
    },
  };
}
