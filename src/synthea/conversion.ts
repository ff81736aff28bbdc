import type { AccountCommand } from '../ledger/commands.js';
import type { CalendarDate } from '../ledger/calendar.js';
import { type Money, ZERO, formatMoney } from '../ledger/money.js';
import type { PostCharge } from '../ledger/rules/post-charge.js';
import type { PostPayment } from '../ledger/rules/post-payment.js';
import { ChargeShares, type SharePart } from './charge-shares.js';
import type { Claims } from './coverage.js';
import { type CsvRow, BrokenCsvFile } from './csv-file.js';
import { ledgerId } from '../ledger-id.js';
import { RowIds } from './row-ids.js';
import { type Fault, amountIn, calendarDates, isFault } from './values.js';

/** Synthea writes US dollars. */
export const SYNTHEA_CURRENCY = 'USD';

/** The columns of `claims_transactions.csv` that the conversion cannot do without. */
export const REQUIRED_COLUMNS = [
  'ID',
  'CLAIMID',
  'CHARGEID',
  'PATIENTID',
  'TYPE',
  'AMOUNT',
  'METHOD',
  'FROMDATE',
  'PROCEDURECODE',
  'TRANSFEROUTID',
  'TRANSFERTYPE',
  'PAYMENTS',
  'ADJUSTMENTS',
  'TRANSFERS',
] as const;

const REFERENCES = ['DIAGNOSISREF1', 'DIAGNOSISREF2', 'DIAGNOSISREF3', 'DIAGNOSISREF4'] as const;

export type SyntheaColumn =
  | (typeof REQUIRED_COLUMNS)[number]
  | (typeof REFERENCES)[number]
  | 'UNITS'
  | 'UNITAMOUNT'
  | 'NOTES'
  | 'PROVIDERID'
  | 'PLACEOFSERVICE'
  | 'MODIFIER1'
  | 'MODIFIER2';

export type SyntheaRow = CsvRow<SyntheaColumn>;

/** A row that moves nothing, by why that is right. */
export type NothingToPost = 'transfer_in_came_first' | 'no_money' | 'transfer_to_same_party';

/** What becomes of a row. */
export type Converted =
  | { commands: AccountCommand[] }
  | { nothing: NothingToPost }
  /** A transfer out: it becomes a command with its transfer in. */
  | { waits: true }
  | { unusable: Fault };

/** A row that could not be used, by its line. */
export interface UnusableRow extends Fault {
  line: number;
}

interface WaitingTransfer {
  amount: Money;
  line: number;
}

interface OpenClaim {
  chargeId: string;
  shares: ChargeShares;
  /** Transfers out that wait for their transfer in, by the number that it names them with. */
  outs: Map<string, WaitingTransfer>;
  /** Numbers of transfers out whose transfer in came first. */
  ins: Set<string>;
  /** Line of a row that could not be used: what follows on the same charge builds on it, so it waits. */
  heldBy?: number;
}

/**
 * Turns the rows of `claims_transactions.csv` into commands. Ids come from the rows' own, and a command depends on
 * nothing but the rows of its charge up to it: the same file gives the same commands in every run.
 *
 * It keeps of each claim its last charge only, and of each row 64 bits of its id.
 */
export class SyntheaConversion {
  readonly rowIds = new RowIds();
  /** By patient: what the file transfers to whoever owed it already, as from "no insurance" to the patient. */
  readonly toSameParty = new Map<string, Money>();
  private readonly accounts = new Set<string>();
  private readonly claims = new Map<string, OpenClaim>();
  private readonly dateOf: ReturnType<typeof calendarDates>;

  constructor(
    private readonly coverage: Claims,
    timeZone: string,
    private readonly file: string,
  ) {
    this.dateOf = calendarDates(timeZone);
  }

  /** The accounts met so far, by the patient's id. */
  get patients(): ReadonlySet<string> {
    return this.accounts;
  }

