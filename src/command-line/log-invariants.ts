import { UnreadableEvent, accountIdOf, accountStream, besideOf, decode } from '../event-store/codec.js';
import { EventLogDamaged, type EventStore, type StoredEvent } from '../event-store/event-store.js';
import { type Account, balanceOf, evolve, rememberUnreadable, unopenedAccount } from '../ledger/account.js';
import { type AccountEvent, type AccountEventType, entryIdOf } from '../ledger/events.js';
import { ZERO } from '../ledger/money.js';
import { balanceEffectOf, journalLinesOf, movementsOf } from '../ledger/movements.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';
import {
  type KnownStream,
  type LogContradiction,
  contradiction,
  faulty,
  gapIn,
  isEndOfStream,
  missingBefore,
  readOrWhy,
  unbalanced,
  unreadableIn,
  unseenStream,
} from './log-contradiction.js';
import { RemittancesInLog } from './remittances-in-log.js';

interface KnownAccount extends KnownStream {
  currency: string | undefined;
}

/**
 * Checks what the events say, from the log alone: no event is missing, in the log or in its own stream; every event can
 * be read, opens or follows the opening of its account, keeps to its currency and balances; its id is its own, what it
 * refers to came before it, and it was recorded no earlier than the event before it; every account's balance by its
 * journal lines is that of the rules' own fold; and what remittances, control accounts and deposits say agrees with the
 * accounts and each other. Holds a few numbers an account, and what {@link RemittancesInLog} holds.
 */
export async function* contradictions(
  store: EventStore,
  onEvent: (events: number) => void,
): AsyncGenerator<LogContradiction> {
  const accounts = new Map<string, KnownAccount>();
  const remittances = new RemittancesInLog((accountId) => accounts.get(accountId));
  let events = 0;
  for await (const stored of store.readAll()) {
    onEvent(++events);
    const accountId = accountIdOf(stored.stream);
    if (accountId !== undefined) yield* contradictionsOfEvent(stored, accountId, accounts, remittances);
    else if (besideOf(stored.stream)) yield* remittances.take(stored);
  }
  for (const [accountId, known] of accounts) {
    if (known.isIncomplete) continue;
    try {
      yield* contradictionsOfStream(store, accountId, known);
    } catch (error) {
      if (!(error instanceof EventLogDamaged)) throw error;
      yield contradiction({ accountId }, `its stream cannot be read: ${error.message}`);
    }
  }
  yield* remittances.streamsOnTheirOwn(store);
}

/** What the next event of an account says, in the order of the log. */
function* contradictionsOfEvent(
  stored: StoredEvent,
  accountId: string,
  accounts: Map<string, KnownAccount>,
  remittances: RemittancesInLog,
): Generator<LogContradiction> {
  const known = accounts.get(accountId) ?? { ...unseenStream(), currency: undefined };
  accounts.set(accountId, known);
  const missing = missingBefore({ accountId }, known, stored);
  if (missing) yield missing;
  if (isEndOfStream(stored)) return;
  const read = readOrWhy(stored, decode);
  if (read instanceof UnreadableEvent) {
    known.isReadable = false;
    yield unreadableIn({ accountId }, read);
    return;
  }
  const { event, revision } = read;
  for (const fault of faultsOf(event, accountId, revision, known)) yield faulty({ accountId }, read, fault);
  for (const fault of remittances.faultsOfAccount(read)) yield faulty({ accountId }, read, fault);
  if (event.type === 'AccountOpened') known.currency = event.data.currency;
}

