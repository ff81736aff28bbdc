import type { RemittanceRef } from '../../ledger/claim-statement.js';
import { laterOf } from '../../ledger/calendar.js';
import type { AccountCommand } from '../../ledger/commands.js';
import type { Money } from '../../ledger/money.js';
import type { Party } from '../../ledger/party.js';
import { sumOf } from '../../ledger/money.js';
import type { ChargeFigures, WriteOff } from './charge-figures.js';
import { entryIdIn } from '../../ledger/adjudication-id.js';
import { type Decision, type Settlement, refOfLine } from './settle.js';
import type { Reinstated } from './share-book.js';

/** What the entries of one adjudication have in common. */
export interface EntryContext {
  accountId: string;
  adjudicationId: string;
  /** How many entries it has led to before. */
  entriesBefore: number;
  effectiveOn: string;
  remittance: RemittanceRef;
  write: (amount: Money) => string;
}

type Coded = Partial<Pick<WriteOff, 'groupCode' | 'reasonCode' | 'line'>>;

/**
 * Writes the commands of one adjudication, numbering their entries from where it left off. Ids follow from the
 * adjudication and the number alone.
 */
export class EntryWriter {
  readonly commands: AccountCommand[] = [];
  readonly ids: string[] = [];

  constructor(private readonly context: EntryContext) {}

  /** Everything that a settlement posts but the payment, which `pay` writes in its place. */
  settlement({ party }: Decision, settlement: Settlement, pay: () => void, remarks: Remarks): void {
    for (const { chargeId, moves } of settlement) {
      for (const { from, amount, toWriteOff } of moves.transfersIn) {
        this.#transfer(chargeId, from, party, amount, toWriteOff);
      }
    }
    this.#writeOffs(party, settlement, 'debit', remarks);
    pay();
    for (const { chargeId, moves } of settlement) {
      for (const transfer of moves.transfersOut) {
        this.#transfer(chargeId, party, moves.next, transfer.amount, transfer);
      }
    }
    this.#writeOffs(party, settlement, 'credit', remarks);
    for (const { chargeId, moves } of settlement) this.reinstatements(chargeId, moves.reinstated);
  }

  /** What comes back on a charge of what people gave up, or is given up again. */
  reinstatements(chargeId: string, reinstated: readonly Reinstated[]): void {
    for (const each of reinstated) this.#reinstatement(chargeId, each);
  }

  /** The payment of a claim; what is not for a charge is unapplied. */
  payment(decision: Decision, settlement: Settlement, amount: Money, of: PaymentTerms): void {
    const { accountId, effectiveOn, remittance, write } = this.context;
    const { payerId, position } = decision.party;
    this.commands.push({
      type: 'PostPayment',
      accountId,
      paymentId: this.#next(),
      effectiveOn,
      amount: write(amount),
      from: { party: 'payer', payerId, position },
      method: of.method,
      ...(of.reference !== '' && { reference: of.reference }),
      allocations: this.#allocations(decision.party, settlement),
      remittance: { id: remittance.id, claim: remittance.claim, segment: remittance.segment },
    });
  }

  /** What a payment left unapplied, for the charges that have room now. */
  credit(decision: Decision, settlement: Settlement, paymentId: string): void {
    const allocations = this.#allocations(decision.party, settlement);
    if (allocations.length === 0) return;
    const { accountId, effectiveOn, remittance } = this.context;
    this.commands.push({
      type: 'ApplyCredit',
      accountId,
      allocationId: this.#next(),
      effectiveOn,
      source: { paymentId },
      allocations,
      remittance,
    });
  }

  /** What the payer refuses. */
  denial(figures: Iterable<ChargeFigures>, payerId: string, claimId: string, remarks: Remarks): void {
    const { accountId, effectiveOn, remittance, write } = this.context;
    const lines = [...figures].flatMap(({ chargeId, denials }) =>
      denials.map(({ amount, groupCode, reasonCode, line }) => ({
        chargeId,
        amount: write(sumOf([]).plus(amount)),
        groupCode,
        reasonCode,
        ...remarks(line),
      })),
    );
    if (lines.length === 0) return;
    this.commands.push({
      type: 'RecordDenial',
      accountId,
      denialId: this.#next(),
      effectiveOn,
      payerId,
      lines,
      ...(claimId !== '' && { claimId }),
      remittance,
    });
  }

