import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/synthea/${name}`, import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/data/synthea', import.meta.url));

const imported = async (csv: string, data: string) => {
  const { code, stdout, stderr } = await arledger([
    'import',
    'synthea',
    csv,
    '--json',
    '--data',
    join(folder, data),
  ]);
  return { code, stderr, summary: stdout === '' ? undefined : JSON.parse(stdout) };
};

describe('import synthea', () => {
  (existsSync(SHARED) ? it : it.skip)(
    'takes the set in ../shared/data with the balances of the file, and nothing the second time (skipped where it is absent)',
    async () => {
      const first = await imported(SHARED, 'shared');
      expect(first.code).toBe(0);
      expect(first.summary).toMatchObject({
        rows: 5567,
        posted: 4627,
        refused: 0,
        rowsNotUsed: 0,
        agrees: true,
        total: {
          ledger: { charges: '1219867.22', payments: '1219867.22', transfers: '280366.89', balance: '0.00' },
        },
      });
      expect(first.summary.accounts).toHaveLength(11);
      const second = await imported(SHARED, 'shared');
      expect(second.summary).toMatchObject({ posted: 0, alreadyThere: 4627, agrees: true });
      expect(second.code).toBe(0);
    },
  );

  it('counts and names rows that it cannot use, says that the sums differ, and ends with 1', async () => {
    const { code, stderr, summary } = await imported(fixture('unusable-rows'), 'unusable');
    expect(code).toBe(1);
    expect(stderr).toContain('claims_transactions.csv, line 3, column PAYMENTS: "ten" is not an amount\n');
    expect(stderr.trimEnd().split('\n')).toHaveLength(13);
    expect(summary).toMatchObject({ rowsNotUsed: 13, refused: 0, agrees: false });
  });

  it('stops at a broken row, and completes when it is mended', async () => {
    const csv = join(folder, 'csv');
    cpSync(fixture('broken-row'), csv, { recursive: true });
    const broken = await imported(csv, 'mended');
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(
      'arledger: broken_csv_file: claims_transactions.csv, line 4, column PROCEDURECODE:',
    );
    cpSync(fixture('broken-row-mended'), csv, { recursive: true });
    const mended = await imported(csv, 'mended');
    expect(mended).toMatchObject({ code: 0, stderr: '' });
    expect(mended.summary).toMatchObject({ posted: 2, alreadyThere: 3, agrees: true });
  });

  it('stops where the text is not UTF-8, and completes when it is mended', async () => {
    const csv = join(folder, 'latin');
    cpSync(fixture('broken-row-mended'), csv, { recursive: true });
    const file = join(csv, 'claims_transactions.csv');
    const whole = readFileSync(file, 'utf8').replace(/^(r3,.*,)\w*$/m, '$1Café');
    writeFileSync(file, whole, 'latin1');
    const broken = await imported(csv, 'latin');
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(
      /^arledger: broken_csv_file: claims_transactions.csv, line 4, column NOTES: the text is not UTF-8.*\n$/m,
    );
    writeFileSync(file, whole);
    const mended = await imported(csv, 'latin');
    expect(mended).toMatchObject({ code: 0, stderr: '' });
    expect(mended.summary).toMatchObject({ posted: 2, alreadyThere: 3, agrees: true });
  });

  it('shows an overpaid claim as credit, in people’s words too', async () => {
    const args = ['import', 'synthea', fixture('overpaid-copay'), '--data', join(folder, 'overpaid')];
    const { code, stdout } = await arledger(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^p1 +77\.49 +80\.00 +0\.00 +0\.00 +-2\.51 +agrees$/m);
    expect(stdout).toContain('The ledger agrees with the file: 1 accounts, to the cent.');
  });
});
