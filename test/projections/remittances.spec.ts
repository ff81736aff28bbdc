import { describe, expect, it } from '@jest/globals';
import { type Tables, foldChanges } from '../../projections/fold-changes.js';
import { journal } from '../../projections/journal.js';
import { openItems } from '../../projections/open-items.js';
import type { Projection, Row } from '../../projections/projection.js';
import { remittances } from '../../projections/remittances.js';
import { adjudicationIdOf } from '../../src/ledger/adjudication-id.js';
import type { EventOf } from '../../src/ledger/events.js';
import { ZERO, money, sumOf } from '../../src/ledger/money.js';
import { type AnyRecordedEvent, type RecordedEvent, isOfAccount } from '../../src/ledger/recorded-event.js';
import { CONTROL, MIXED, ORIGINAL, REJECTED, TAKES_BACK, remittanceLog } from '../support/remittance-log.js';

const { events, upTo } = remittanceLog();

function fold(projection: Projection, log: readonly AnyRecordedEvent[]): Tables {
  const tables: Tables = {};
  for (const event of log) foldChanges(projection, tables, event);
  return tables;
}

function rowOf(tables: Tables, table: string, ...key: (string | number)[]): Row | undefined {
  return tables[table]?.[JSON.stringify(key)];
}

const claimOf = (log: readonly AnyRecordedEvent[], remittanceId: string, claim: number): Row | undefined =>
  rowOf(fold(remittances, log), 'remittance_claims', remittanceId, claim);

/** What the remittances say stands on the clearing account, of all of them. */
function inClearing(tables: Tables): string {
  return Object.values(tables['remittances'] ?? {})
    .reduce(
      (sum, row) =>
        sum
          .plus(String(row['accepted'] ?? 0))
          .plus(String(row['controlled'] ?? 0))
          .minus(String(row['cleared'] ?? 0)),
      ZERO,
    )
    .toFixed();
}

function glBalance(tables: Tables, account: string): string {
  const days = Object.values(tables['gl_days'] ?? {}).filter(
    (row) => row['gl_account'] === account && row['currency'] === 'USD',
  );
  return sumOf(days.map((row) => money(String(row['amount'])))).toFixed();
}

describe('the remittances', () => {
  it('say at any moment what stands on the clearing account, and the control accounts what stands on theirs', () => {
    for (let length = 0; length <= events.length; length++) {
      const log = events.slice(0, length);
      const [said, booked] = [fold(remittances, log), fold(journal, log)];
      expect(inClearing(said)).toBe(
        money(glBalance(booked, 'Assets:RemittanceClearing')).negated().toFixed(),
      );
      expect(money(String(rowOf(said, 'control_accounts', CONTROL, 'USD')?.['balance'] ?? 0)).toFixed()).toBe(
        glBalance(booked, 'Assets:PayerControl'),
      );
    }
    expect(inClearing(fold(remittances, events.slice(0, upTo.mixed)))).toBe('25');
    expect(inClearing(fold(remittances, events))).toBe('0');
  });

  it('give back what a person takes back by hand to the remittance that it came with', () => {
    const log = events.slice(0, upTo.mixed);
    const paid = log.find(
      (recorded): recorded is RecordedEvent & { event: EventOf<'PaymentPosted'> } =>
        isOfAccount(recorded) && recorded.event.type === 'PaymentPosted',
    )!;
    const byHand: RecordedEvent = {
      ...paid,
      event: {
        type: 'EntryReversed',
        data: {
          reversalId: 'by-hand',
          currency: 'USD',
          effectiveOn: '2026-03-01',
          reverses: paid.event.data.paymentId,
          reason: 'posting_error',
          amount: '60.00',
          movements: [
            {
              of: paid.event.data.paymentId,
              debit: {
                account: 'Assets:Receivable:Payer',
                chargeId: 'C1',
                party: { party: 'payer', payerId: 'ACME', position: 'primary' },
              },
              credit: { account: 'Assets:RemittanceClearing' },
              amount: '60.00',
              effectiveOn: '2026-03-01',
            },
          ],
        },
      },
    };
    const row = rowOf(fold(remittances, [...log, byHand]), 'remittances', MIXED);
    expect(row).toMatchObject({ accepted: '135', cleared: '55', controlled: '5' });
  });

  it('count the claims that are on accounts, and know their deposit', () => {
    const tables = fold(remittances, events.slice(0, upTo.mixed));
    expect(rowOf(tables, 'remittances', MIXED)).toMatchObject({
      status: 'completed',
      adjudicated: '2',
      claims: 3,
      deposit_id: 'D1',
      reconciled_on: '2026-02-10',
      completed_on: '2026-02-10',
    });
    expect(rowOf(tables, 'deposits', 'D1')).toMatchObject({ amount: '135.00', reconciled: '135' });
    expect(rowOf(tables, 'provider_adjustments', MIXED, 1)).toMatchObject({ amount: '5.00', claim: 1 });
    expect(rowOf(tables, 'control_entries', CONTROL, `${MIXED}.plb.1`)).toMatchObject({ amount: '5.00' });
  });
});

