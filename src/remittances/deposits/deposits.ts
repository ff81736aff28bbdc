import type { Sender } from '../../commands/sender.js';
import { Today } from '../../commands/today.js';
import { streamBeside } from '../../event-store/codec.js';
import {
  EventLogDamaged,
  type EventStore,
  type StoredEvent,
  WrongExpectedRevision,
} from '../../event-store/event-store.js';
import { problemError, validationFailed } from '../../http/problem.js';
import type { DIRECTIONS } from '../../ledger/events.js';
import { amountFault } from '../../ledger/money.js';
import type { RemittanceDataOf } from '../../ledger/remittance-events.js';
import { differingFields } from '../../ledger/same-content.js';
import { readBeside } from '../posting/read-beside.js';
import type { StreamWriter } from '../posting/stream-writer.js';

type Recorded = RemittanceDataOf<'DepositRecorded'>;

/** A payment of a payer as the bank has it; what is left out is filled in, see `RecordDeposit`. */
export interface Deposit {
  depositId: string;
  /** TRN02 and TRN03 of its remittance. */
  traceNumber: string;
  payerId?: string;
  /** More than zero, with the currency's minor digits. */
  amount: string;
  /** `debit` where the payer took it from the bank instead; left out, `credit`. */
  direction?: (typeof DIRECTIONS)[number];
  currency?: string;
  depositedOn?: string;
  reference?: string;
}

/** What recording a deposit came to; the same again when it is repeated. */
export interface DepositReceipt {
  depositId: string;
  revision: number;
  /** Opaque; for `?waitFor=` of queries. */
  position: string;
  events: { id: string; type: string }[];
  currency: string;
  depositedOn: string;
}

/** How recording a deposit ended when it was not refused. */
export interface DepositOutcome {
  /** False for a repetition: nothing was appended, and the receipt is the first one's. */
  appended: boolean;
  receipt: DepositReceipt;
}

export interface DepositsOptions {
  store: EventStore;
  writer: StreamWriter;
  /** What "today" is. */
  today: Today;
}

/** The deposits of payers' money at the bank: each a stream of one event. */
export class Deposits {
  constructor(private readonly options: DepositsOptions) {}

  /**
   * Records a deposit. It moves no money in the ledger: accepting the remittance has, and this says that it came.
   *
   * @param deposit with fields that were checked for their form
   * @throws ProblemError `validation_failed` for an amount that its currency does not have; `id_already_used` when the
   *   id stands for another content
   * @throws ClockOutOfStep, EventLogDamaged, and StoreUnavailable: it may or may not have been kept, repeating is safe
   */
  async record(deposit: Deposit, sender: Sender = {}): Promise<DepositOutcome> {
    const { depositId, traceNumber, payerId = '', currency = 'USD', direction, reference } = deposit;
    const fault = amountFault(deposit.amount, currency);
    if (fault !== undefined) throw validationFailed([{ field: 'amount', message: fault }]);
    const stream = streamBeside('deposit', depositId);
    const before = await this.#recorded(stream, deposit);
    if (before) return before;
    const data: Recorded = {
      depositId,
      traceNumber,
      tracePayerId: payerId,
      currency,
      amount: direction === 'debit' ? `-${deposit.amount}` : deposit.amount,
      effectiveOn: deposit.depositedOn ?? this.options.today.now(),
      ...(reference === undefined ? {} : { reference }),
    };
    try {
      const { writer } = this.options;
      const event = { type: 'DepositRecorded', data } as const;
      const { revision, position, ids } = await writer.append(
        stream,
        'no_stream',
        0,
        [{ key: 'recorded', event }],
        sender,
      );
      return outcomeOf(true, data, { revision, position, id: ids[0]! });
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      // Somebody else has recorded it in this moment.
      const faster = await this.#recorded(stream, deposit);
      if (faster) return faster;
      throw new EventLogDamaged(
        'events are missing in a stream: a deposit is there, and reading it gives no event',
        { cause: error },
      );
    }
  }

  async #recorded(stream: string, deposit: Deposit): Promise<DepositOutcome | undefined> {
    for await (const stored of this.options.store.readStream(stream, { limit: 1 })) {
      const recorded = recordedIn(stored);
      requireSame(deposit, recorded);
      return outcomeOf(false, recorded, stored);
    }
    return undefined;
  }
}

function recordedIn(stored: StoredEvent): Recorded {
  const { event } = readBeside(stored);
  if (event.type === 'DepositRecorded') return event.data;
  throw new EventLogDamaged(`the stream of a deposit begins with an event of type ${stored.type}`);
}

/**
 * Fields that were left out are compared as what they stand for; the day, which is then the day of the first time, and a
 * reference are not.
 */
function requireSame(deposit: Deposit, recorded: Recorded): void {
  const { depositId, traceNumber, tracePayerId, currency, amount, effectiveOn, reference } = recorded;
  const { payerId = '', direction = 'credit', currency: asked = 'USD' } = deposit;
  const differs = differingFields(
    { ...deposit, payerId, direction, currency: asked },
    {
      depositId,
      traceNumber,
      payerId: tracePayerId,
      currency,
      amount: amount.replace('-', ''),
      direction: amount.startsWith('-') ? 'debit' : 'credit',
      depositedOn: effectiveOn,
      reference,
    },
  );
  if (differs.length === 0) return;
  throw problemError(
    'id_already_used',
    409,
    'The id stands for another deposit; what differs is named. Use a new id.',
    { id: depositId, usedBy: 'DepositRecorded', differs },
  );
}

function outcomeOf(
  appended: boolean,
  { depositId, currency, effectiveOn }: Recorded,
  { revision, position, id }: { revision: number; position: string; id: string },
): DepositOutcome {
  return {
    appended,
    receipt: {
      depositId,
      revision,
      position,
      events: [{ id, type: 'DepositRecorded' }],
      currency,
      depositedOn: effectiveOn,
    },
  };
}
