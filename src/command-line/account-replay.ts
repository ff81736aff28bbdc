import { missingRevisions } from '../commands/account-loading.js';
import { UnreadableEvent, decode } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/event-store.js';
import { describe } from '../ledger/description.js';
import { effectiveOnOf, entryIdOf } from '../ledger/events.js';
import { type Money, ZERO, formatMoney, money } from '../ledger/money.js';
import { balanceEffectOf, movementsOf } from '../ledger/movements.js';
import { type Party, partyKey } from '../ledger/party.js';
import type { HistoryItem } from '../read-models/queries/history.js';

/** Up to when an account is replayed. */
export interface ReplayClocks {
  asOf: string;
  /** Left out: everything recorded. */
  knownAt?: string;
}

/** An event that is in the log and cannot be read: it is shown, and moves nothing. */
export interface UnreadableInHistory {
  revision: number;
  position: string;
  type: string;
  unreadable: string;
}

export interface Replay {
  accountId: string;
  currency: string | null;
  entity: string | null;
  asOf: string;
  knownAt: string | null;
  balance: string;
  unapplied: string;
  shares: (Party & { balance: string })[];
  /** False when an event could not be read. */
  trustworthy: boolean;
  /** Events left out because they count later than `asOf`. */
  effectiveLater: number;
  /** Events left out because they were recorded after `knownAt`. */
  recordedLater: number;
  items: (HistoryItem | UnreadableInHistory)[];
}

/**
 * Replays one account from its events alone, up to a date that counts and an instant that was known: what the books
 * said then. Uses no read model, so that it can be held against them.
 *
 * @returns undefined when the account has no event, or had none that was known then
 * @throws EventLogDamaged when events are missing before others: what the rest comes to is nobody's balance
 */
export async function replayAccount(
  accountId: string,
  stream: AsyncIterable<StoredEvent>,
  { asOf, knownAt }: ReplayClocks,
): Promise<Replay | undefined> {
  const shares = new Map<string, { party: Party; balance: Money }>();
  const items: Replay['items'] = [];
  let currency: string | undefined;
  let entity: string | undefined;
  let balance = ZERO;
  let unapplied = ZERO;
  let events = 0;
  let effectiveLater = 0;
  let recordedLater = 0;
  const write = (amount: Money): string =>
    currency === undefined ? amount.toFixed() : formatMoney(amount, currency);

  for await (const stored of stream) {
    if (stored.revision !== events) throw missingRevisions(events, stored.revision, stored.position);
    events += 1;
    const recorded = readOrWhy(stored);
    if ('unreadable' in recorded) {
      items.push(recorded);
      continue;
    }
    const { event, recordedAt, revision, position, actor } = recorded;
    if (event.type === 'AccountOpened') ({ entity } = event.data);
    if ('currency' in event.data) currency ??= event.data.currency;
    if (knownAt !== undefined && recordedAt > knownAt) {
      recordedLater += 1;
      continue;
    }
    if (effectiveOnOf(event) > asOf) {
      effectiveLater += 1;
      continue;
    }
    // A reversal may put a line on a later day than its own: on the day of what it takes back.
    const movements = movementsOf(event).filter((movement) => movement.effectiveOn <= asOf);
    for (const { debit, credit, amount } of movements) {
      for (const [place, sign] of [[debit, 1] as const, [credit, -1] as const]) {
        if ('chargeId' in place) {
          const share = shares.get(partyKey(place.party)) ?? { party: place.party, balance: ZERO };
          shares.set(partyKey(place.party), share);
          share.balance = sign === 1 ? share.balance.plus(amount) : share.balance.minus(amount);
        } else if ('paymentId' in place) {
          unapplied = sign === 1 ? unapplied.minus(amount) : unapplied.plus(amount);
        }
      }
    }
    const effect = money(balanceEffectOf(movements));
    balance = balance.plus(effect);
    items.push({
      revision,
      position,
      type: event.type,
      entryId: entryIdOf(event),
      effectiveOn: effectiveOnOf(event),
      recordedAt,
      actor: actor ?? null,
      description: describe(event),
      amount: write(effect),
      runningBalance: write(balance),
      data: event.data,
    });
  }
  if (events === recordedLater) return undefined;
  return {
    accountId,
    currency: currency ?? null,
    entity: entity ?? null,
    asOf,
    knownAt: knownAt ?? null,
    balance: write(balance),
    unapplied: write(unapplied),
    shares: [...shares.values()].map(({ party, balance: owed }) => ({ ...party, balance: write(owed) })),
    trustworthy: items.every((item) => !('unreadable' in item)),
    effectiveLater,
    recordedLater,
    items,
  };
}

function readOrWhy(stored: StoredEvent): ReturnType<typeof decode> | UnreadableInHistory {
  try {
    return decode(stored);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    const { revision, position, type } = stored;
    return { revision, position, type, unreadable: error.reason };
  }
}
