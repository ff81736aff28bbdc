import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import { INVARIANTS } from '../../../src/read-models/projector/invariants.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { REMITTANCE_INVARIANTS } from '../../../src/read-models/projector/remittance-invariants.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { onEachDatabase } from '../../support/database.js';
import {
  CONTROL,
  R1,
  R2,
  R3,
  RECORDED_AT,
  REMITTANCE_HISTORY,
  beside,
  bookedEntry,
  controlEntry,
  stored,
} from '../../support/remittance-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

function log(): LogInMemory {
  const whole = new LogInMemory();
  for (const written of REMITTANCE_HISTORY) whole.put(stored(written));
  return whole;
}

async function brokenIn(database: Database): Promise<string[]> {
  const broken: string[] = [];
  for (const { check, query } of [...INVARIANTS, ...REMITTANCE_INVARIANTS]) {
    for (const { subject, expected, actual } of (await query.execute(database)).rows) {
      broken.push(`${check}: ${subject} should be ${expected}, is ${actual}`);
    }
  }
  return broken;
}

onEachDatabase('what stands beside the accounts', (fresh) => {
  it.each([1, 3, 500])(
    'is in the tables as the folds say, in batches of %i, also built anew',
    async (batchSize) => {
      const { database } = await fresh();
      const whole = log();
      const models = readModels(database, whole, { batchSize });
      await models.projector.catchUp();
      expect(await differencesFromLog(database, projections, whole.events)).toEqual([]);
      expect(await models.projector.status()).toMatchObject({
        caughtUp: true,
        deadLetters: 0,
        events: whole.events.length,
      });
      expect((await rebuild(models)).flatMap(({ differences }) => differences)).toEqual([]);
      expect(await differencesFromLog(database, projections, whole.events)).toEqual([]);
      expect(await verify(models)).toEqual([]);
      const { rows } = await sql<{ recorded_at: string }>`
      select recorded_at from ledger_internal.checkpoint`.execute(database);
      expect(rows).toEqual([{ recorded_at: RECORDED_AT }]);
    },
  );

  it('breaks no invariant at any moment, not even in the middle of an append', async () => {
    const { database } = await fresh();
    const growing = new LogInMemory();
    const { projector } = readModels(database, growing);
    const seen: string[] = [];
    for (const written of REMITTANCE_HISTORY) {
      growing.put(stored(written));
      await projector.catchUp();
      seen.push(...(await brokenIn(database)).map((text) => `at ${growing.events.length}: ${text}`));
    }
    expect(seen).toEqual([]);
    const { rows } = await sql<{ gl_account: string; amount: string }>`
      select gl_account, sum(amount) as amount from ledger_read.gl_days
      group by gl_account having sum(amount) <> 0 order by gl_account`.execute(database);
    // 150 came and 30 each way; of R1 the payer is owed 90 and keeps 20; the 80 taken back by hand wait.
    expect(rows.map(({ gl_account, amount }) => [gl_account, Number(amount)])).toEqual([
      ['Assets:Cash', 150],
      ['Assets:PayerControl', -70],
      ['Assets:Receivable:Payer', 200],
      ['Assets:RemittanceClearing', -80],
      ['Income:Charges', -200],
    ]);
  });

  it('breaks none either when people book what stands on control accounts', async () => {
    const { database } = await fresh();
    const growing = log();
    const models = readModels(database, growing);
    // The 80 taken back by hand meet what the payer kept back; 20 and -90 are there before.
    const written = beside(
      bookedEntry('B1', '-80.00', { place: 'remittance', remittanceId: R1, claim: 1 }),
      bookedEntry('B2', '5.50', { place: 'interest' }),
      bookedEntry('B3', '-1.00', { place: 'penalty' }),
      bookedEntry('B4', '140.00', { place: 'cash' }),
      bookedEntry('B5', '4.50', { place: 'write_off' }),
    );
    const seen: string[] = [];
    for (const one of written) {
      growing.put(stored(one));
      await models.projector.catchUp();
      seen.push(...(await brokenIn(database)).map((text) => `at ${growing.events.length}: ${text}`));
    }
    expect(seen).toEqual([]);
    expect(await verify(models)).toEqual([]);
    expect(await differencesFromLog(database, projections, growing.events)).toEqual([]);
    const { rows } = await sql<{ gl_account: string; amount: string }>`
      select gl_account, sum(amount) as amount from ledger_read.gl_days
      group by gl_account having sum(amount) <> 0 order by gl_account`.execute(database);
    expect(rows.map(({ gl_account, amount }) => [gl_account, Number(amount)])).toEqual([
      ['Assets:Cash', 10],
      ['Assets:PayerControl', -1],
      ['Assets:Receivable:Payer', 200],
      ['Expenses:ControlWriteOff', -4.5],
      ['Expenses:Penalties', 1],
      ['Income:Charges', -200],
      ['Income:Interest', -5.5],
    ]);
  });

  it.each<[check: string, damage: string]>([
    ['clearing_equals_remittances', `update ledger_read.remittances set accepted = accepted + 1`],
    [
      'claims_post_what_was_paid',
      `update ledger_read.remittance_claims set paid = paid + 1 where remittance_id = '${R3}'`,
    ],
    [
      'claims_post_what_was_paid',
      `update ledger_read.remittance_claims set stage = 1 where remittance_id = '${R2}' and claim = 1`,
    ],
    [
      'remittances_keep_what_is_not_posted',
      `update ledger_read.remittance_claims set paid = paid + 1 where remittance_id = '${R1}' and claim = 2`,
    ],
    [
      'control_accounts_equal_entries',
      `update ledger_read.control_entries set amount = amount + 1 where number is null`,
    ],
    ['control_accounts_equal_journal', `update ledger_read.control_accounts set balance = balance + 1`],
    [
      'provider_adjustments_are_on_control_accounts',
      `update ledger_read.provider_adjustments set amount = amount + 1`,
    ],
  ])('is found where it breaks %s', async (check, damage) => {
    const { database } = await fresh();
    await readModels(database, log()).projector.catchUp();
    expect(await brokenIn(database)).toEqual([]);
    await sql.raw(damage).execute(database);
    expect((await brokenIn(database)).map((text) => text.split(':')[0])).toContain(check);
  });

  it('is set aside where it cannot be read, under the name of its stream', async () => {
    const { database } = await fresh();
    const whole = log();
    const control = beside(controlEntry(R1, 'E9', '1.00'))[0]!;
    whole.put({ ...stored(control), data: { controlAccountId: CONTROL } });
    whole.put({ stream: 'remittance-x', type: 'RemittanceHeld.v9', metadata: { recordedAt: RECORDED_AT } });
    const models = readModels(database, whole);
    await models.projector.catchUp();
    const { rows } = await sql<{ account_id: string; stream: string; reason: string }>`
      select account_id, stream, reason from ledger_internal.dead_letters order by position`.execute(
      database,
    );
    expect(rows).toEqual([
      {
        account_id: `control-${CONTROL}`,
        stream: `control-${CONTROL}`,
        reason: expect.stringMatching(/^data is malformed: entryId/),
      },
      { account_id: 'remittance-x', stream: 'remittance-x', reason: 'unknown type of event' },
    ]);
    const named = await verify(models);
    expect(named).toMatchObject([
      { check: 'dead_letter', text: expect.stringContaining(`event 2 of control-${CONTROL} (`) },
      { check: 'dead_letter', text: expect.stringContaining('event 0 of remittance-x (') },
    ]);
    for (const finding of named) expect(finding.accountId).toBeUndefined();
    const lines = await sql<{ stream: string; trustworthy: boolean }>`
      select distinct stream, trustworthy from ledger.journal_lines where account_id is null order by stream`.execute(
      database,
    );
    expect(lines.rows).toEqual([
      { stream: `control-${CONTROL}`, trustworthy: false },
      { stream: `remittance-${R1}`, trustworthy: true },
      { stream: `remittance-${R2}`, trustworthy: true },
      { stream: `remittance-${R3}`, trustworthy: true },
    ]);
  });
});