/** What the stream of an account says on its own: an administrator may have cut off what the log still holds. */
async function* contradictionsOfStream(
  store: EventStore,
  accountId: string,
  { revision: last }: KnownStream,
): AsyncGenerator<LogContradiction> {
  const folded = unopenedAccount();
  let journal = ZERO;
  let next = 0;
  let recordedLast = '';
  let isReadable = true;
  const named: { by: RecordedEvent; fault: string; id: string }[] = [];
  // A service beside may have appended since the log was read: both sums are of the stream as it is now.
  for await (const stored of store.readStream(accountStream(accountId))) {
    if (stored.revision !== next) {
      yield contradiction({ accountId }, `${gapIn(next, stored.revision)} in its stream`);
      return;
    }
    next += 1;
    const read = readOrWhy(stored, decode);
    if (read instanceof UnreadableEvent) {
      isReadable = false;
      evolve(folded, undefined);
      if (read.entry) rememberUnreadable(folded, read.entry);
      continue;
    }
    const { event, recordedAt } = read;
    const taken = idTakenIn(folded, event);
    if (taken !== undefined) yield faulty({ accountId }, read, taken);
    // What cannot be found may be what could not be read.
    if (isReadable) for (const fault of unknownTo(folded, event)) yield faulty({ accountId }, read, fault);
    for (const fault of linesGoneIn(folded, event)) yield faulty({ accountId }, read, fault);
    if (recordedAt < recordedLast) {
      yield faulty(
        { accountId },
        read,
        `was recorded at ${recordedAt}, before the event before it: ${recordedLast}`,
      );
    }
    recordedLast = recordedAt;
    for (const [what, id] of namedAhead(event)) {
      named.push({ by: read, fault: `names ${what} ${id}, which is not there`, id });
    }
    evolve(folded, event);
    journal = journal.plus(balanceEffectOf(movementsOf(event)));
  }
  if (next <= last) {
    yield contradiction({ accountId }, `${gapIn(next, last + 1)} in its stream, which the log still holds`);
    return;
  }
  for (const { by, fault, id } of named) {
    if (isReadable && !folded.entries.has(id)) yield faulty({ accountId }, by, fault);
  }
  if (!balanceOf(folded).equals(journal)) {
    const balance = balanceOf(folded).toFixed();
    yield contradiction(
      { accountId },
      `balance ${balance} by the rules, ${journal.toFixed()} by its journal lines`,
    );
  }
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

/** Lines that are taken back, and are not there, or not any more. */
function* linesGoneIn(account: Account, event: AccountEvent): Generator<string> {
  if (event.type !== 'ClaimAdjudicated' && event.type !== 'AdjudicationContinued') return;
  for (const { adjudicationId, lines } of event.data.reversesLines ?? []) {
    const original = account.claims.get(adjudicationId);
    if (!original) continue;
    for (const number of lines) {
      if (!original.lines.some(({ line }) => line === number)) {
        yield `takes back line ${number} of ${adjudicationId}, which has none with a charge`;
      } else if (original.taken.includes(number)) {
        yield `takes back line ${number} of ${adjudicationId} again`;
      }
    }
  }
}

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
    ['decision', 'ClaimAdjudicated', adjudicationsOf(event)],
  ];
}

/** What a claim led to, and the charges of its lines: they may come after it, in the same append. */
function namedAhead(event: AccountEvent): [what: string, id: string][] {
  switch (event.type) {
    case 'ClaimAdjudicated': {
      const charges = event.data.lines.flatMap(({ chargeId }) => chargeId ?? []);
      return [
        ...charges.map((id): [string, string] => ['charge', id]),
        ...event.data.entries.map((id): [string, string] => ['entry', id]),
      ];
    }
    case 'AdjudicationContinued':
      return event.data.entries.map((id): [string, string] => ['entry', id]);
    case 'AccountOpened':
    case 'ChargePosted':
    case 'PaymentPosted':
    case 'AdjustmentPosted':
    case 'ResponsibilityTransferred':
    case 'DenialRecorded':
    case 'DenialAppealed':
    case 'DenialResolved':
    case 'CreditApplied':
    case 'RefundIssued':
    case 'EntryReversed':
    case 'NoteRecorded':
      return [];
  }
}

function adjudicationsOf(event: AccountEvent): string[] {
  if (event.type !== 'ClaimAdjudicated' && event.type !== 'AdjudicationContinued') return [];
  const { adjudicationId, reverses, reversesLines = [] } = event.data;
  return [
    ...(event.type === 'AdjudicationContinued' ? [adjudicationId] : []),
    ...(reverses === undefined ? [] : [reverses]),
    ...reversesLines.map((reversed) => reversed.adjudicationId),
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

function* faultsOf(
  event: AccountEvent,
  accountId: string,
  revision: number,
  known: KnownAccount,
): Generator<string> {
  if (event.type === 'AccountOpened') {
    if (revision !== 0) yield `opens an account that has events already`;
    if (event.data.accountId !== accountId) yield `names another account, ${event.data.accountId}`;
  } else if (revision === 0) yield 'comes before the account is opened';
  if ('currency' in event.data && known.currency !== undefined && event.data.currency !== known.currency) {
    yield `is in ${event.data.currency}, the account in ${known.currency}`;
  }
  yield* unbalanced(journalLinesOf(event));
}
