import type {
  ClaimStatement,
  StatedAdjustment,
  StatedLine,
  StatedProcedure,
} from '../../ledger/claim-statement.js';
import { dollars } from '../remittance-advice/cents.js';
import {
  type Adjustment,
  type Claim,
  type Payment,
  type Procedure,
  type ServiceLine,
  serviceDates,
} from '../remittance-advice/model.js';
import { layClaimAdjustments } from './lay-claim-adjustments.js';
import { namedPayerIdOf } from './payer-id.js';

/** What a claim takes over from the remittance that it is in. */
export type StatementSource = Pick<
  ClaimStatement,
  'remittanceId' | 'payerId' | 'trace' | 'effectiveOn' | 'currency' | 'method'
>;

/** The list of remark codes (RARC) in an LQ; the others are not explanations of money. */
const REMARK_LIST = 'HE';

const METHODS: ReadonlyMap<string, ClaimStatement['method']> = new Map([
  ['ACH', 'ach'],
  ['CHK', 'check'],
  // A wire, and whatever way the bank takes.
  ['FWT', 'eft'],
  ['BOP', 'eft'],
]);

/** BPR04 in the ledger's words; NON (no money), what is unknown and no BPR at all are `other`. */
export function methodOf(payment: Payment | undefined): ClaimStatement['method'] {
  return METHODS.get(payment?.method ?? '') ?? 'other';
}

/**
 * What a claim of an 835 says of money, in the form that it is posted from: without names, member ids and references of
 * people. Adjustments of the claim as a whole are laid on its lines ({@link layClaimAdjustments}); a claim that has no
 * lines is one line with the number 0. Of a claim that balances, every line balances, and they come to CLP03 and CLP04;
 * of another, the lines are as stated, and whoever posts it must not post more than CLP04.
 *
 * @param of the remittance: ids as `payerIdOf` and `remittanceIdOf` give them, `effectiveOn` the day from which it counts
 * @returns amounts as decimal strings with two digits, negative for a reversal
 */
export function statementOf(claim: Claim, of: StatementSource): ClaimStatement {
  const crossoverPayerId = namedPayerIdOf(claim.crossoverPayer);
  const priorityPayerId = namedPayerIdOf(claim.priorityPayer);
  return {
    remittanceId: of.remittanceId,
    claim: claim.number,
    segment: claim.segment,
    payerId: of.payerId,
    ...(of.trace && { trace: { number: of.trace.number, payerId: of.trace.payerId } }),
    effectiveOn: of.effectiveOn,
    currency: of.currency,
    claimId: claim.patientControlNumber,
    payerClaimNumber: claim.payerClaimNumber,
    ...(claim.originalClaimNumber && { originalClaimNumber: claim.originalClaimNumber }),
    status: claim.status,
    ...(claim.filingIndicator !== '' && { filingIndicator: claim.filingIndicator }),
    charge: dollars(claim.charge),
    paid: dollars(claim.paid),
    method: of.method,
    ...(crossoverPayerId !== undefined && { crossoverPayerId }),
    ...(priorityPayerId !== undefined && { priorityPayerId }),
    remarkCodes: codes(claim.adjudications.flatMap(({ remarks }) => remarks)),
    lines: (claim.lines.length === 0 ? [wholeOf(claim)] : linesOf(claim)).map(withCodesOnly),
  };
}

/** The claim as one line. */
function wholeOf(claim: Claim): StatedLine {
  const serviceDate = serviceDates({ dates: [] }, claim)?.from;
  return {
    line: 0,
    segment: claim.segment,
    procedure: { qualifier: '', code: '', modifiers: [] },
    ...(serviceDate !== undefined && { serviceDate }),
    charge: dollars(claim.charge),
    paid: dollars(claim.paid),
    adjustments: claim.adjustments.map((adjustment) => ({ ...stated(adjustment), ofClaim: true as const })),
    remarkCodes: [],
  };
}

function linesOf(claim: Claim): StatedLine[] {
  const takesBack = claim.charge < 0 || (claim.charge === 0 && claim.paid < 0);
  const laid = layClaimAdjustments(claim, takesBack ? -1 : 1);
  return claim.lines.map((line, i): StatedLine => {
    const { paid, ofClaim } = laid[i]!;
    return {
      ...aboutLine(line, claim),
      charge: dollars(line.charge),
      paid: dollars(paid),
      adjustments: [...line.adjustments.map(stated), ...ofClaim],
      remarkCodes: codes(line.remarks.filter(({ list }) => list === REMARK_LIST).map(({ code }) => code)),
    };
  });
}

function aboutLine(line: ServiceLine, claim: Claim) {
  const serviceDate = serviceDates(line, claim)?.from;
  const units = line.unitsBilled ?? line.unitsPaid;
  return {
    line: line.number,
    segment: line.segment,
    procedure: procedureOf(line.procedure),
    ...(line.originalProcedure && { billedProcedure: procedureOf(line.originalProcedure) }),
    ...(line.revenueCode !== undefined && { revenueCode: line.revenueCode }),
    ...(line.controlNumber && { controlNumber: line.controlNumber }),
    ...(serviceDate !== undefined && { serviceDate }),
    ...(units !== undefined && { units }),
  };
}

function procedureOf({ qualifier, code, modifiers }: Procedure): StatedProcedure {
  return { qualifier, code, modifiers: [...modifiers] };
}

function stated({ group, reason, amount }: Adjustment): StatedAdjustment {
  return { group, reason, amount: dollars(amount) };
}

/** What stands in the place of a code and can be none: in a damaged file it may be a name, which no event may hold. */
const NO_CODE = '?';

/** All that were ever assigned are a number, with one letter before it or none. */
const REASON = /^[A-Za-z]{0,2}\d{1,4}$/;
const GROUP = /^[A-Za-z]{2}$/;

function withCodesOnly(line: StatedLine): StatedLine {
  if (line.adjustments.every(({ group, reason }) => GROUP.test(group) && REASON.test(reason))) return line;
  const adjustments = line.adjustments.map((adjustment): StatedAdjustment => {
    const { group, reason } = adjustment;
    return {
      ...adjustment,
      group: GROUP.test(group) ? group : NO_CODE,
      reason: REASON.test(reason) ? reason : NO_CODE,
    };
  });
  return { ...line, adjustments };
}

/** Each once, and only what can be a code. */
function codes(texts: string[]): string[] {
  return [...new Set(texts)].filter((text) => REMARK.test(text));
}

const REMARK = /^[A-Za-z0-9]{1,6}$/;
