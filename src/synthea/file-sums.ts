import { Money, ZERO } from '../ledger/money.js';
import { NO_SUMS, type Sums } from './sums.js';

/**
 * What the file itself adds up to, by patient: straight from its columns and with nothing of the conversion, so that
 * the comparison with the ledger proves something.
 */
export class FileSums {
  readonly byPatient = new Map<string, Sums>();

  /** Adds a row, whether or not the conversion can use it; a field that is no number adds nothing. */
  add(
    field: (column: 'PATIENTID' | 'TYPE' | 'AMOUNT' | 'PAYMENTS' | 'ADJUSTMENTS' | 'TRANSFERS') => string,
  ): void {
    const patient = field('PATIENTID');
    const type = field('TYPE');
    const of = (wanted: string, column: Parameters<typeof field>[0]): Money =>
      type === wanted ? numberIn(field(column)) : ZERO;
    const charges = of('CHARGE', 'AMOUNT');
    const payments = of('PAYMENT', 'PAYMENTS');
    const adjustments = of('ADJUSTMENT', 'ADJUSTMENTS');
    const sums = this.byPatient.get(patient) ?? NO_SUMS;
    this.byPatient.set(patient, {
      charges: sums.charges.plus(charges),
      payments: sums.payments.plus(payments),
      adjustments: sums.adjustments.plus(adjustments),
      transfers: sums.transfers.plus(of('TRANSFEROUT', 'TRANSFERS')),
      balance: sums.balance.plus(charges).minus(payments).minus(adjustments),
    });
  }
}

function numberIn(text: string): Money {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? new Money(text) : ZERO;
}