  /** Takes an entry back: what is left of it, or a part. */
  reversal(reverses: string, effectiveOn: string, part?: PartOfEntry): void {
    const { accountId, remittance, write } = this.context;
    const unapplied = part?.unapplied;
    this.commands.push({
      type: 'ReverseEntry',
      accountId,
      reversalId: this.#next(),
      reverses,
      reason: 'takeback',
      effectiveOn,
      ...(part &&
        part.shares.length > 0 && {
          allocations: part.shares.map(({ chargeId, party, amount }) => ({
            chargeId,
            amount: write(amount),
            responsible: party,
          })),
        }),
      ...(unapplied?.greaterThan(0) && { unapplied: write(unapplied) }),
      remittance,
    });
  }

  #next(): string {
    const id = entryIdIn(this.context.adjudicationId, this.context.entriesBefore + this.ids.length + 1);
    this.ids.push(id);
    return id;
  }

  #transfer(
    chargeId: string,
    from: Party,
    to: Party,
    amount: Money,
    { groupCode, reasonCode, line }: Coded = {},
  ): void {
    const { accountId, effectiveOn, remittance, write } = this.context;
    this.commands.push({
      type: 'TransferResponsibility',
      accountId,
      transferId: this.#next(),
      effectiveOn,
      chargeId,
      amount: write(amount),
      from,
      to,
      ...(groupCode !== undefined && { groupCode }),
      ...(reasonCode !== undefined && { reasonCode }),
      remittance: line ? refOfLine(remittance, line) : remittance,
    });
  }

  /** One adjustment for each group and reason, over all charges. */
  #writeOffs(party: Party, settlement: Settlement, direction: 'credit' | 'debit', remarks: Remarks): void {
    const byCodes = new Map<string, { chargeId: string; writeOff: WriteOff }[]>();
    for (const { chargeId, moves } of settlement) {
      for (const writeOff of direction === 'credit' ? moves.credits : moves.debits) {
        const key = `${writeOff.groupCode} ${writeOff.reasonCode}`;
        const same = byCodes.get(key);
        if (same) same.push({ chargeId, writeOff });
        else byCodes.set(key, [{ chargeId, writeOff }]);
      }
    }
    const { accountId, effectiveOn, remittance, write } = this.context;
    for (const parts of byCodes.values()) {
      const { category, groupCode, reasonCode, line } = parts[0]!.writeOff;
      this.commands.push({
        type: 'PostAdjustment',
        accountId,
        adjustmentId: this.#next(),
        effectiveOn,
        amount: write(sumOf(parts.map(({ writeOff }) => writeOff.amount.abs()))),
        category,
        direction,
        allocations: parts.map(({ chargeId, writeOff }) => ({
          chargeId,
          amount: write(writeOff.amount.abs()),
          responsible: party,
        })),
        groupCode,
        reasonCode,
        ...remarks(...new Set(parts.map(({ writeOff }) => writeOff.line))),
        remittance: parts.length === 1 ? refOfLine(remittance, line) : remittance,
      });
    }
  }

  #reinstatement(chargeId: string, { party, category, amount, from }: Reinstated): void {
    const { accountId, effectiveOn, remittance, write } = this.context;
    this.commands.push({
      type: 'PostAdjustment',
      accountId,
      adjustmentId: this.#next(),
      effectiveOn: laterOf(effectiveOn, from),
      amount: write(amount.abs()),
      category,
      direction: amount.isNegative() ? 'credit' : 'debit',
      allocations: [{ chargeId, amount: write(amount.abs()), responsible: party }],
      remittance,
    });
  }

  #allocations(responsible: Party, settlement: Settlement) {
    return settlement.flatMap(({ chargeId, moves }) =>
      moves.payment.greaterThan(0)
        ? [{ chargeId, amount: this.context.write(moves.payment), responsible }]
        : [],
    );
  }
}

/** A part of an entry, by the shares that it pays or raises; of a payment also of what it left unapplied. */
export interface PartOfEntry {
  shares: readonly { chargeId: string; party: Party; amount: Money }[];
  unapplied?: Money;
}

export interface PaymentTerms {
  method: 'ach' | 'check' | 'eft' | 'other';
  /** TRN02; empty where there is none. */
  reference: string;
}

/** The remark codes that go with lines. */
export type Remarks = (...lines: { remarkCodes: readonly string[] }[]) => { remarkCodes?: string[] };

/** The remark codes of lines, with those of their claim; none is no field. */
export function remarksWith(ofClaim: readonly string[]): Remarks {
  return (...lines) => {
    const codes = [...new Set([...lines.flatMap(({ remarkCodes }) => remarkCodes), ...ofClaim])];
    return codes.length === 0 ? {} : { remarkCodes: codes };
  };
}
