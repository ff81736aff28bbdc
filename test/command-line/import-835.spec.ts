import { type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  claimOf,
  fileOf,
  fileOfSeveral,
  reversalOf,
  unbalancedClaimOf,
} from '../remittances/posting/import-on-a-log.js';
import { serve } from '../support/served.js';
import { type CliResult, arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

/* Remittances on the command line, each step a process of its own; the steps of a ledger build on each other. */

const folder = temporaryFolder();
const data = join(folder, 'data');
/** Of some MB that importing the larger file writes. */
const WRITTEN_BYTES = 100_000;

/** Files are named from the folder, so that reports do not depend on where it is. */
function fileIn(name: string, bytes: Buffer | string): string {
  writeFileSync(join(folder, name), bytes);
  return name;
}

function import835(
  args: readonly string[],
  options: { onStart?: (child: ChildProcess) => void; env?: Record<string, string> } = {},
): Promise<CliResult> {
  return arledger(['import', '835', ...args], { cwd: folder, ...options });
}

const jsonOf = ({ stdout }: CliResult) => JSON.parse(stdout);

describe('import 835, into one ledger', () => {
  const good = fileIn(
    'good.835',
    fileOf({ paid: '240', trace: 'T1', claims: [...claimOf('A'), ...claimOf('B')] }),
  );
  const mixed = fileIn(
    'mixed.835',
    fileOfSeveral(
      {
        paid: '1125',
        trace: 'T2',
        claims: [...claimOf('C'), ...unbalancedClaimOf('D')],
        plb: ['PLB*1234567893*20261231*WO:C*-875'],
      },
      { paid: '1365', trace: 'T3', claims: claimOf('E') },
      { paid: '-240', trace: 'T4', claims: [...reversalOf('A'), ...reversalOf('Z')] },
    ),
  );

  it('says in a dry run what would be posted, and keeps nothing', async () => {
    const { code, stdout, stderr } = await import835(
      [good, '--create-accounts', '--dry-run', '--data', data],
      {
        env: { TMPDIR: temporary() },
      },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${GOOD}\nDry run: nothing was kept.\n`);
    expect(existsSync(join(data, 'documents'))).toBe(false);
    expect(readdirSync(temporary())).toEqual([]);
    const { stdout: accounts } = await arledger(['accounts', '--json', '--data', data]);
    expect(JSON.parse(accounts)).toMatchObject({ items: [] });
  });

  it('posts it, and says so', async () => {
    const { code, stdout, stderr } = await import835([good, '--create-accounts', '--data', data]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(GOOD);
    expect(readdirSync(join(data, 'documents'))).toHaveLength(1);
  });

  it('says that it was posted before, as text and as JSON', async () => {
    const again = await import835([good, '--data', data]);
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(
      GOOD.replace('  posted ', '  posted before ').replace('segment 3', 'segment 3, received before'),
    );
    const json = await import835([good, '--json', '--data', data]);
    expect(json.code).toBe(0);
    expect(jsonOf(json)).toMatchObject({
      dryRun: false,
      files: [{ file: good, remittances: [{ outcome: 'duplicate', claims: { total: 2, posted: 2 } }] }],
    });
  });

  it('says what needs somebody, of each file and of all together, and ends with 1', async () => {
    const words = fileIn('words.txt', 'Dear payer, thank you.');
    const { code, stdout, stderr } = await import835([mixed, words, '--create-accounts', '--data', data]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toBe(MIXED);
  });

  it('finds accounts by itself, and says where there is none', async () => {
    const unknown = fileIn('unknown.835', fileOf({ paid: '120', trace: 'T5', claims: claimOf('NOBODY') }));
    const result = await import835([unknown, '--json', '--data', data]);
    expect(result.code).toBe(1);
    expect(jsonOf(result).files[0].remittances).toMatchObject([
      { claims: { suspended: 1 }, paid: { inClearing: '120.00' }, needs: [{ code: 'account_not_found' }] },
    ]);
  });

  it('leaves nothing to verify', async () => {
    const { code, stdout } = await arledger(['verify', '--json', '--data', data]);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, findings: [] });
    expect(code).toBe(0);
  });

  it('says who holds the data folder', async () => {
    const service = await serve(data);
    try {
      const { code, stdout, stderr } = await import835([good, '--data', data]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^arledger: data_folder_in_use: [^\n]*\n$/);
      expect(stderr).toContain(service.url);
    } finally {
      service.child.kill('SIGTERM');
    }
    expect(await service.ended).toEqual(expect.objectContaining({ code: 0 }));
  });
});

describe('import 835, asked in other ways', () => {
  it.each([
    ['a file that is not there', ['none.835'], 1, /^arledger: file_not_found: there is no file none\.835\n$/],
    ['a folder', ['.'], 1, /^arledger: file_not_found: \. is a folder\n$/],
    ['no file', [], 2, /missing required argument/],
    ['an option of another kind', ['x.835', '--force'], 2, /unknown option/],
  ])('%s', async (_, args, status, says) => {
    const { code, stdout, stderr } = await import835([...args, '--data', join(folder, 'untouched')]);
    expect({ code, stdout }).toEqual({ code: status, stdout: '' });
    expect(stderr).toMatch(says);
    expect(existsSync(join(folder, 'untouched'))).toBe(false);
  });

  it('shows what stands in a file as text, and does not let it steer the terminal', async () => {
    const odd = fileIn(
      'odd.835',
      fileOf({ paid: '120', trace: 'T\u001b[2J', claims: claimOf('X\u001b[31m') }),
    );
    const { stdout } = await import835([odd, '--data', join(folder, 'odd')]);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('[31m');
  });
});

describe('import 835, stopped', () => {
  const CLAIMS = 1500;
  const claims = Array.from({ length: CLAIMS }, (_, i) => claimOf(`S${i}`)).flat();
  const big = fileIn('big.835', fileOf({ paid: String(CLAIMS * 120), trace: 'BIG', claims }));
  const other = join(folder, 'stopped');

  it('ends at Ctrl-C, says how to go on, and then completes without posting twice', async () => {
    const stopped = await import835([big, '--create-accounts', '--data', other], {
      onStart: (child) => {
        // When a part of it is in the log and much is left.
        const wait = setInterval(() => {
          const log = statSync(join(other, 'events.db-wal'), { throwIfNoEntry: false });
          if ((log?.size ?? 0) < WRITTEN_BYTES) return;
          clearInterval(wait);
          child.kill('SIGINT');
        }, 2);
        child.on('close', () => clearInterval(wait));
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toBe('');
    expect(stopped.stderr).toMatch(
      /stopped: 0 of 1 files done; running the same command again completes it\n$/,
    );
    // What was asked for the first time is remembered.
    const completed = await import835([big, '--json', '--data', other]);
    expect(completed.code).toBe(0);
    expect(jsonOf(completed).files[0].remittances).toMatchObject([
      {
        outcome: 'posted',
        receivedBefore: true,
        claims: { total: CLAIMS, posted: CLAIMS, suspended: 0 },
        paid: { posted: `${CLAIMS * 120}.00`, inClearing: '0.00' },
      },
    ]);
    const verified = await arledger(['verify', '--log', '--json', '--data', other]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  });
});

function temporary(): string {
  const path = join(folder, 'tmp');
  mkdirSync(path, { recursive: true });
  return path;
}

const GOOD = `\
good.835
  posted  ACME HEALTH PLAN (1512345678)  trace T1  240.00 USD
    remittance be2f073d79480df9e30fe6d68d249377, segment 3
    2 claims: 2 posted
    240.00 posted, 0.00 in clearing
`;

const MIXED = `\
mixed.835
  posted in part  ACME HEALTH PLAN (1512345678)  trace T2  1,125.00 USD
    remittance af7fe93c13a1b1c185a6bdb07f77a981, segment 3
    2 claims: 1 posted, 1 suspended
    120.00 posted, 130.00 in clearing; 1 provider adjustment of -875.00
    claim 2 (D, segment 22): paid 130.00 of 200.00
      does_not_balance: charge less adjustments is not what was paid: ask the payer for a corrected
        remittance, or post it as it is
      line_does_not_balance (line 1, segment 24): computed 120.00, stated 130.00, difference 10.00
      claim_does_not_balance (segment 22): computed 120.00, stated 130.00, difference 10.00
  held  ACME HEALTH PLAN (1512345678)  trace T3  1,365.00 USD
    remittance af6db7e8ba5b2d1a923cb554adcd1bb3, segment 30
    nothing of it is posted: ask the payer for a corrected one
    transaction_does_not_balance (segment 30): claims 120.00, provider adjustments 0.00, payment
      1365.00, computed 120.00, difference 1245.00
  posted  ACME HEALTH PLAN (1512345678)  trace T4  -240.00 USD
    remittance 877abd48069a404879fa26c32dff3aa3, segment 50
    2 claims: 1 posted, 1 waiting for what it takes back
    -120.00 posted, -120.00 in clearing
    claim 2 (Z, segment 68): paid -120.00 of -200.00
      waits_for_original: it takes back a remittance that has not come yet, and is posted when that
        comes: reject it if that never will
words.txt
  no remittance advice (835) in it
  text_outside_envelope (segment 1): bytes 19
  no_envelope (segment 1)

2 files together
  3 remittances, 1 held; 1 claim suspended; 0.00 USD posted, 10.00 in clearing
`;
