import { addDays } from '../../src/ledger/calendar.js';
import type { AccountEvent } from '../../src/ledger/events.js';

const patient = { party: 'patient' } as const;
const acme = { party: 'payer', payerId: 'ACME', position: 'primary' } as const;

/**
 * An account of so many events: a charge to a payer, its payment, contractual adjustment, the patient's part, and its
 * payment, of which a dollar is not applied; over and over, on days between 2000 and 2024 whatever their number.
 */
export function longHistory(accountId: string, count: number): AccountEvent[] {
  const currency = 'USD';
  const events: AccountEvent[] = [
    { type: 'AccountOpened', data: { accountId, openedOn: '2000-01-01', currency, entity: 'main' } },
  ];
  for (let i = 0; events.length < count; i += 1) {
    const chargeId = `C${i}`;
    const effectiveOn = addDays('2000-01-01', Math.floor((i * 9000) / (count / 5)) % 9000);
    const common = { currency, effectiveOn };
    const share = (amount: string, responsible: typeof patient | typeof acme) => [
      { chargeId, amount, responsible },
    ];
    events.push(
      {
        type: 'ChargePosted',
        data: {
          ...common,
          chargeId,
          serviceDate: effectiveOn,
          amount: '100.00',
          code: { system: 'CPT', value: '99213' },
          responsible: acme,
        },
      },
      {
        type: 'PaymentPosted',
        data: {
          ...common,
          paymentId: `P${i}`,
          amount: '50.00',
          from: acme,
          method: 'eft',
          allocations: share('50.00', acme),
        },
      },
      {
        type: 'AdjustmentPosted',
        data: {
          ...common,
          adjustmentId: `J${i}`,
          amount: '30.00',
          category: 'contractual',
          direction: 'credit',
          allocations: share('30.00', acme),
        },
      },
      {
        type: 'ResponsibilityTransferred',
        data: { ...common, transferId: `T${i}`, chargeId, amount: '20.00', from: acme, to: patient },
      },
      {
        type: 'PaymentPosted',
        data: {
          ...common,
          paymentId: `Q${i}`,
          amount: '21.00',
          from: patient,
          method: 'card',
          allocations: share('20.00', patient),
        },
      },
    );
  }
  return events.slice(0, count);
}
