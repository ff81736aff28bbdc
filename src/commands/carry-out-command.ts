import { WrongExpectedRevision } from '../event-store/event-store.js';
import { type Account, type EntryRef, isOpened } from '../ledger/account.js';
import type { AccountCommand } from '../ledger/commands.js';
import { decide, recordedEventsNeeded } from '../ledger/decide.js';
import type { Decision } from '../ledger/decision.js';
import type { AccountEvent } from '../ledger/events.js';
import type { RejectionCode } from '../ledger/rejection.js';
import type { Appended } from './account-append.js';
import type { AccountLoading, Recalled } from './account-loading.js';
import { Attempts } from './attempts.js';
import type { FoldedAccount } from './folded-account.js';
import type { Means } from './means.js';
import { type Outcome, filledIn } from './receipt.js';
import { CommandRejected, RevisionMismatch } from './refusals.js';
import type { Sender } from './sender.js';

/** Most commands need no earlier event. */
const NONE_RECALLED: ReadonlyMap<string, Recalled> = new Map();

/**
 * Decides a command on its account, appends what follows and folds it, again on the account as it is then when another
 * process was faster. Must have the account to itself.
 *
 * @param isFresh whether the account is as the store has it; else another process may have written since
 * @throws CommandRejected, RevisionMismatch, AccountBusy, ClockOutOfStep, EventTooLarge, EventLogDamaged,
 *   StoreUnavailable
 */
export async function carryOutCommand(
  means: Means,
  folded: FoldedAccount,
  isFresh: boolean,
  command: AccountCommand,
  sender: Sender,
): Promise<Outcome> {
  const { appending, loading, today, onRetry } = means;
  const { accountId } = command;
  const attempts = new Attempts(folded, onRetry);
  for (;;) {
    const needed = recordedEventsNeeded(folded.account, command);
    const recalled = needed.length === 0 ? NONE_RECALLED : await loading.recall(accountId, needed);
    const decision = decide(folded.account, command, {
      today: today.now(),
      recorded: (entryId) => recalled.get(entryId)?.event,
    });
    if ('already' in decision) return repetition(command, decision.already, recalled);
    const refusal = refusalOf(decision, folded.account, command, sender);
    // A refusal is final only on what the store has now.
    if (refusal && isFresh) throw refusal;
    if ('accepted' in decision && !refusal) {
      const events = decision.accepted;
      const drafted = events.map((event) => ({ command, event }));
      const appended = await appending.append(accountId, folded, drafted, sender);
      if (!(appended instanceof WrongExpectedRevision)) {
        return foldAppended(loading, folded, command, events, appended);
      }
      await attempts.retry(folded, appended);
    }
    await loading.catchUp(accountId, folded);
    isFresh = true;
  }
}

function foldAppended(
  loading: AccountLoading,
  folded: FoldedAccount,
  command: AccountCommand,
  events: readonly AccountEvent[],
  { revision, position, recordedAt, events: kept }: Appended,
): Outcome {
  const { accountId } = command;
  events.forEach((event, i) => folded.fold(event, kept[i]!.id, recordedAt));
  loading.snapshotWhenDue(accountId, folded);
  const receipt = { accountId, revision, position, events: kept };
  for (const event of events) Object.assign(receipt, filledIn(command, event));
  return { appended: true, receipt };
}

/** What the command came to the first time: every command leads to one event. */
function repetition(
  command: AccountCommand,
  { revision }: EntryRef,
  recalled: ReadonlyMap<string, Recalled>,
): Outcome {
  const first = [...recalled.values()].find((recorded) => recorded.revision === revision);
  if (!first) throw new Error(`the event at revision ${revision} was not recalled`);
  const { id, event, position } = first;
  return {
    appended: false,
    receipt: {
      accountId: command.accountId,
      revision,
      position,
      events: [{ id, type: event.type }],
      ...filledIn(command, event),
    },
  };
}

/** Refusals that say more than "you looked at another revision": the sender's condition does not come before them. */
const BEFORE_CONDITION: readonly RejectionCode[] = [
  'validation_failed',
  'account_not_found',
  'id_already_used',
];

function refusalOf(
  decision: Decision,
  account: Account,
  command: AccountCommand,
  { ifRevision }: Sender,
): CommandRejected | RevisionMismatch | undefined {
  const rejected = 'rejected' in decision ? new CommandRejected(decision.rejected) : undefined;
  if (rejected && BEFORE_CONDITION.includes(rejected.rejection.code)) return rejected;
  const meetsCondition =
    ifRevision === undefined || (ifRevision === 'any' ? isOpened(account) : ifRevision === account.revision);
  if (!meetsCondition) return new RevisionMismatch(command.accountId, account.revision);
  return rejected;
}
