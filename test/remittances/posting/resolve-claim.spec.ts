import { describe, expect, it } from '@jest/globals';
import { EventLogDamaged } from '../../../src/event-store/event-store.js';
import { OverlayEventStore } from '../../../src/event-store/overlay-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import type { ClaimDecision } from '../../../src/remittances/posting/resolve-claim.js';
import { ReadModelsOfLog } from '../../support/read-models-of-log.js';
import { onALog, proxied } from '../../commands/accounts-on-a-log.js';
import {
  ImportingProcess,
  accountWith,
  booksOf,
  claimOf,
  contentOf,
  counting,
  dyingAt,
  eventCount,
  fileOf,
  heldUpAt,
  reversalOf,
  typesIn,
  unbalancedClaimOf,
} from './import-on-a-log.js';

/** Two claims: A is posted, B does not balance; 130.00 of it stands on the clearing account. */
const FILE = fileOf({ paid: '250', claims: [...claimOf('A'), ...unbalancedClaimOf('B')] });
/** One claim, of an account that is not there. */
const ALONE = fileOf({ paid: '120', claims: claimOf('A') });

const POST: ClaimDecision = { resolutionId: 'R1', resolution: 'post', reason: 'the payer confirmed it' };
const REJECT: ClaimDecision = { resolutionId: 'R1', resolution: 'reject', reason: 'not our patient' };
const ASSIGN: ClaimDecision = {
  resolutionId: 'R1',
  resolution: 'assign',
  accountId: 'ACC-1',
  reason: 'found by hand',
};

async function imported(store: EventStore, file: Uint8Array, createAccounts = true) {
  const process = new ImportingProcess(store);
  const { remittances } = await process.import(file, { createAccounts });
  return { process, remittanceId: remittances[0]!.remittanceId };
}

async function openAccount(process: ImportingProcess, accountId = 'ACC-1', claimId?: string): Promise<void> {
  await process.carryOut(...accountWith(accountId, claimId === undefined ? {} : { claimId }));
}

/** The same decision, cut off at every append and repeated; what is in the log must not tell. */
async function survives(file: Uint8Array, createAccounts: boolean, decision: ClaimDecision, claim: number) {
  let whole: unknown;
  let appends = 0;
  const prepared = async (store: EventStore) => {
    const { process, remittanceId } = await imported(store, file, createAccounts);
    await openAccount(process);
    return remittanceId;
  };
  await onALog(async (store) => {
    const remittanceId = await prepared(store);
    const counted = counting(store);
    await new ImportingProcess(counted).imports.resolveClaim(remittanceId, claim, decision);
    ({ appends } = counted);
    whole = await contentOf(store);
  });
  expect(appends).toBeGreaterThan(1);
  await onALog(async (base) => {
    const remittanceId = await prepared(base);
    for (let nth = 1; nth <= appends; nth += 1) {
      for (const isKept of [false, true]) {
        for (const healedBy of ['repeating', 'resuming'] as const) {
          if (healedBy === 'resuming' && nth === 1 && !isKept) continue; // Nobody knows of it.
          const store = await OverlayEventStore.over(base);
          const dying = new ImportingProcess(dyingAt(store, nth, isKept)).imports;
          await expect(dying.resolveClaim(remittanceId, claim, decision)).rejects.toThrow('killed');
          const { imports } = new ImportingProcess(store);
          if (healedBy === 'repeating') await imports.resolveClaim(remittanceId, claim, decision);
          else await imports.resume({ sender: {} });
          const content = await contentOf(store);
          expect({ nth, isKept, healedBy, content }).toEqual({ nth, isKept, healedBy, content: whole });
        }
      }
    }
  });
}

