import { UnreadableEvent, accountIdOf, accountStream, decode } from '../event-store/codec.js';
import type { EventStore } from '../event-store/event-store.js';
import { balanceOf, evolve, unopenedAccount } from '../ledger/account.js';
import type { AccountEvent } from '../ledger/events.js';
import { type Money, ZERO, money } from '../ledger/money.js';
import { balanceEffectOf, journalLinesOf, movementsOf } from '../ledger/movements.js';

/** Something in the log that contradicts the rules. */
export interface LogContradiction {
  accountId?: string;
  position?: string;
  text: string;
}

interface Known {
  currency: string | undefined;
  balance: Money;
}

/**
 * Checks what the events say, from the log alone: every event can be read, opens or follows the opening of its account,
 * keeps to its currency and balances; and every account's balance by its journal lines is that of the rules' own fold.
 * Holds one number an account.
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
    const known = accounts.get(accountId) ?? { currency: undefined, balance: ZERO };
    accounts.set(accountId, known);
    const { position } = stored;
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
    known.balance = known.balance.plus(balanceEffectOf(movementsOf(event)));
  }
  for (const [accountId, { balance }] of accounts) {
    const folded = unopenedAccount();
    let seen = 0;
    let expected = ZERO;
    for await (const stored of store.readStream(accountStream(accountId))) {
      const event = readOrWhy(stored);
      seen += 1;
      evolve(folded, 'unreadable' in event ? undefined : event);
      if (!('unreadable' in event)) expected = expected.plus(balanceEffectOf(movementsOf(event)));
    }
    // A service beside may have appended since the first pass: both sums are then of the stream as it is now.
    const journal = seen > 0 ? expected : balance;
    if (!balanceOf(folded).equals(journal)) {
      const text = `account ${accountId}: balance ${balanceOf(folded).toFixed()} by the rules, ${journal.toFixed()} by its journal lines`;
      yield { accountId, text };
    }
  }
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
