import { type Account, isOpened } from '../../ledger/account.js';
import type { ClaimStatement, StatedLine } from '../../ledger/claim-statement.js';
import type { AccountCommand } from '../../ledger/commands.js';
import { minorDigitsOf } from '../../ledger/currency.js';
import type { Party } from '../../ledger/party.js';
import { ledgerId } from '../../ledger-id.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import { chargeCodesOf } from './charge-code.js';
import { positionOf } from './position-of.js';
import { isZero } from '../../ledger/add-amounts.js';
import { signOf } from './sign-of.js';

/** Who owes what earlier payers have dealt with, where the remittance does not name them. */
const PRIOR_PAYER = 'prior-payer';

/** Units as the contract lets a charge have them. */
const UNITS = /^\d{1,9}(\.\d{1,4})?$/;

/**
 * The account that a claim is opened on where no account has it: `ledgerId(CLP01)`; without CLP01, by the payer and
 * CLP07; without either, an account of its own, called as the adjudication is.
 */
export function accountIdForClaim(statement: ClaimStatement): string {
  const { claimId, payerId, payerClaimNumber, remittanceId, claim } = statement;
  if (claimId !== '') return ledgerId(claimId);
  if (payerClaimNumber !== '') return ledgerId(`payer claim ${payerId} ${payerClaimNumber}`);
  return adjudicationIdOf(remittanceId, claim);
}

/** Id of the charge that is opened for a line which has no control number, or one that is taken. */
export function chargeIdOfLine(statement: ClaimStatement, line: number): string {
  return `${adjudicationIdOf(statement.remittanceId, statement.claim)}.l${line}`;
}

/** What charges of a claim have as their claim: CLP01; over 64 characters, its `ledgerId`. Empty without CLP01. */
export function claimIdOfCharges(statement: ClaimStatement): string {
  return statement.claimId.length > 64 ? ledgerId(statement.claimId) : statement.claimId;
}

/** Whether a line says nothing of money: charge, payment and all adjustments are zero. */
export function saysNothing(line: StatedLine): boolean {
  return [line.charge, line.paid, ...line.adjustments.map(({ amount }) => amount)].every(isZero);
}

/**
 * The commands that bring into the ledger what a remittance states and nobody posted before: the account where it is not
 * opened yet, and a charge for each line, as it was billed. Who owes the charge:
 *
 * | the remittance | who owes the whole charge | what becomes of it then |
 * |---|---|---|
 * | of the primary payer (CLP02 1, 19), and of statuses that do not say | that payer, as primary | settled as stated |
 * | of a secondary payer alone (2, 20) | the payer before it, as primary: NM1*PR, else `prior-payer` | what CARC 23 does not cover moves to the secondary payer; the rest stays with the prior payer until its remittance comes |
 * | of a tertiary payer alone (3, 21) | the same | what CARC 23 does not cover moves to the tertiary payer |
 *
 * A charge is called as its line is (REF*6R), if no other line and nothing in the account is called so; else after the
 * adjudication ({@link chargeIdOfLine}). Lines that say nothing get no charge; nor do lines that go against their claim (a negative one in a claim that
 * charges): they correct another line and belong to its charge.
 *
 * @param account as it is now; ids that it has are not given again
 * @param lines numbers of the lines to open charges for; all, when left out
 */
export function commandsToOpen(
  statement: ClaimStatement,
  accountId: string,
  account: Account,
  lines?: ReadonlySet<number>,
): AccountCommand[] {
  const commands: AccountCommand[] = [];
  if (!isOpened(account)) {
    const { currency, effectiveOn } = statement;
    const dates = statement.lines.map(({ serviceDate }) => serviceDate ?? effectiveOn);
    const openedOn = dates.reduce((a, b) => (a < b ? a : b), effectiveOn);
    commands.push({ type: 'OpenAccount', accountId, openedOn, currency });
  }
  const isFree = (id: string) => !account.entries.has(id) && !account.charges.has(id);
  const numbers = Map.groupBy(statement.lines, ({ controlNumber }) => controlNumber);
  for (const line of statement.lines) {
    const wanted = lines === undefined || lines.has(line.line);
    if (!wanted || saysNothing(line) || goesAgainst(statement, line)) continue;
    const { controlNumber } = line;
    const named = controlNumber && numbers.get(controlNumber)!.length === 1 ? ledgerId(controlNumber) : '';
    const own = chargeIdOfLine(statement, line.line);
    const chargeId = named !== '' && isFree(named) ? named : own;
    if (isFree(chargeId)) commands.push(chargeOf(statement, line, accountId, chargeId));
  }
  return commands;
}

function goesAgainst(statement: ClaimStatement, line: StatedLine): boolean {
  return !isZero(line.charge) && signOf(line) !== signOf(statement);
}

function chargeOf(
  statement: ClaimStatement,
  line: StatedLine,
  accountId: string,
  chargeId: string,
): AccountCommand {
  const { remittanceId, claim, effectiveOn, currency } = statement;
  const serviceDate = line.serviceDate ?? effectiveOn;
  const [code] = chargeCodesOf(line);
  const claimId = claimIdOfCharges(statement);
  const units = line.units?.replace(/^-/, '');
  return {
    type: 'PostCharge',
    accountId,
    chargeId,
    // Dates of service after the payment are wrong, or of a stay that goes on: the charge counts when it was paid.
    effectiveOn: serviceDate < effectiveOn ? serviceDate : effectiveOn,
    serviceDate,
    amount: inDigitsOf(currency, line.charge.replace('-', '')),
    code,
    responsible: whoOwes(statement),
    ...(units !== undefined && UNITS.test(units) && { units }),
    ...(claimId !== '' && { claimId }),
    remittance: {
      id: remittanceId,
      claim,
      ...(line.line > 0 && { line: line.line }),
      segment: line.segment,
    },
  };
}

function whoOwes({ status, payerId, priorityPayerId }: ClaimStatement): Party {
  switch (positionOf(status)) {
    case 'secondary':
    case 'tertiary':
      return { party: 'payer', payerId: priorityPayerId ?? PRIOR_PAYER, position: 'primary' };
    case 'primary':
    case undefined:
      return { party: 'payer', payerId, position: 'primary' };
  }
}

/**
 * An amount, which has two digits after the point, with as many as the currency has. Cents of a currency that has none
 * stay, so that the ledger refuses them instead of posting another amount.
 */
function inDigitsOf(currency: string, amount: string): string {
  const digits = minorDigitsOf(currency);
  if (digits === 0) return amount.replace(/\.00$/, '');
  return amount.padEnd(amount.indexOf('.') + 1 + digits, '0');
}

/** The account alone, where it is not there yet. */
export function openingOf(account: Account, accountId: string, statement: ClaimStatement): AccountCommand[] {
  return isOpened(account) ? [] : commandsToOpen(statement, accountId, account, new Set());
}