describe('a decision on a suspended claim', () => {
  it('posts it as it is', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, FILE);
      expect(await process.imports.resolveClaim(remittanceId, 2, POST)).toMatchObject({
        status: 'posted',
        accountId: 'B',
        appended: true,
      });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '250.00' });
      const types = await typesIn(store, 'remittance-');
      expect(types.slice(-2)).toEqual(['RemittanceClaimResolved', 'RemittanceClaimPosted']);
      const { remittances } = await process.import(FILE);
      expect(remittances).toMatchObject([
        {
          outcome: 'duplicate',
          claims: { posted: 2, suspended: 0 },
          paid: { inClearing: '0.00' },
          needs: [],
        },
      ]);
    });
  });

  it('rejects it: what it was paid is owed back to the payer', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, FILE);
      expect(await process.imports.resolveClaim(remittanceId, 2, REJECT)).toMatchObject({
        status: 'rejected',
        appended: true,
      });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '-130.00' });
      const { remittances } = await process.import(FILE);
      expect(remittances).toMatchObject([
        { outcome: 'duplicate', claims: { posted: 1, suspended: 0 }, needs: [] },
      ]);
      const after = process.imports.resolveClaim(remittanceId, 2, { ...POST, resolutionId: 'R2' });
      await expect(after).rejects.toMatchObject({ problem: { status: 422, code: 'claim_not_suspended' } });
    });
  });

  it('assigns it to an account on which its lines have charges', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, ALONE, false);
      await openAccount(process);
      expect(await process.imports.resolveClaim(remittanceId, 1, ASSIGN)).toMatchObject({
        status: 'posted',
        accountId: 'ACC-1',
      });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('says why it cannot be assigned, and leaves it as it is', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, ALONE, false);
      await process.carryOut({ type: 'OpenAccount', accountId: 'ACC-1', openedOn: '2026-01-01' });
      const before = await eventCount(store);
      for (const [accountId, reason] of [
        ['ACC-1', 'line_not_matched'],
        ['NOWHERE', 'account_not_found'],
      ] as const) {
        await expect(
          process.imports.resolveClaim(remittanceId, 1, { ...ASSIGN, accountId }),
        ).rejects.toMatchObject({ problem: { status: 422, code: 'resolution_not_possible', reason } });
      }
      expect(await eventCount(store)).toBe(before);
    });
  });

  it('is the same when it is repeated, and another when its content differs', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, FILE);
      const first = await process.imports.resolveClaim(remittanceId, 2, POST);
      const before = await eventCount(store);
      const again = await new ImportingProcess(store).imports.resolveClaim(remittanceId, 2, POST);
      expect(again).toEqual({ ...first, appended: false });
      await expect(
        process.imports.resolveClaim(remittanceId, 2, { ...POST, reason: 'another' }),
      ).rejects.toMatchObject({ problem: { status: 409, code: 'id_already_used', differs: ['reason'] } });
      await expect(process.imports.resolveClaim(remittanceId, 1, POST)).rejects.toMatchObject({
        problem: { status: 409, differs: ['claim'] },
      });
      expect(await eventCount(store)).toBe(before);
    });
  });

  it('is taken from one of two people who decide at once', async () => {
    await onALog(async (store) => {
      const { remittanceId } = await imported(store, FILE);
      const [a, b] = [new ImportingProcess(store), new ImportingProcess(store)];
      const both = await Promise.allSettled([
        a.imports.resolveClaim(remittanceId, 2, POST),
        b.imports.resolveClaim(remittanceId, 2, { ...REJECT, resolutionId: 'R2' }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(both.find((one) => one.status === 'rejected')).toMatchObject({
        reason: { problem: { code: 'claim_not_suspended' } },
      });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('is carried out on the account that was found for it, by whomever and whatever comes meanwhile', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(
        store,
        fileOf({ paid: '130', claims: unbalancedClaimOf('B') }),
        false,
      );
      await openAccount(process);
      const slow = heldUpAt(store, 'account-ACC-1');
      const held = new ImportingProcess(slow.store).imports.resolveClaim(remittanceId, 1, POST);
      await slow.reached;
      await openAccount(process, 'ACC-2', 'B');
      const other = await new ImportingProcess(store).imports.resolveClaim(remittanceId, 1, POST);
      slow.letGo();
      expect([other.accountId, (await held).accountId]).toEqual(['ACC-1', 'ACC-1']);
      expect((await typesIn(store, 'account-')).filter((type) => type === 'PaymentPosted')).toHaveLength(1);
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('that cannot be carried out any more is over: it is not tried at every look', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, ALONE, false);
      await openAccount(process);
      const dying = new ImportingProcess(dyingAt(store, 1, true)).imports;
      await expect(dying.resolveClaim(remittanceId, 1, ASSIGN)).rejects.toThrow('killed');
      const readModels = new ReadModelsOfLog(store);
      await readModels.catchUp();
      expect(await readModels.decisions()).toEqual([{ remittanceId, resolutionId: 'R1' }]);
      // The same claim comes with the same payment once more, in another remittance.
      const other = fileOf({ paid: '240', claims: [...claimOf('A'), ...claimOf('Z')] });
      await process.import(other, { createAccounts: false });
      await process.imports.resume({ sender: {} });
      const { data } = (await contentOf(store))[`remittance-${remittanceId}`]!.at(-1) as {
        data: { reason?: string };
      };
      expect(data.reason).toBe('paid_by_this_payment_before');
      await readModels.catchUp();
      expect(await readModels.decisions()).toEqual([]);
    });
  });

  it('keeps no other from being finished when its own remittance is damaged, nor a file', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const ids: string[] = [];
      for (const trace of ['T1', 'T2']) {
        const file = fileOf({ paid: '130', trace, claims: unbalancedClaimOf(`B-${trace}`) });
        const { remittanceId } = (await process.import(file)).remittances[0]!;
        ids.push(remittanceId);
        const dying = new ImportingProcess(dyingAt(store, 1, true)).imports;
        await expect(dying.resolveClaim(remittanceId, 1, POST)).rejects.toThrow('killed');
      }
      const cutOff = new ImportingProcess(dyingAt(store, 2, true), process.documents);
      await expect(cutOff.import(ALONE)).rejects.toThrow('killed');
      const damaged: EventStore = {
        ...proxied(store),
        readStream: (stream, ...given) => {
          if (stream === `remittance-${ids[0]}`) throw new EventLogDamaged('a page is torn');
          return store.readStream(stream, ...given);
        },
      };
      const readModels = new ReadModelsOfLog(store);
      const { imports } = new ImportingProcess(damaged, process.documents, {
        directory: readModels,
        unfinished: readModels,
      });
      await expect(imports.resume({ sender: {} })).rejects.toThrow('a page is torn');
      const types = await typesIn(store, 'remittance-');
      expect(types.filter((type) => type === 'RemittanceCompleted')).toHaveLength(3);
      await readModels.catchUp();
      expect(await readModels.decisions()).toEqual([{ remittanceId: ids[0], resolutionId: 'R1' }]);
    });
  });

  it('is refused for what is not suspended, and what is not there', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, FILE);
      const { imports } = process;
      await expect(imports.resolveClaim(remittanceId, 1, POST)).rejects.toMatchObject({
        problem: { status: 422, code: 'claim_not_suspended', standing: 'posted' },
      });
      await expect(imports.resolveClaim(remittanceId, 3, POST)).rejects.toMatchObject({
        problem: { status: 404, code: 'claim_not_found' },
      });
      await expect(imports.resolveClaim('0'.repeat(32), 1, POST)).rejects.toMatchObject({
        problem: { status: 404, code: 'remittance_not_found' },
      });
      const { accountId: _, ...assign } = ASSIGN;
      expect(() => imports.resolveClaim(remittanceId, 2, assign)).toThrow('validation_failed');
    });
  });

  it('is finished when it is repeated, or when the service starts, wherever it was cut off: posting', async () => {
    await survives(FILE, true, POST, 2);
  });

  it('the same: rejecting', async () => {
    await survives(FILE, true, REJECT, 2);
  });

  it('the same: assigning', async () => {
    await survives(ALONE, false, ASSIGN, 1);
  });
});

