import type { Sender } from '../../commands/sender.js';
import type { Today } from '../../commands/today.js';
import { streamBeside } from '../../event-store/codec.js';
import { type StoredEvent, StoreUnavailable, WrongExpectedRevision } from '../../event-store/event-store.js';
import { problemError, validationFailed } from '../../http/problem.js';
import { laterOf } from '../../ledger/calendar.js';
import { amountFault } from '../../ledger/money.js';
import type { ControlAgainst, RemittanceDataOf, RemittanceEvent } from '../../ledger/remittance-events.js';
import { differingFields } from '../../ledger/same-content.js';
import type { BesideStreams } from './beside-stream.js';
import { readBeside } from './read-beside.js';
import type { Received } from './received-advice.js';
import { type RemittanceState, evolveRemittance, unknownRemittance } from './remittance-state.js';

/** Others may be faster so often in a row. */
const ATTEMPTS_MAX = 20;

/** How entries are called that follow from remittances: `835.{remittance}.{claim}.rejected`, `{remittance}.plb.{n}`. */
const KEPT_FOR_REMITTANCES = /^835\.|\.plb\.\d+$/;

type Booked = RemittanceDataOf<'ControlEntryBooked'>;

/** What somebody books on a control account; what is left out is filled in, see `BookControlEntryFields`. */
export interface BookedByHand {
  entryId: string;
  /** Not zero, with the currency's minor digits. Positive raises what the payer has kept back. */
  amount: string;
  /** Where the money comes from (positive) or goes to (negative). */
  against: ControlAgainst;
  currency?: string;
  effectiveOn?: string;
  /** Why; no names of persons. */
  reason: string;
  reference?: string;
}

/** What booking an entry came to; the same again when it is repeated. */
export interface BookingReceipt {
  controlAccountId: string;
  entryId: string;
  revision: number;
  /** Opaque; for `?waitFor=` of queries. */
  position: string;
  events: { id: string; type: string }[];
  currency: string;
  effectiveOn: string;
}

/** How booking an entry ended when it was not refused. */
export interface BookingOutcome {
  /** False for a repetition: nothing was appended, and the receipt is the first one's. */
  appended: boolean;
  receipt: BookingReceipt;
}

export interface ControlBookingsParts extends BesideStreams {
  /** What "today" is. */
  today: Today;
}

/** A control account as its stream tells it. */
interface Known {
  revision: number;
  lastRecordedAt: number;
  payerId: string;
  providerId: string;
  currencies: Set<string>;
  /** The entry of the id that is to be booked, if there is one. */
  sameId: { stored: StoredEvent; event: RemittanceEvent } | undefined;
}

/**
 * Entries that people book on control accounts: what a payer kept back or is owed beside the claims stands there until
 * somebody says what it was. Nothing is edited: an entry is taken back by one of the opposite amount.
 */
export class ControlBookings {
  constructor(private readonly parts: ControlBookingsParts) {}