  /**
   * Converts the next row.
   *
   * @throws BrokenCsvFile when the row does not say whose it is: what follows could belong to it
   */
  convert(row: SyntheaRow): Converted {
    for (const column of ['ID', 'CLAIMID', 'PATIENTID'] as const) {
      if (row.get(column) === '') throw new BrokenCsvFile(this.file, row.line, column, 'must not be empty');
    }
    if (!this.rowIds.add(rowKey(row.get('PATIENTID'), row.get('ID')))) {
      return { unusable: { column: 'ID', reason: `${row.get('ID')} is the id of an earlier row too` } };
    }
    const key = `${row.get('PATIENTID')}|${row.get('CLAIMID')}`;
    const converted = this.convertRow(row, key, this.claims.get(key));
    if ('unusable' in converted) this.hold(key, row.line);
    if (!('commands' in converted)) return converted;
    const opened = this.openOnce(row);
    return opened ? { commands: [opened, ...converted.commands] } : converted;
  }

  /** What follows on the same charge builds on this row: it must wait until the row is mended. */
  private hold(key: string, line: number): void {
    const claim = this.claims.get(key);
    if (claim) claim.heldBy ??= line;
    else this.claims.set(key, nothingCharged(line));
  }

  /** Transfers out whose transfer in never came: called at the end of the file. */
  *unmatched(): Generator<UnusableRow> {
    for (const { outs } of this.claims.values()) {
      for (const { line } of outs.values()) {
        yield {
          line,
          column: 'TYPE',
          reason: 'a TRANSFEROUT without its TRANSFERIN: nobody is named to take it over',
        };
      }
    }
  }

  private convertRow(row: SyntheaRow, key: string, claim: OpenClaim | undefined): Converted {
    const effectiveOn = this.dateOf('FROMDATE', row.get('FROMDATE'));
    if (typeof effectiveOn === 'object') return { unusable: effectiveOn };
    if (row.get('TYPE') === 'CHARGE') return this.charge(row, key, effectiveOn);
    if (!claim)
      return { unusable: { column: 'CLAIMID', reason: 'no CHARGE of this claim comes before this row' } };
    if (claim.heldBy !== undefined) {
      const reason = `waits for line ${claim.heldBy}, a row of the same charge that could not be used`;
      return { unusable: { column: 'CHARGEID', reason } };
    }
    switch (row.get('TYPE')) {
      case 'PAYMENT':
        return this.payment(row, claim, effectiveOn);
      case 'ADJUSTMENT':
        return this.adjustment(row, claim, effectiveOn);
      case 'TRANSFEROUT':
        return this.transferOut(row, claim);
      case 'TRANSFERIN':
        return this.transferIn(row, claim, effectiveOn);
    }
    return { unusable: { column: 'TYPE', reason: `"${row.get('TYPE')}" is not a type of row known here` } };
  }

  private charge(row: SyntheaRow, key: string, serviceDate: CalendarDate): Converted {
    const amount = amountOf(row, 'AMOUNT');
    if (isFault(amount)) return this.chargeFailed(row, key, amount);
    if (amount.lessThan(0))
      return this.chargeFailed(row, key, { column: 'AMOUNT', reason: 'a charge below zero' });
    if (row.get('AMOUNT') === '' && !/^[0.]*$/.test(row.get('UNITAMOUNT'))) {
      return this.chargeFailed(row, key, { column: 'AMOUNT', reason: 'empty, though UNITAMOUNT is not' });
    }
    const responsible = this.coverage.partyOf(row.get('CLAIMID'), row.get('TRANSFERTYPE'));
    if (!responsible) return this.chargeFailed(row, key, transferTypeFault(row));
    const code = codeOf(row.get('PROCEDURECODE'));
    if (!code)
      return this.chargeFailed(row, key, { column: 'PROCEDURECODE', reason: 'must be 1 to 64 characters' });
    const chargeId = ledgerId(row.get('ID'));
    const outs = this.claims.get(key)?.outs ?? new Map<string, WaitingTransfer>();
    this.claims.set(key, { chargeId, shares: new ChargeShares(responsible, amount), outs, ins: new Set() });
    const modifiers = [row.get('MODIFIER1'), row.get('MODIFIER2')].filter((m) => m !== '');
    const diagnoses = this.coverage.diagnosesOf(
      row.get('CLAIMID'),
      REFERENCES.map((column) => row.get(column)),
    );
    const units = unitsOf(row.get('UNITS'));
    return {
      commands: [
        {
          type: 'PostCharge',
          accountId: ledgerId(row.get('PATIENTID')),
          chargeId,
          serviceDate,
          effectiveOn: serviceDate,
          amount: text(amount),
          code: { ...code, ...(modifiers.length > 0 ? { modifiers } : {}) },
          responsible,
          claimId: ledgerId(row.get('CLAIMID')),
          ...(units === undefined ? {} : { units }),
          ...(row.get('PROVIDERID') ? { provider: ledgerId(row.get('PROVIDERID')) } : {}),
          ...(row.get('PLACEOFSERVICE') ? { placeOfService: ledgerId(row.get('PLACEOFSERVICE')) } : {}),
          ...(diagnoses.length > 0 ? { diagnoses } : {}),
          ...(row.get('NOTES') ? { description: row.get('NOTES').slice(0, 500) } : {}),
        },
      ],
    };
  }

