import {
  AmountField,
  CurrencyField,
  DateField,
  IdField,
  OneOfField,
  TextField,
} from '../../http/value-fields.js';
import { DIRECTIONS } from '../../ledger/events.js';
import type { Deposit } from './deposits.js';

/** What is asked for where a deposit is to be recorded. */
export class RecordDeposit implements Deposit {
  @IdField({ description: "The bank's own reference where there is one: the idempotency key." })
  depositId!: string;

  @TextField({
    maxLength: 50,
    description:
      'The trace number that the payment came with, or the number of the check: TRN02 of its remittance.',
  })
  traceNumber!: string;

  @TextField({
    optional: true,
    maxLength: 30,
    description: 'The identifier of who paid: TRN03 of its remittance. Left out where that has none.',
  })
  payerId?: string;

  @AmountField({
    description: 'More than zero also where the bank paid it out: `direction` says which way it went.',
  })
  amount!: string;

  @OneOfField(DIRECTIONS, {
    optional: true,
    description:
      'credit (left out): the bank received it. debit: the payer took it from the bank, as a remittance with BPR03 = D ' +
      'says; its amount is negative in answers.',
  })
  direction?: (typeof DIRECTIONS)[number];

  @CurrencyField({ optional: true, description: 'Left out, USD.' })
  currency?: string;

  @DateField({ optional: true, description: 'When the bank had it; left out, today.' })
  depositedOn?: string;

  @TextField({
    optional: true,
    maxLength: 128,
    description: 'Such as the number of the statement; no names.',
  })
  reference?: string;
}
