import { sql } from 'kysely';
import type { Sender } from '../../commands/sender.js';
import { streamBeside } from '../../event-store/codec.js';
import { laterOf } from '../../ledger/calendar.js';
import { ZERO, formatMoney } from '../../ledger/money.js';
import { BesideStream, type BesideStreams } from '../posting/beside-stream.js';
import type { CurrentReadModels } from '../posting/current-read-models.js';
import type { KeyedEvent } from '../posting/stream-writer.js';
import { type Paid, type Part, type Room, shareDeposits } from './share-deposits.js';

/** A trace whose deposits come to what its remittances say, with those that are posted to their end and not reconciled. */
interface Trace {
  currency: string;
  remittances: (Paid & { effectiveOn: string })[];
  deposits: (Room & { effectiveOn: string })[];
}

/**
 * Brings remittances and deposits together. A remittance is reconciled when the bank has just the money that all
 * remittances of its trace (TRN02 and TRN03) and currency say was sent; one that moved no money, when it is posted.
 *
 * Whether a remittance that is held counts is left open, since the payer may have sent it again mended, with the same
 * trace: the deposits may come to the sum with or without it.
 *
 * It goes by what is there, not by what has just happened: when one run is cut off, the next does the rest.
 */
export class Reconciliation {
  constructor(
    private readonly readModels: CurrentReadModels,
    private readonly streams: BesideStreams,
  ) {}

  /**
   * Reconciles every remittance that can be. To be called when remittances were posted or a deposit was recorded, and
   * at the start of the service.
   *
   * @returns the ids of those that it found open and that are reconciled now; calls at the same time may name the same
   * @throws what `CurrentReadModels` throws
   * @throws ClockOutOfStep, EventLogDamaged, StoreUnavailable: what was done stays, and the next call does the rest
   */
  async reconcile(sender: Sender = {}): Promise<string[]> {
    await this.readModels.caughtUp();
    const reconciled: string[] = [];
    for (const open of await this.#withoutMoney()) {
      const parts = [{ amount: formatMoney(ZERO, open.currency) }];
      if (await this.#reconcile(open, parts, open.effectiveOn, sender)) {
        reconciled.push(open.remittanceId);
      }
    }
    for (const trace of await this.#traces()) reconciled.push(...(await this.#reconcileTrace(trace, sender)));
    return reconciled;
  }

  async #reconcileTrace({ currency, remittances, deposits }: Trace, sender: Sender): Promise<string[]> {
    const parts = shareDeposits(remittances, deposits, currency);
    const lastOn = deposits.map(({ effectiveOn }) => effectiveOn).reduce(laterOf);
    const reconciled: string[] = [];
    for (const { remittanceId, effectiveOn } of remittances) {
      const remittance = { remittanceId, currency };
      const on = laterOf(lastOn, effectiveOn);
      if (await this.#reconcile(remittance, parts.get(remittanceId)!, on, sender)) {
        reconciled.push(remittanceId);
      }
    }
    return reconciled;
  }

  /** An event for each deposit that a part lies in, in one append. */
  async #reconcile(
    { remittanceId, currency }: { remittanceId: string; currency: string },
    parts: readonly (Omit<Part, 'depositId'> & Partial<Part>)[],
    effectiveOn: string,
    sender: Sender,
  ): Promise<boolean> {
    let isDone = false;
    const stream = new BesideStream(this.streams, streamBeside('remittance', remittanceId), ({ type }) => {
      if (type === 'RemittanceReconciled') isDone = true;
    });
    await stream.catchUp();
    const events = parts.map((part, at): KeyedEvent => ({
      key: `reconciled ${at + 1}`,
      event: { type: 'RemittanceReconciled', data: { remittanceId, currency, ...part, effectiveOn } },
    }));
    return stream.append(() => (isDone ? [] : events), sender);
  }

  async #withoutMoney(): Promise<{ remittanceId: string; currency: string; effectiveOn: string }[]> {
    const rows = await this.readModels.rows(sql<{
      remittance_id: string;
      currency: string;
      effective_on: string;
    }>`
      select remittance_id, currency, effective_on from ledger_read.remittances
      where status = 'completed' and reconciled_on is null and coalesce(amount, 0) = 0
      order by remittance_id`);
    return rows.map(({ remittance_id, currency, effective_on }) => ({
      remittanceId: remittance_id,
      currency,
      effectiveOn: effective_on,
    }));
  }

  /** In one statement, so that what is shared out is what was summed up; amounts as texts, since JSON has floats. */
  #traces(): Promise<Trace[]> {
    return this.readModels.rows(sql<Trace>`
      with trace as (
        select distinct trace_number, trace_payer_id, currency from ledger_read.remittances
        where status = 'completed' and reconciled_on is null and amount <> 0
      ),
      deposited as (
        select t.trace_number, t.trace_payer_id, t.currency, sum(d.amount) as amount,
          jsonb_agg(jsonb_build_object('depositId', d.deposit_id, 'amount', d.amount::text,
            'reconciled', d.reconciled::text, 'effectiveOn', d.effective_on)
            order by d.effective_on, d.deposit_id) as deposits
        from trace t join ledger_read.deposits d using (trace_number, trace_payer_id, currency)
        group by t.trace_number, t.trace_payer_id, t.currency
      )
      select d.currency, d.deposits,
        jsonb_agg(jsonb_build_object('remittanceId', r.remittance_id, 'amount', r.amount::text,
          'effectiveOn', r.effective_on) order by r.remittance_id)
          filter (where r.status = 'completed' and r.reconciled_on is null and r.amount <> 0) as remittances
      from deposited d join ledger_read.remittances r using (trace_number, trace_payer_id, currency)
      group by d.trace_number, d.trace_payer_id, d.currency, d.amount, d.deposits
      having d.amount in (sum(r.amount), sum(r.amount) filter (where r.status <> 'held'))
      order by d.trace_number, d.trace_payer_id, d.currency`);
  }
}
