import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { balanceOf, sharesOf, unappliedOf } from '../../src/ledger/account.js';
import { type UnusableRow } from '../../src/synthea/conversion.js';
import { SyntheaImport } from '../../src/synthea/import-rows.js';
import { NO_SUMS, plus } from '../../src/synthea/sums.js';
import { RuleBook } from '../generator/rule-book.js';

const FOLDER = fileURLToPath(new URL('../../../shared/data/synthea', import.meta.url));
const isThere = existsSync(FOLDER);

(isThere ? describe : describe.skip)('the Synthea set in ../shared/data (skipped where it is absent)', () => {
  it('is taken to the last row, and every account comes to what the file says', async () => {
    const unusable: UnusableRow[] = [];
    const pass = await SyntheaImport.open({
      folder: FOLDER,
      timeZone: 'UTC',
      onUnusable: (row) => unusable.push(row),
    });
    const rules = new RuleBook();
    for await (const { command } of pass.commands()) rules.accepted(command);

    expect(unusable).toEqual([]);
    expect(pass.rows).toBe(5567);
    expect(rules.accounts.size).toBe(11);
    const total = [...pass.fileSums.byPatient.values()].reduce(plus, NO_SUMS);
    expect(total.charges.toFixed(2)).toBe('1219867.22');
    expect(total.payments.toFixed(2)).toBe('1219867.22');
    for (const [patient, sums] of pass.fileSums.byPatient) {
      const { account } = rules.accounts.get(patient)!;
      expect(balanceOf(account).toFixed(2)).toBe(sums.balance.toFixed(2));
      expect(unappliedOf(account).toFixed(2)).toBe('0.00');
      expect([...sharesOf(account)].filter((share) => !share.balance.isZero())).toEqual([]);
    }
  });
});
