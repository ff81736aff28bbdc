import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Account, unopenedAccount } from '../../../src/ledger/account.js';
import { type ClaimStatement, claimStatement } from '../../../src/ledger/claim-statement.js';
import { dollars } from '../../../src/remittances/remittance-advice/cents.js';
import { isPredetermination } from '../../../src/ledger/claim-status.js';
import { accountIdForClaim, commandsToOpen } from '../../../src/remittances/settlement/charges-to-open.js';
import { matchLines } from '../../../src/remittances/settlement/match-lines.js';
import { payerIdOf } from '../../../src/remittances/settlement/payer-id.js';
import { methodOf, statementOf } from '../../../src/remittances/settlement/statement-of.js';
import { read } from '../advice-text.js';
import { accountAfter, total, unexplained } from './stated-claims.js';

/*
 * The claims of remittances that nobody here wrote, each opened in a ledger of its own and all of them in one.
 */
const FOLDER = join(import.meta.dirname, '../../../../shared/data/835');
const there = existsSync(FOLDER);
if (!there) console.log(`skipped: the sample remittances are not in ${FOLDER}`);
// A table must have a row, even one that is skipped.
const files = there ? readdirSync(FOLDER).sort() : ['none'];

/** What the claims of a file say, and whether each could be read and balances. */
function statementsIn(file: string, remittance: number): { statement: ClaimStatement; sound: boolean }[] {
  const { headers, claims } = read(readFileSync(join(FOLDER, file)));
  const [header] = headers;
  return claims.map((claim) => ({
    sound: claim.findings.length === 0 && !isPredetermination(claim),
    statement: statementOf(claim, {
      remittanceId: remittance.toString(16).padStart(32, '0'),
      payerId: payerIdOf(header!),
      effectiveOn: header!.payment?.date ?? '2026-01-15',
      currency: 'USD',
      method: methodOf(header!.payment),
      ...(header!.trace && { trace: header!.trace }),
    }),
  }));
}

/** Opens what is missing for a claim, as --create-accounts does, and says which charges its lines go to. */
function open(account: Account, statement: ClaimStatement): string[] {
  const before = matchLines(account, statement);
  const missing = before.kind === 'suspended' ? before.missing : [];
  accountAfter(commandsToOpen(statement, accountIdForClaim(statement), account, new Set(missing)), account);
  const after = matchLines(account, statement);
  expect({ file: statement.claimId, after }).toMatchObject({ after: { kind: 'matched' } });
  return after.kind === 'matched' ? after.lines.map(({ chargeId }) => chargeId) : [];
}

(there ? describe : describe.skip)('the claims of the sample remittances', () => {
  it.each(files)('are stated so that they can be kept, and balance where they do in the file: %s', (file) => {
    for (const { statement, sound } of statementsIn(file, 1)) {
      expect(claimStatement.parse(statement)).toEqual(statement);
      if (!sound) continue;
      expect(statement.lines.map(unexplained)).toEqual(statement.lines.map(() => 0));
      expect(dollars(total(statement.lines, 'paid'))).toBe(statement.paid);
      expect(dollars(total(statement.lines, 'charge'))).toBe(statement.charge);
    }
  });

  it.each(files)('find the charges that they opened, and do again in another remittance: %s', (file) => {
    const statements = statementsIn(file, 1);
    expect(statements.length).toBeGreaterThan(0);
    for (const { statement } of statements) {
      const account = unopenedAccount();
      const charges = open(account, statement);
      expect(account.charges.size).toBe(new Set(charges).size);
      expect(open(account, { ...statement, remittanceId: 'f'.repeat(32) })).toEqual(charges);
      expect(open(account, statement)).toEqual(charges);
    }
  });

  it('find charges in one ledger, all of them twice, and open none the second time', () => {
    const accounts = new Map<string, Account>();
    const accountOf = (statement: ClaimStatement) => {
      const id = accountIdForClaim(statement);
      if (!accounts.has(id)) accounts.set(id, unopenedAccount());
      return accounts.get(id)!;
    };
    const statements = files.flatMap((file, i) =>
      statementsIn(file, i + 1).map(({ statement }) => statement),
    );
    const opened = statements.map((statement) => open(accountOf(statement), statement));
    const charges = () => [...accounts.values()].reduce((sum, { charges: { size } }) => sum + size, 0);
    const count = charges();
    expect(count).toBeGreaterThan(60);
    expect(statements.map((statement) => open(accountOf(statement), statement))).toEqual(opened);
    expect(charges()).toBe(count);
  });
});
