import { UnreadableEvent, accountStream, decode } from '../event-store/codec.js';
import type { EventStore } from '../event-store/event-store.js';
import type { AccountEvent } from '../ledger/events.js';
import { entryIdOf } from '../ledger/events.js';
import { ZERO, money } from '../ledger/money.js';
import { balanceEffectOf, movementsOf } from '../ledger/movements.js';
import { NO_SUMS, type Sums, plus } from './sums.js';

/** An account as the event log has it. */
export interface AccountSums {
  /** What the entries of the file add up to. */
  imported: Sums;
  /** The account's whole balance. */
  balance: Sums['balance'];
  /** Entries that move money and are not of the file: posted by others, or reversals. */
  otherEntries: number;
  /** Events that cannot be read, and so are in no sum. */
  unreadable: number;
}

/** Adds up an account from its events alone. */
export async function sumsInLedger(
  store: Pick<EventStore, 'readStream'>,
  accountId: string,
  isOfFile: (entryId: string) => boolean,
): Promise<AccountSums> {
  const found: AccountSums = { imported: NO_SUMS, balance: ZERO, otherEntries: 0, unreadable: 0 };
  for await (const stored of store.readStream(accountStream(accountId))) {
    let event: AccountEvent;
    try {
      ({ event } = decode(stored));
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      found.unreadable += 1;
      continue;
    }
    const effect = money(balanceEffectOf(movementsOf(event)));
    found.balance = found.balance.plus(effect);
    if (event.type === 'AccountOpened') continue;
    if (isOfFile(entryIdOf(event)))
      found.imported = plus(found.imported, { ...amountsOf(event), balance: effect });
    else if (movementsOf(event).length > 0) found.otherEntries += 1;
  }
  return found;
}

function amountsOf(event: AccountEvent): Sums {
  switch (event.type) {
    case 'ChargePosted':
      return { ...NO_SUMS, charges: ZERO.plus(event.data.amount) };
    case 'PaymentPosted':
      return { ...NO_SUMS, payments: ZERO.plus(event.data.amount) };
    case 'AdjustmentPosted': {
      const { amount, direction } = event.data;
      return { ...NO_SUMS, adjustments: direction === 'credit' ? ZERO.plus(amount) : ZERO.minus(amount) };
    }
    case 'ResponsibilityTransferred':
      return { ...NO_SUMS, transfers: ZERO.plus(event.data.amount) };
    case 'AccountOpened':
    case 'DenialRecorded':
    case 'DenialAppealed':
    case 'DenialResolved':
    case 'CreditApplied':
    case 'RefundIssued':
    case 'EntryReversed':
    case 'NoteRecorded':
    case 'ClaimAdjudicated':
    case 'AdjudicationContinued':
      return NO_SUMS;
  }
}