  /** The rows after it must not be taken for the charge before it. */
  private chargeFailed(row: SyntheaRow, key: string, unusable: Fault): Converted {
    const outs = this.claims.get(key)?.outs ?? new Map<string, WaitingTransfer>();
    this.claims.set(key, { ...nothingCharged(row.line), outs });
    return { unusable };
  }

  private payment(row: SyntheaRow, claim: OpenClaim, effectiveOn: CalendarDate): Converted {
    const amount = amountOf(row, 'PAYMENTS');
    if (isFault(amount)) return { unusable: amount };
    if (amount.isZero()) {
      return /^[0.]*$/.test(row.get('AMOUNT'))
        ? { nothing: 'no_money' }
        : { unusable: { column: 'PAYMENTS', reason: 'nothing paid, though AMOUNT is not zero' } };
    }
    if (amount.lessThan(0)) return { unusable: { column: 'PAYMENTS', reason: 'a payment below zero' } };
    const { method, byPayer } = METHODS[row.get('METHOD').toUpperCase()] ?? OTHER_METHOD;
    const from =
      byPayer === undefined
        ? claim.shares.responsible
        : ((byPayer ? claim.shares.payer() : undefined) ?? { party: 'patient' as const });
    const allocations = allocationsOf(claim, claim.shares.pay(amount, from));
    return {
      commands: [
        {
          type: 'PostPayment',
          accountId: ledgerId(row.get('PATIENTID')),
          paymentId: ledgerId(row.get('ID')),
          amount: text(amount),
          from,
          method,
          effectiveOn,
          ...(allocations.length > 0 ? { allocations } : {}),
        },
      ],
    };
  }

  private adjustment(row: SyntheaRow, claim: OpenClaim, effectiveOn: CalendarDate): Converted {
    const amount = amountOf(row, 'ADJUSTMENTS');
    if (isFault(amount)) return { unusable: amount };
    if (amount.isZero()) {
      return /^[0.]*$/.test(row.get('AMOUNT'))
        ? { nothing: 'no_money' }
        : { unusable: { column: 'ADJUSTMENTS', reason: 'nothing adjusted, though AMOUNT is not zero' } };
    }
    const lowers = amount.greaterThan(0);
    const parts = lowers ? claim.shares.adjust(amount) : claim.shares.raise(amount.abs());
    return {
      commands: [
        {
          type: 'PostAdjustment',
          accountId: ledgerId(row.get('PATIENTID')),
          adjustmentId: ledgerId(row.get('ID')),
          amount: text(amount.abs()),
          category: 'contractual',
          direction: lowers ? 'credit' : 'debit',
          effectiveOn,
          allocations: allocationsOf(claim, parts),
        },
      ],
    };
  }

  private transferOut(row: SyntheaRow, claim: OpenClaim): Converted {
    const amount = amountOf(row, 'TRANSFERS');
    if (isFault(amount)) return { unusable: amount };
    if (amount.isZero()) return { nothing: 'no_money' };
    if (amount.lessThan(0)) return { unusable: { column: 'TRANSFERS', reason: 'a transfer below zero' } };
    const number = row.get('CHARGEID');
    if (claim.ins.delete(number)) return { nothing: 'transfer_in_came_first' };
    claim.outs.set(number, { amount, line: row.line });
    return { waits: true };
  }

