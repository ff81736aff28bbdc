import { type Account, unopenedAccount } from '../../../src/ledger/account.js';
import type { ClaimStatement, StatedLine } from '../../../src/ledger/claim-statement.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { Draft } from '../../../src/ledger/draft.js';
import { centsOf } from '../../../src/remittances/remittance-advice/cents.js';
import type { Claim } from '../../../src/remittances/remittance-advice/model.js';
import { type StatementSource, statementOf } from '../../../src/remittances/settlement/statement-of.js';
import { interchange, x12 } from '../../x12/x12-text.js';
import { ACCOUNT, openAccount, postCharge } from '../../support/ledger.js';
import { HEADER, read } from '../advice-text.js';

/*
 * What the specs of settlement are written in: claims as segments, read by the reader, and accounts with charges.
 */

export const SOURCE: StatementSource = {
  remittanceId: '0123456789abcdef0123456789abcdef',
  payerId: 'ACME',
  trace: { number: 'TRACE7', payerId: 'ACME' },
  effectiveOn: '2026-01-15',
  currency: 'USD',
  method: 'ach',
};

/** The claims that segments say. */
export function claimsOf(...segments: string[]): Claim[] {
  return read(x12(interchange([...HEADER, ...segments]))).claims;
}

/** The statement of the one claim that segments say. */
export function stated(...segments: string[]): ClaimStatement {
  const [claim] = claimsOf(...segments);
  return statementOf(claim!, SOURCE);
}

/** An account after commands, none of which the ledger refuses. */
export function accountAfter(commands: readonly AccountCommand[], account = unopenedAccount()): Account {
  const draft = new Draft(account, { today: '2026-03-01', recorded: () => undefined });
  for (const command of commands) {
    const rejection = draft.carryOut(command);
    if (rejection) throw new Error(JSON.stringify({ rejection, command }));
  }
  return draft.account;
}

/** A charge of the claim CLM1, 99213 on 5 January 2026, 100.00. */
export function charge(
  chargeId: string,
  given: Partial<Parameters<typeof postCharge>[0]> = {},
): AccountCommand {
  return postCharge({ chargeId, claimId: 'CLM1', ...given });
}

export function code(
  value: string,
  ...modifiers: string[]
): { system: 'CPT'; value: string; modifiers: string[] } {
  return { system: 'CPT', value, modifiers };
}

export function accountWith(...charges: AccountCommand[]): Account {
  return accountAfter([openAccount({ accountId: ACCOUNT }), ...charges]);
}

/** Charge less adjustments less payment: zero of a line that balances. */
export function unexplained({ charge: charged, paid, adjustments }: StatedLine): number {
  return adjustments.reduce(
    (left, { amount }) => left - centsOf(amount)!,
    centsOf(charged)! - centsOf(paid)!,
  );
}

export function total(lines: readonly StatedLine[], of: 'charge' | 'paid'): number {
  return lines.reduce((sum, line) => sum + centsOf(line[of])!, 0);
}

/** `CO-45 50.00` */
export function adjustmentsOf(line: StatedLine): string[] {
  return line.adjustments.map(({ group, reason, amount }) => `${group}-${reason} ${amount}`);
}
