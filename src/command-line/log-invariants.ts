import { UnreadableEvent, accountIdOf, accountStream, decode } from '../event-store/codec.js';
import {
  EventLogDamaged,
  type EventStore,
  type Position,
  type StoredEvent,
} from '../event-store/event-store.js';
import { type Account, balanceOf, evolve, rememberUnreadable, unopenedAccount } from '../ledger/account.js';
import { type AccountEvent, type AccountEventType, entryIdOf } from '../ledger/events.js';
import { ZERO, money } from '../ledger/money.js';
import { balanceEffectOf, journalLinesOf, movementsOf } from '../ledger/movements.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';

/** What EventStoreDB writes as the last event of a stream that is deleted for good. */
const STREAM_DELETED = '$streamDeleted';

/** Something in the log that contradicts the rules. */
export interface LogContradiction {
  check: 'log' | 'unreadable_event';
  accountId: string;
  position?: Position;
  text: string;
}

interface Known {
  currency: string | undefined;
  /** Revision of the last event seen. */
  revision: number;
  /** Events are missing, and that has been said. */
  isIncomplete: boolean;
}

/**
 * Checks what the events say, from the log alone: no event of an account is missing, in the log or in its own stream;
 * every event can be read, opens or follows the opening of its account, keeps to its currency and balances; its id is
 * its own, what it refers to came before it, and it was recorded no earlier than the event before it; and every account's
 * balance by its journal lines is that of the rules' own fold. Holds a few numbers an account.
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
    const { position, revision, type } = stored;
    if (type === STREAM_DELETED) {
      known.isIncomplete = true;
      yield contradiction(accountId, `its stream was deleted at position ${position}`, position);
      continue;
    }
    if (revision !== known.revision + 1) {
      known.isIncomplete = true;
      const gap = gapIn(known.revision + 1, revision);
      yield contradiction(accountId, `${gap} at position ${position}`, position);
    }
    known.revision = Math.max(revision, known.revision);
    const read = readOrWhy(stored);
    if (read instanceof UnreadableEvent) {
      const text = `event ${position} of account ${accountId} cannot be read: ${read.reason}`;
      yield { check: 'unreadable_event', accountId, position, text };
      continue;
    }
    const { event } = read;
    for (const fault of faultsOf(event, accountId, revision, known)) yield faulty(read, fault);
    if (event.type === 'AccountOpened') known.currency = event.data.currency;
  }
  for (const [accountId, known] of accounts) {
    if (known.isIncomplete) continue;
    try {
      yield* contradictionsOfStream(store, accountId, known);
    } catch (error) {
      if (!(error instanceof EventLogDamaged)) throw error;
      yield contradiction(accountId, `its stream cannot be read: ${error.message}`);
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
  let recordedLast = '';
  let isReadable = true;
  // A service beside may have appended since the log was read: both sums are of the stream as it is now.
  for await (const stored of store.readStream(accountStream(accountId))) {
    if (stored.revision !== next) {
      yield contradiction(accountId, `${gapIn(next, stored.revision)} in its stream`);
      return;
    }
    next += 1;
    const read = readOrWhy(stored);
    if (read instanceof UnreadableEvent) {
      isReadable = false;
      evolve(folded, undefined);
      if (read.entry) rememberUnreadable(folded, read.entry);
      continue;
    }
    const { event, recordedAt } = read;
    const taken = idTakenIn(folded, event);
    if (taken !== undefined) yield faulty(read, taken);
    // What cannot be found may be what could not be read.
    if (isReadable) for (const fault of unknownTo(folded, event)) yield faulty(read, fault);
    if (recordedAt < recordedLast) {
      yield faulty(read, `was recorded at ${recordedAt}, before the event before it: ${recordedLast}`);
    }
    recordedLast = recordedAt;
    evolve(folded, event);
    journal = journal.plus(balanceEffectOf(movementsOf(event)));
  }
  if (next <= last) {
    yield contradiction(accountId, `${gapIn(next, last + 1)} in its stream, which the log still holds`);
    return;
  }
  if (!balanceOf(folded).equals(journal)) {
    const balance = balanceOf(folded).toFixed();
    yield contradiction(
      accountId,
      `balance ${balance} by the rules, ${journal.toFixed()} by its journal lines`,
    );
  }
}

function contradiction(accountId: string, what: string, position?: Position): LogContradiction {
  return {
    check: 'log',
    accountId,
    ...(position === undefined ? {} : { position }),
    text: `account ${accountId}: ${what}`,
  };
}

function faulty({ accountId, event, position }: RecordedEvent, fault: string): LogContradiction {
  const text = `event ${position} (${event.type}) of account ${accountId} ${fault}`;
  return { check: 'log', accountId, position, text };
}

/** All ids inside an account are one namespace; its own id is none of them. */
function idTakenIn(account: Account, event: AccountEvent): string | undefined {
  if (event.type === 'AccountOpened') return undefined;
  const id = entryIdOf(event);
  const earlier = account.entries.get(id);
  return earlier && `has the id ${id}, which revision ${earlier.revision} (${earlier.type}) has already`;
}

/** What an event refers to, and did not come before it. */
function* unknownTo(account: Account, event: AccountEvent): Generator<string> {
  const own = entryIdOf(event);
  for (const [what, type, ids] of referencesOf(event)) {
    for (const id of new Set(ids)) {
      const isKnown = type === undefined ? account.entries.has(id) : account.entries.get(id)?.type === type;
      if (!isKnown && !(id === own && type === event.type)) {
        yield `refers to ${what} ${id}, which did not come before it`;
      }
    }
  }
}

type References = [what: string, type: AccountEventType | undefined, ids: string[]];

/** The ids that an event refers to; its own too, where its money is on itself. */
function referencesOf(event: AccountEvent): References[] {
  const places = movementsOf(event).flatMap(({ debit, credit }) => [debit, credit]);
  const lines = event.type === 'DenialRecorded' ? event.data.lines : [];
  const charges = [...places, ...lines].flatMap((at) => ('chargeId' in at ? [at.chargeId] : []));
  const payments = places.flatMap((place) => ('paymentId' in place ? [place.paymentId] : []));
  return [
    ['charge', 'ChargePosted', charges],
    ['payment', 'PaymentPosted', payments],
    ['denial', 'DenialRecorded', denialsOf(event)],
    ['entry', undefined, entriesOf(event)],
  ];
}

function denialsOf(event: AccountEvent): string[] {
  return event.type === 'DenialAppealed' || event.type === 'DenialResolved' ? [event.data.denialId] : [];
}

function entriesOf(event: AccountEvent): string[] {
  if (event.type === 'EntryReversed') {
    return [event.data.reverses, ...event.data.movements.map((movement) => movement.of)];
  }
  return event.type === 'DenialResolved' && event.data.entryId !== undefined ? [event.data.entryId] : [];
}

function unknownAccount(): Known {
  return { currency: undefined, revision: -1, isIncomplete: false };
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

function readOrWhy(stored: StoredEvent): RecordedEvent | UnreadableEvent {
  try {
    return decode(stored);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    return error;
  }
}