  private transferIn(row: SyntheaRow, claim: OpenClaim, effectiveOn: CalendarDate): Converted {
    const column = row.get('TRANSFERS') === '' ? 'AMOUNT' : 'TRANSFERS';
    const amount = amountOf(row, column);
    if (isFault(amount)) return { unusable: amount };
    if (amount.isZero()) return { nothing: 'no_money' };
    if (amount.lessThan(0)) return { unusable: { column, reason: 'a transfer below zero' } };
    const to = this.coverage.partyOf(row.get('CLAIMID'), row.get('TRANSFERTYPE'));
    if (!to || row.get('TRANSFERTYPE') === '') return { unusable: transferTypeFault(row) };
    const number = row.get('TRANSFEROUTID') || ([...claim.outs.keys()].at(-1) ?? '');
    const out = claim.outs.get(number);
    if (out && !out.amount.equals(amount)) {
      const reason = `${text(amount)} is not what line ${out.line} transfers out, ${text(out.amount)}`;
      return { unusable: { column, reason } };
    }
    const from = claim.shares.transfer(amount, to);
    if (out) claim.outs.delete(number);
    else claim.ins.add(number);
    if (!from) {
      const patient = row.get('PATIENTID');
      this.toSameParty.set(patient, (this.toSameParty.get(patient) ?? ZERO).plus(amount));
      return { nothing: 'transfer_to_same_party' };
    }
    return {
      commands: [
        {
          type: 'TransferResponsibility',
          accountId: ledgerId(row.get('PATIENTID')),
          transferId: ledgerId(row.get('ID')),
          chargeId: claim.chargeId,
          amount: text(amount),
          from,
          to,
          effectiveOn,
        },
      ],
    };
  }

  private openOnce(row: SyntheaRow): AccountCommand | undefined {
    const patient = row.get('PATIENTID');
    if (this.accounts.has(patient)) return undefined;
    this.accounts.add(patient);
    const openedOn = this.dateOf('FROMDATE', row.get('FROMDATE'));
    if (typeof openedOn === 'object') return undefined;
    return { type: 'OpenAccount', accountId: ledgerId(patient), openedOn, currency: SYNTHEA_CURRENCY };
  }
}

/** What {@link RowIds} keeps of a row: ids need to be unique within an account only. */
function rowKey(patientId: string, rowId: string): string {
  return `${ledgerId(patientId)}|${ledgerId(rowId)}`;
}

interface Method {
  method: PostPayment['method'];
  /** Whether a payer pays this way; undefined where whoever is responsible does. */
  byPayer?: boolean;
}

/** ECHECK is how Synthea's payers pay; the others are the patient's ways. */
const METHODS: Readonly<Partial<Record<string, Method>>> = {
  ECHECK: { method: 'eft', byPayer: true },
  COPAY: { method: 'other', byPayer: false },
  CASH: { method: 'cash', byPayer: false },
  CC: { method: 'card', byPayer: false },
  CHECK: { method: 'check', byPayer: false },
};
const OTHER_METHOD: Method = { method: 'other' };

function nothingCharged(heldBy: number): OpenClaim {
  const shares = new ChargeShares({ party: 'patient' }, ZERO);
  return { chargeId: '', shares, outs: new Map(), ins: new Set(), heldBy };
}

function amountOf(row: SyntheaRow, column: SyntheaColumn): Money | Fault {
  return amountIn(column, row.get(column));
}

function transferTypeFault(row: SyntheaRow): Fault {
  return { column: 'TRANSFERTYPE', reason: `"${row.get('TRANSFERTYPE')}" is none of 1, 2, p` };
}

function text(amount: Money): string {
  return formatMoney(amount, SYNTHEA_CURRENCY);
}

function allocationsOf(claim: OpenClaim, parts: SharePart[]) {
  return parts.map(({ responsible, amount }) => ({
    chargeId: claim.chargeId,
    amount: text(amount),
    responsible,
  }));
}

/** Synthea codes procedures in SNOMED CT (6 digits and more) and vaccines in CVX (up to 3). */
function codeOf(value: string): PostCharge['code'] | undefined {
  if (value === '' || value.length > 64) return undefined;
  if (/^\d{1,3}$/.test(value)) return { system: 'CVX', value };
  if (/^\d{6,18}$/.test(value)) return { system: 'SNOMED', value };
  if (/^D\d{4}$/.test(value)) return { system: 'CDT', value };
  return { system: 'LOCAL', value };
}

function unitsOf(units: string): PostCharge['units'] {
  if (/^[1-9]\d{0,8}(\.0+)?$/.test(units)) return Number.parseInt(units, 10);
  return /^\d{1,9}\.\d{1,4}$/.test(units) && /[1-9]/.test(units) ? units : undefined;
}
