import { UnreadableEvent, accountIdOf, accountStream, decode } from '../event-store/codec.js';
import { EventLogDamaged, type EventStore } from '../event-store/event-store.js';
import { balanceOf, evolve, unopenedAccount } from '../ledger/account.js';
import type { AccountEvent } from '../ledger/events.js';
import { ZERO, money } from '../ledger/money.js';
import { balanceEffectOf, journalLinesOf, movementsOf } from '../ledger/movements.js';

/** Something in the log that contradicts the rules. */
export interface LogContradiction {
  accountId?: string;
  position?: string;
  text: string;
}

interface Known {
  currency: string | undefined;
  /** Revision of the last event seen. */
  revision: number;
  hasGap: boolean;
}

/**
 * Checks what the events say, from the log alone: no event of an account is missing, in the log or in its own stream;
 * every event can be read, opens or follows the opening of its account, keeps to its currency and balances; and every
 * account's balance by its journal lines is that of the rules' own fold. Holds a few numbers an account.
 */
export async function* contradictions(
  store: EventStore,
  onEvent: (events: number) => void,
): AsyncGenerator<LogContradiction> {
  const accounts = new Map<string, Known>();
  let events = 0;
  for await (const stored of store.readAll()) {
    onEvent(++events);
    const accountId = accountIdOf(stored.stream);
    if (accountId === undefined) continue;
    const known = accounts.get(accountId) ?? unknownAccount();
    accounts.set(accountId, known);
    const { position, revision } = stored;
    if (revision !== known.revision + 1) {
      known.hasGap = true;
      const text = `account ${accountId}: ${gapIn(known.revision + 1, revision)} at position ${position}`;
      yield { accountId, position, text };
    }
    known.revision = Math.max(revision, known.revision);
    const event = readOrWhy(stored);
    if ('unreadable' in event) {
      yield { accountId, position, text: `event ${position} cannot be read: ${event.unreadable}` };
      continue;
    }
    for (const fault of faultsOf(event, accountId, stored.revision, known)) {
      yield {
        accountId,
        position,
        text: `event ${position} (${event.type}) of account ${accountId} ${fault}`,
      };
    }
    if (event.type === 'AccountOpened') known.currency = event.data.currency;
  }
  for (const [accountId, known] of accounts) {
    if (known.hasGap) continue;
    try {
      yield* contradictionsOfStream(store, accountId, known);
    } catch (error) {
      if (!(error instanceof EventLogDamaged)) throw error;
      yield { accountId, text: `account ${accountId}: its stream cannot be read: ${error.message}` };
    }
  }
}

/** What the stream of an account says on its own: an administrator may have cut off what the log still holds. */
async function* contradictionsOfStream(
  store: EventStore,
  accountId: string,
  { revision: last }: Known,
): AsyncGenerator<LogContradiction> {
  const folded = unopenedAccount();
  let journal = ZERO;
  let next = 0;
  // A service beside may have appended since the log was read: both sums are of the stream as it is now.
  for await (const stored of store.readStream(accountStream(accountId))) {
    if (stored.revision !== next) {
      yield { accountId, text: `account ${accountId}: ${gapIn(next, stored.revision)} in its stream` };
      return;
    }
    next += 1;
    const event = readOrWhy(stored);
    evolve(folded, 'unreadable' in event ? undefined : event);
    if (!('unreadable' in event)) journal = journal.plus(balanceEffectOf(movementsOf(event)));
  }
  if (next <= last) {
    const text = `account ${accountId}: ${gapIn(next, last + 1)} in its stream, which the log still holds`;
    yield { accountId, text };
    return;
  }
  if (!balanceOf(folded).equals(journal)) {
    const text = `account ${accountId}: balance ${balanceOf(folded).toFixed()} by the rules, ${journal.toFixed()} by its journal lines`;
    yield { accountId, text };
  }
}

function unknownAccount(): Known {
  return { currency: undefined, revision: -1, hasGap: false };
}

/** Says which revisions are not there where another one than the next one was found. */
function gapIn(next: number, found: number): string {
  if (found < next) return `revision ${found} comes after revision ${next - 1}`;
  return found === next + 1 ? `revision ${next} is missing` : `revisions ${next} to ${found - 1} are missing`;
}

function* faultsOf(
  event: AccountEvent,
  accountId: string,
  revision: number,
  known: Known,
): Generator<string> {
  if (event.type === 'AccountOpened') {
    if (revision !== 0) yield `opens an account that has events already`;
    if (event.data.accountId !== accountId) yield `names another account, ${event.data.accountId}`;
  } else if (revision === 0) yield 'comes before the account is opened';
  if ('currency' in event.data && known.currency !== undefined && event.data.currency !== known.currency) {
    yield `is in ${event.data.currency}, the account in ${known.currency}`;
  }
  let sum = ZERO;
  for (const { debit, credit } of journalLinesOf(event)) {
    sum = debit === undefined ? sum.minus(money(credit!)) : sum.plus(money(debit));
  }
  if (!sum.isZero()) yield `does not balance: debits less credits are ${sum.toFixed()}`;
}

function readOrWhy(stored: Parameters<typeof decode>[0]): AccountEvent | { unreadable: string } {
  try {
    return decode(stored).event;
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    return { unreadable: error.reason };
  }
}
