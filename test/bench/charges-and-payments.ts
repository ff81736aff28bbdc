import type { AccountCommand } from '../../src/ledger/commands.js';

const ACME = { party: 'payer', payerId: 'ACME', position: 'primary' } as const;

/** Opens accounts that are named alike. */
export function openings(name: string, accounts: number): AccountCommand[] {
  return Array.from({ length: accounts }, (_, n) => ({
    type: 'OpenAccount',
    accountId: `${name}-${n}`,
    openedOn: '2026-01-01',
  }));
}

/**
 * Gives the next command for a caller: a charge, then the payment of it, then the same on the next account. What is
 * given is to be carried out before the caller asks again.
 */
export function chargesAndPayments(name: string, accounts: number): (caller: number) => AccountCommand {
  let charges = 0;
  const owed = new Map<number, number>();
  return (caller) => {
    const charge = owed.get(caller);
    if (charge === undefined) {
      charges += 1;
      owed.set(caller, charges);
      return {
        type: 'PostCharge',
        accountId: `${name}-${charges % accounts}`,
        chargeId: `C${charges}`,
        serviceDate: '2026-01-15',
        amount: '125.00',
        code: { system: 'CPT', value: '99213' },
        responsible: ACME,
      };
    }
    owed.delete(caller);
    return {
      type: 'PostPayment',
      accountId: `${name}-${charge % accounts}`,
      paymentId: `P${charge}`,
      amount: '100.00',
      from: ACME,
      method: 'eft',
      allocations: [{ chargeId: `C${charge}`, amount: '100.00' }],
    };
  };
}