describe('a claim of a remittance', () => {
  const adjudication = (log: readonly AnyRecordedEvent[], remittanceId: string, claim: number) =>
    log.findIndex(
      (recorded) =>
        isOfAccount(recorded) &&
        recorded.event.type === 'ClaimAdjudicated' &&
        recorded.event.data.adjudicationId === adjudicationIdOf(remittanceId, claim),
    );

  it('is suspended with all that is needed to post it, until it is', () => {
    const suspended = claimOf(events.slice(0, upTo.mixed), MIXED, 2)!;
    expect(suspended).toMatchObject({ stage: 1, reason: 'account_not_found', paid: '25.00' });
    expect(JSON.parse(String(suspended['statement']))).toMatchObject({ claimId: 'LOST', paid: '25.00' });
    expect(claimOf(events, MIXED, 2)).toMatchObject({
      stage: 5,
      reason: null,
      statement: null,
      candidates: null,
      account_id: 'A2',
      payment_id: `${adjudicationIdOf(MIXED, 2)}.1`,
    });
  });

  it('stays posted when another process says later that it was suspended', () => {
    const posted = adjudication(events, MIXED, 2);
    const suspended = events.findIndex(
      ({ event }) => event.type === 'RemittanceClaimSuspended' && event.data.claim === 2,
    );
    const late = [...events.slice(0, suspended), ...events.slice(suspended + 1), events[suspended]!];
    expect(posted).toBeGreaterThan(suspended);
    expect(claimOf(late, MIXED, 2)).toMatchObject({ stage: 5, account_id: 'A2' });
  });

  it('waits, and is posted with what it takes back, and both know the other', () => {
    expect(claimOf(events.slice(0, upTo.waiting), TAKES_BACK, 1)).toMatchObject({ stage: 4 });
    expect(claimOf(events, TAKES_BACK, 1)).toMatchObject({
      stage: 5,
      reverses_remittance: ORIGINAL,
      reverses_claim: 1,
    });
    expect(claimOf(events, ORIGINAL, 1)).toMatchObject({
      stage: 5,
      reversed_by_remittance: TAKES_BACK,
      reversed_by_claim: 1,
      held_count: 0,
    });
  });

  it('of lines names the claim that they are of, which stands with its others and does not name it', () => {
    const byLines = events.map((recorded): AnyRecordedEvent => {
      if (!isOfAccount(recorded) || recorded.event.type !== 'AdjudicationContinued') return recorded;
      const { reverses, ...data } = recorded.event.data;
      if (reverses === undefined) return recorded;
      const reversesLines = [{ adjudicationId: reverses, lines: [1] }];
      return { ...recorded, event: { type: 'AdjudicationContinued', data: { ...data, reversesLines } } };
    });
    expect(claimOf(byLines, TAKES_BACK, 1)).toMatchObject({ stage: 5, reverses_remittance: ORIGINAL });
    expect(claimOf(byLines, ORIGINAL, 1)).toMatchObject({ stage: 5 });
    expect(claimOf(byLines, ORIGINAL, 1)).not.toMatchObject({ reversed_by_remittance: TAKES_BACK });
  });

  it('moves nothing, or is rejected with the reason, or loses what was held', () => {
    expect(claimOf(events, REJECTED, 1)).toMatchObject({ stage: 3 });
    expect(claimOf(events, REJECTED, 2)).toMatchObject({
      stage: 2,
      resolution: 'reject',
      resolution_reason: 'not one of ours',
      resolved_on: '2026-03-01',
    });
    expect(claimOf(events.slice(0, upTo.mixed), MIXED, 1)).toMatchObject({ held_count: 1 });
    expect(claimOf(events, MIXED, 1)).toMatchObject({ stage: 5, held: '[]', held_count: 0 });
  });
});

describe('the charges of claims', () => {
  it('are there by claim, day and amount', () => {
    const tables = fold(openItems, events);
    expect(Object.keys(tables['charges']!)).toHaveLength(4);
    expect(rowOf(tables, 'charges', 'A1', 'C1')).toMatchObject({
      account_id: 'A1',
      charge_id: 'C1',
      claim_id: 'CLM1',
      service_date: '2026-01-05',
      amount: '100.00',
      code: '99213',
      currency: 'USD',
    });
  });
});