  /**
   * Books an entry. Each time the whole stream of the control account is read: it has an entry a provider adjustment,
   * some thousands in years, and people book few.
   *
   * The balance may turn its sign, and more may be booked against a remittance than stands on clearing for it now: what
   * it answers may come later.
   *
   * @param given with fields that were checked for their form
   * @throws ProblemError `control_account_not_found` (404) where it has no entry; `validation_failed` for an amount that
   * its currency does not have, a currency that has to be said, and an id that is kept for remittances; `id_already_used`
   * (409) when the id stands for another content; `currency_not_on_control_account`, `remittance_not_found`,
   * `remittance_not_accepted`, `claim_not_found`, `payer_differs`, `currency_differs`, `entry_before_remittance` (422)
   * @throws ClockOutOfStep, EventLogDamaged, and StoreUnavailable: it may or may not have been kept, repeating is safe
   */
  async book(controlAccountId: string, given: BookedByHand, sender: Sender = {}): Promise<BookingOutcome> {
    if (KEPT_FOR_REMITTANCES.test(given.entryId)) {
      const message = 'ids of this form are kept for entries that follow from remittances';
      throw validationFailed([{ field: 'entryId', message }]);
    }
    const stream = streamBeside('control', controlAccountId);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const known = await this.#read(stream, given.entryId);
      if (!known) {
        throw problemError(
          'control_account_not_found',
          404,
          'There is no control account of this id: remittances open them.',
          { controlAccountId },
        );
      }
      if (known.sameId) return repeated(given, known.sameId);
      const data = await this.#entryOf(controlAccountId, given, known);
      try {
        const { revision, position, ids } = await this.parts.writer.append(
          stream,
          known.revision,
          known.lastRecordedAt,
          [{ key: `entry ${data.entryId}`, event: { type: 'ControlEntryBooked', data } }],
          sender,
        );
        return outcomeOf(true, data, { revision, position, id: ids[0]! });
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
      }
    }
    throw new StoreUnavailable('others keep writing to a control account');
  }

  /** Undefined for a control account without entries. */
  async #read(stream: string, entryId: string): Promise<Known | undefined> {
    let known: Known | undefined;
    for await (const stored of this.parts.store.readStream(stream)) {
      const { event, recordedAt } = readBeside(stored);
      if (event.type !== 'ControlEntryPosted' && event.type !== 'ControlEntryBooked') continue;
      const { payerId, providerId, currency } = event.data;
      known ??= {
        revision: -1,
        lastRecordedAt: 0,
        payerId,
        providerId,
        currencies: new Set(),
        sameId: undefined,
      };
      known.revision = stored.revision;
      known.lastRecordedAt = Math.max(known.lastRecordedAt, Date.parse(recordedAt));
      known.currencies.add(currency);
      if (event.data.entryId === entryId) known.sameId = { stored, event };
    }
    return known;
  }

  /** @throws ProblemError when the entry is not possible */
  async #entryOf(controlAccountId: string, given: BookedByHand, known: Known): Promise<Booked> {
    const { against, reference, ...rest } = given;
    const remittance =
      against.place === 'remittance' ? await this.#remittanceOf(against, known.payerId) : undefined;
    const currency = currencyOf(given, known, remittance);
    const fault = amountFault(given.amount.replace(/^-/, ''), currency);
    if (fault !== undefined) throw validationFailed([{ field: 'amount', message: fault }]);
    const today = this.parts.today.now();
    const earliest = remittance?.effectiveOn;
    const { effectiveOn = earliest === undefined ? today : laterOf(today, earliest) } = given;
    if (earliest !== undefined && effectiveOn < earliest) {
      throw problemError(
        'entry_before_remittance',
        422,
        'The entry would count before the remittance that it is booked against; give a later day.',
        { effectiveOn, remittanceEffectiveOn: earliest },
      );
    }
    const { payerId, providerId } = known;
    return {
      controlAccountId,
      entryId: rest.entryId,
      payerId,
      providerId,
      currency,
      effectiveOn,
      amount: rest.amount,
      against: { ...against },
      reason: rest.reason,
      ...(reference === undefined ? {} : { reference }),
    };
  }

  /** @throws ProblemError when there is no such remittance, or claim in it, or its money is not this payer's */
  async #remittanceOf(
    { remittanceId, claim }: Extract<ControlAgainst, { place: 'remittance' }>,
    payerId: string,
  ): Promise<Received> {
    const { received, standing } = await this.#beginningOf(remittanceId);
    if (!received) {
      throw problemError('remittance_not_found', 422, 'There is no such remittance; mend the id.', {
        remittanceId,
      });
    }
    if (standing !== 'accepted') {
      throw problemError(
        'remittance_not_accepted',
        422,
        'The remittance is held: none of its money is on the clearing account.',
        { remittanceId },
      );
    }
    if (received.payer.id !== payerId) {
      throw problemError(
        'payer_differs',
        422,
        'The remittance is of another payer than the control account.',
        {
          payerId,
          remittancePayerId: received.payer.id,
        },
      );
    }
    if (claim !== undefined && claim > received.claims) {
      throw problemError('claim_not_found', 422, 'The remittance has no such claim.', {
        remittanceId,
        claim,
        claims: received.claims,
      });
    }
    return received;
  }

  /** A remittance as its first append tells it: received, and accepted or held. What follows it may be long. */
  async #beginningOf(remittanceId: string): Promise<RemittanceState> {
    const state = unknownRemittance();
    const stream = streamBeside('remittance', remittanceId);
    for await (const stored of this.parts.store.readStream(stream, { limit: 2 })) {
      evolveRemittance(state, readBeside(stored).event);
    }
    return state;
  }
}

/** @throws ProblemError when the currency has to be said, or is another than what is settled here */
function currencyOf(
  { currency }: BookedByHand,
  { currencies }: Known,
  remittance: Received | undefined,
): string {
  const [first, ...others] = currencies;
  const said = currency ?? remittance?.currency ?? (others.length === 0 ? first : undefined);
  if (said === undefined) {
    const message = 'is required: the control account has several currencies';
    throw validationFailed([{ field: 'currency', message }]);
  }
  if (remittance && remittance.currency !== said) {
    throw problemError('currency_differs', 422, 'The remittance is in another currency.', {
      currency: said,
      remittanceCurrency: remittance.currency,
    });
  }
  if (!currencies.has(said)) {
    throw problemError(
      'currency_not_on_control_account',
      422,
      'The control account has nothing in this currency.',
      { currency: said, currencies: [...currencies] },
    );
  }
  return said;
}

/**
 * The outcome of the entry that is there already. Fields that were left out are not compared.
 *
 * @throws ProblemError `id_already_used` when it has another content
 */
function repeated(given: BookedByHand, { stored, event }: NonNullable<Known['sameId']>): BookingOutcome {
  const differs = differingFields(given, event.data);
  if (event.type === 'ControlEntryBooked') {
    // A claim that is left out is another content than one that was named.
    const { against } = event.data;
    const isOfClaim = against.place === 'remittance' && against.claim !== undefined;
    if (isOfClaim && !('claim' in given.against) && !differs.includes('against.place'))
      differs.push('against.claim');
    if (differs.length === 0) return outcomeOf(false, event.data, stored);
  }
  throw problemError(
    'id_already_used',
    409,
    'The id stands for another entry of this control account; what differs is named. Use a new id.',
    { id: given.entryId, usedBy: event.type, differs },
  );
}

function outcomeOf(
  appended: boolean,
  { controlAccountId, entryId, currency, effectiveOn }: Booked,
  { revision, position, id }: { revision: number; position: string; id: string },
): BookingOutcome {
  const events = [{ id, type: 'ControlEntryBooked' }];
  return {
    appended,
    receipt: { controlAccountId, entryId, revision, position, events, currency, effectiveOn },
  };
}
