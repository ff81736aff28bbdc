import { WrongExpectedRevision } from '../event-store/event-store.js';
import type { Account } from '../ledger/account.js';
import { Draft, type Plan } from '../ledger/draft.js';
import { Attempts } from './attempts.js';
import type { FoldedAccount } from './folded-account.js';
import type { Means } from './means.js';
import type { Posted } from './posted.js';
import type { Sender } from './sender.js';

/**
 * Fills the draft of a plan and appends it in one go, again on the account as it is then when another process was
 * faster. Must have the account to itself.
 *
 * @param cached the account as this process knows it, where it does; changed by the draft
 * @returns what it came to, and the account as it is then: one that is ahead of the log must be forgotten
 * @throws AccountBusy, ClockOutOfStep, EventTooLarge, EventLogDamaged, StoreUnavailable; `cached` must be forgotten then
 */
export async function carryOutPlan<T>(
  { loading, appending, today, onRetry }: Means,
  cached: FoldedAccount | undefined,
  plan: Plan<T>,
  sender: Sender,
): Promise<{ posted: Posted<T>; folded: FoldedAccount }> {
  const { accountId } = plan;
  let folded = cached ?? (await loading.load(accountId));
  let isFresh = cached === undefined;
  const attempts = new Attempts(folded, onRetry);
  for (;;) {
    const recalled = await loading.recall(accountId, placesOf(plan, folded.account));
    const draft = new Draft(folded.account, {
      today: today.now(),
      recorded: (entryId) => recalled.get(entryId)?.event,
    });
    const result = plan.carryOut(draft);
    const isNothing = draft.abandoned || draft.drafted.length === 0;
    if (isNothing && !isFresh) {
      // Another process may have written since, so that there is something to be done now. An append shows that itself.
      folded = await broughtUpToDate(loading, accountId, folded);
      isFresh = true;
      continue;
    }
    if (isNothing) {
      return { posted: { result, appended: false, revision: folded.events - 1, events: [] }, folded };
    }
    const appended = await appending.append(accountId, folded, draft.drafted, sender);
    if (!(appended instanceof WrongExpectedRevision)) {
      const { revision, position, recordedAt, events } = appended;
      folded.noteLogged(events.at(-1)!.id, recordedAt);
      loading.snapshotWhenDue(accountId, folded);
      return { posted: { result, appended: true, revision, position, events }, folded };
    }
    await attempts.retry(folded, appended);
    folded = await loading.load(accountId);
    isFresh = true;
  }
}

function placesOf<T>(plan: Plan<T>, account: Account) {
  return Array.from(plan.needs(account), (id) => account.entries.get(id)).filter((ref) => ref !== undefined);
}

/** What a draft has folded cannot be taken out again: such an account is loaded anew. */
async function broughtUpToDate(
  loading: Means['loading'],
  accountId: string,
  folded: FoldedAccount,
): Promise<FoldedAccount> {
  if (folded.isAhead) return loading.load(accountId);
  await loading.catchUp(accountId, folded);
  return folded;
}