describe('a decision on a reversal that waits', () => {
  /** Takes back what was never posted here. */
  const WAITS = fileOf({ paid: '-120', claims: reversalOf('A') });
  const GIVE_UP: ClaimDecision = { ...REJECT, reason: 'it was posted by hand before' };

  it('rejects it: what it took back is owed by the payer, and nothing waits any more', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, WAITS);
      expect(await booksOf(store)).toEqual({
        'Assets:Cash': '-120.00',
        'Assets:RemittanceClearing': '120.00',
      });
      const decided = await process.imports.resolveClaim(remittanceId, 1, GIVE_UP);
      expect(decided).toMatchObject({ status: 'rejected', accountId: 'A', hasHeld: false, appended: true });
      expect(await booksOf(store)).toEqual({ 'Assets:Cash': '-120.00', 'Assets:PayerControl': '120.00' });
      expect(await typesIn(store, 'control-')).toEqual(['ControlEntryPosted']);

      const before = await eventCount(store);
      const again = await new ImportingProcess(store).imports.resolveClaim(remittanceId, 1, GIVE_UP);
      expect(again).toEqual({ ...decided, appended: false });
      for (const resolution of ['reject', 'post'] as const) {
        const another = { ...GIVE_UP, resolution, resolutionId: 'R2' };
        await expect(process.imports.resolveClaim(remittanceId, 1, another)).rejects.toMatchObject({
          problem: { code: 'claim_not_suspended' },
        });
      }
      expect(await eventCount(store)).toBe(before);
      expect((await new ImportingProcess(store, process.documents).import(WAITS)).remittances).toMatchObject([
        {
          outcome: 'duplicate',
          claims: { posted: 0, waiting: 0, movesNothing: 0, suspended: 0 },
          paid: { posted: '0.00', inClearing: '0.00' },
          needs: [],
        },
      ]);

      await process.import(fileOf({ paid: '120', trace: 'TRACE8', claims: claimOf('A') }));
      expect(await typesIn(store, 'account-')).not.toContain('EntryReversed');
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('only rejects it: there is nothing to post', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await imported(store, WAITS);
      await expect(process.imports.resolveClaim(remittanceId, 1, POST)).rejects.toMatchObject({
        problem: { code: 'claim_not_suspended', standing: 'posted' },
      });
    });
  });

  it('is finished when it is repeated, or when the service starts, wherever it was cut off', async () => {
    await survives(WAITS, true, GIVE_UP, 1);
  });

  it('comes to nothing when what it takes back came before it was carried out', async () => {
    await onALog(async (store) => {
      const { remittanceId } = await imported(store, WAITS);
      const { imports } = new ImportingProcess(dyingAt(store, 1, true));
      await expect(imports.resolveClaim(remittanceId, 1, GIVE_UP)).rejects.toThrow('killed');
      const process = new ImportingProcess(store);
      await process.import(fileOf({ paid: '120', trace: 'TRACE8', claims: claimOf('A') }));
      await process.imports.resume({ sender: {} });
      expect(await process.imports.resolveClaim(remittanceId, 1, GIVE_UP)).toMatchObject({
        status: 'posted',
        appended: false,
      });
      expect(await typesIn(store, 'control-')).toEqual([]);
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('is no way round an original that differs: that is said instead', async () => {
    await onALog(async (store) => {
      const { process } = await imported(store, ALONE);
      const part = [
        'CLP*A*22*-80*-50*0*12*ICN-A*11*1',
        'SVC*HC:99213*-80*-50**-1',
        'DTM*472*20260105',
        'CAS*CO*45*-30',
      ];
      const partly = fileOf({ paid: '-50', trace: 'TRACE8', claims: part }).toString('latin1');
      const later = Buffer.from(partly.replaceAll('20260115', '20260215'), 'latin1');
      const { remittances } = await process.import(later);
      expect(remittances).toMatchObject([{ needs: [{ code: 'original_differs' }] }]);
      const { remittanceId } = remittances[0]!;
      const before = await eventCount(store);
      await expect(process.imports.resolveClaim(remittanceId, 1, POST)).rejects.toMatchObject({
        problem: {
          code: 'resolution_not_possible',
          reason: 'original_differs',
          facts: { charge: '200.00', takenBackCharge: '-80.00' },
        },
      });
      expect(await eventCount(store)).toBe(before);
      expect(
        await process.imports.resolveClaim(remittanceId, 1, { ...GIVE_UP, resolutionId: 'R2' }),
      ).toMatchObject({ status: 'rejected' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });
});

describe('a decision on what is held of a posted claim', () => {
  /** The same claim, paid once more under another trace: there is nothing open to pay. */
  const AGAIN = fileOf({ paid: '120', trace: 'TRACE8', claims: claimOf('A') });

  it.each([
    ['post', { hasHeld: false }],
    ['reject', { hasHeld: false }],
  ] as const)('%s', async (resolution, expected) => {
    await onALog(async (store) => {
      const { process } = await imported(store, ALONE);
      const { remittances } = await process.import(AGAIN);
      expect(remittances).toMatchObject([{ needs: [{ code: 'held' }] }]);
      const { remittanceId } = remittances[0]!;
      const decision = { ...POST, resolution };
      expect(await process.imports.resolveClaim(remittanceId, 1, decision)).toMatchObject({
        status: 'posted',
        appended: true,
        ...expected,
      });
      const before = await eventCount(store);
      expect(await process.imports.resolveClaim(remittanceId, 1, decision)).toMatchObject({
        appended: false,
      });
      await expect(
        process.imports.resolveClaim(remittanceId, 1, { ...decision, resolutionId: 'R2' }),
      ).rejects.toMatchObject({ problem: { code: 'claim_not_suspended' } });
      expect(await eventCount(store)).toBe(before);
      expect((await process.import(AGAIN)).remittances).toMatchObject([{ outcome: 'duplicate', needs: [] }]);
    });
  });

  /** A claim of 100.00 of which the primary pays a part, with what it writes off and leaves to the patient. */
  const primary = (paid: number, writtenOff: number, patient: number, sign: 1 | -1 = 1) => [
    `CLP*A*${sign === 1 ? 1 : 22}*${100 * sign}*${paid * sign}*${patient * sign}*12*P1*11*1`,
    `SVC*HC:99213*${100 * sign}*${paid * sign}**${sign}`,
    'DTM*472*20260105',
    `CAS*CO*45*${writtenOff * sign}`,
    `CAS*PR*2*${patient * sign}`,
  ];
  /** The same claim by the secondary: it repeats the write-off of the primary, which is held. */
  const secondary = (paid: number, by: number, adjustments: string) => [
    `CLP*A*2*100*${paid}*10*12*S1*11*1`,
    `SVC*HC:99213*100*${paid}**1`,
    'DTM*472*20260105',
    `CAS*OA*23*${by}`,
    `CAS*CO*${adjustments}`,
    'CAS*PR*3*10',
  ];

  it.each([
    {
      resolution: 'post',
      before: primary(60, 20, 20),
      second: { paid: '10', claims: secondary(10, 60, '45*20') },
      after: { paid: '-10', claims: [...primary(60, 20, 20, -1), ...primary(50, 30, 20)] },
    },
    {
      resolution: 'reject',
      before: primary(45, 20, 35),
      second: { paid: '20', claims: secondary(20, 45, '45*20**253*5') },
      after: { paid: '5', claims: [...primary(45, 20, 35, -1), ...primary(50, 20, 30)] },
    },
  ] as const)('$resolution is carried out once: what is held later is for another', async (given) => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.import(fileOf({ paid: paidBy(given.before), trace: 'T1', claims: given.before }));
      const { remittances } = await process.import(fileOf({ ...given.second, trace: 'T2' }));
      expect(remittances).toMatchObject([{ needs: [{ code: 'held' }] }]);
      const { remittanceId } = remittances[0]!;
      const decision = { ...POST, resolution: given.resolution };
      const decide = (resolutionId: string) =>
        new ImportingProcess(store).imports.resolveClaim(remittanceId, 1, { ...decision, resolutionId });
      expect(await decide('D1')).toMatchObject({ hasHeld: false, appended: true });
      await process.import(fileOf({ ...given.after, trace: 'T3' }));
      const events = await eventCount(store);
      await new ImportingProcess(store).imports.resume({ sender: {} });
      expect(await decide('D1')).toMatchObject({ hasHeld: true, appended: false });
      expect(await eventCount(store)).toBe(events);
      expect(await decide('D2')).toMatchObject({ hasHeld: false, appended: true });
    });
  });
});

/** CLP04 of the first claim. */
function paidBy([clp = '']: readonly string[]): string {
  return clp.split('*')[4]!;
}
