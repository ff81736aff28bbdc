import { describe, expect, it } from '@jest/globals';
import { OverlayEventStore } from '../../../src/event-store/overlay-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import type { ClaimDecision } from '../../../src/remittances/posting/resolve-claim.js';
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
  typesIn,
} from './import-on-a-log.js';

/** One claim, of an account that is not there. */
const FILE = fileOf({ paid: '120', claims: claimOf('A') });
const FOUND = { createAccounts: false };
const REJECT: ClaimDecision = { resolutionId: 'R1', resolution: 'reject', reason: 'not our patient' };

/** Something that another process does just before an append to a stream whose name begins so; once. */
function meanwhile(store: EventStore, prefix: string, happens: () => Promise<void>): EventStore {
  let isDone = false;
  return {
    ...proxied(store),
    append: async (...given: Parameters<EventStore['append']>) => {
      if (!isDone && given[0].startsWith(prefix)) {
        isDone = true;
        await happens();
      }
      return store.append(...given);
    },
  };
}

/** A claim that is suspended for want of an account, which is there by now. */
async function suspendedAndFound(
  store: EventStore,
): Promise<{ process: ImportingProcess; remittanceId: string }> {
  const process = new ImportingProcess(store);
  const { remittances } = await process.import(FILE, FOUND);
  expect(remittances).toMatchObject([{ claims: { suspended: 1 } }]);
  await process.carryOut(...accountWith('PATIENT-1', { claimId: 'A' }));
  return { process, remittanceId: remittances[0]!.remittanceId };
}

describe('a suspended claim that is tried again', () => {
  it.each([
    ['before the retry is recorded', 'remittance-', 'rejected'],
    ['before the claim is on its account', 'account-', 'posted'],
  ] as const)('moves its money once when another process rejects it %s', async (_, prefix, expected) => {
    await onALog(async (store) => {
      const { process, remittanceId } = await suspendedAndFound(store);
      const other = new ImportingProcess(store, process.documents);
      let rejected: PromiseSettledResult<unknown> | undefined;
      const interleaved = meanwhile(store, prefix, async () => {
        [rejected] = await Promise.allSettled([other.imports.resolveClaim(remittanceId, 1, REJECT)]);
      });
      await new ImportingProcess(interleaved, process.documents).import(FILE, FOUND);
      const types = await typesIn(store, 'account-PATIENT-1');
      if (expected === 'rejected') {
        expect(rejected).toMatchObject({ status: 'fulfilled', value: { status: 'rejected' } });
        expect(types).not.toContain('PaymentPosted');
        expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '-120.00' });
      } else {
        expect(rejected).toMatchObject({ reason: { problem: { code: 'claim_not_suspended' } } });
        expect(types.filter((type) => type === 'PaymentPosted')).toHaveLength(1);
        expect(await booksOf(store)).not.toHaveProperty('Assets:PayerControl');
      }
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('is decided on first, and named so in its remittance', async () => {
    await onALog(async (store) => {
      const { process, remittanceId } = await suspendedAndFound(store);
      expect((await process.import(FILE, FOUND)).remittances).toMatchObject([
        { outcome: 'posted', claims: { posted: 1, suspended: 0 }, paid: { inClearing: '0.00' } },
      ]);
      const remittance = (await contentOf(store))[`remittance-${remittanceId}`]!;
      expect(remittance.slice(-2)).toMatchObject([
        {
          type: 'RemittanceClaimResolved',
          data: {
            claim: 1,
            resolutionId: 'again.1.1',
            resolution: 'assign',
            accountId: 'PATIENT-1',
            again: { createAccounts: false },
          },
        },
        { type: 'RemittanceClaimPosted', data: { claim: 1, accountId: 'PATIENT-1' } },
      ]);
      const before = await eventCount(store);
      expect((await process.import(FILE, FOUND)).remittances).toMatchObject([{ outcome: 'duplicate' }]);
      expect(await eventCount(store)).toBe(before);
    });
  });

  it('leaves no event while nothing is found for it', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.import(FILE, FOUND);
      const before = await contentOf(store);
      for (const another of [process, new ImportingProcess(store, process.documents)]) {
        await another.import(FILE, FOUND);
        await another.imports.resume({ sender: {} });
      }
      expect(await contentOf(store)).toEqual(before);
    });
  });

  it('is finished where it was cut off: by the next file, a decision, or whoever resumes', async () => {
    await onALog(async (base) => {
      const { process, remittanceId } = await suspendedAndFound(base);
      const counted = counting(await OverlayEventStore.over(base));
      await new ImportingProcess(counted, process.documents).import(FILE, FOUND);
      const whole = await contentOf(counted);
      expect(counted.appends).toBe(3);
      for (let nth = 1; nth <= 3; nth += 1) {
        for (const isKept of [false, true]) {
          for (const healedBy of ['importing', 'resuming', 'rejecting'] as const) {
            const isBegun = nth > 1 || isKept;
            if (!isBegun && healedBy !== 'importing') continue; // Nothing was begun that they could finish.
            const store = await OverlayEventStore.over(base);
            const dying = new ImportingProcess(dyingAt(store, nth, isKept), process.documents);
            await expect(dying.import(FILE, FOUND)).rejects.toThrow('killed');
            const next = new ImportingProcess(store, process.documents);
            if (healedBy === 'importing') await next.import(FILE, FOUND);
            else if (healedBy === 'resuming') await next.imports.resume({ sender: {} });
            else {
              await expect(next.imports.resolveClaim(remittanceId, 1, REJECT)).rejects.toMatchObject({
                problem: { code: 'claim_not_suspended' },
              });
            }
            const content = await contentOf(store);
            expect({ nth, isKept, healedBy, content }).toEqual({ nth, isKept, healedBy, content: whole });
          }
        }
      }
    });
  });

  it('is posted once by two processes that try it at the same time', async () => {
    await onALog(async (store) => {
      const { process } = await suspendedAndFound(store);
      const others = [1, 2].map(() => new ImportingProcess(store, process.documents));
      await Promise.all(others.map((other) => other.import(FILE, FOUND)));
      expect(await typesIn(store, 'remittance-')).toEqual([
        'RemittanceReceived',
        'RemittanceAccepted',
        'RemittanceClaimSuspended',
        'RemittanceCompleted',
        'RemittanceClaimResolved',
        'RemittanceClaimPosted',
      ]);
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('opens its account when its file is imported so, also where that was cut off', async () => {
    await onALog(async (base) => {
      const process = new ImportingProcess(base);
      await process.import(FILE, FOUND);
      const store = await OverlayEventStore.over(base);
      const dying = new ImportingProcess(dyingAt(store, 1, true), process.documents);
      await expect(dying.import(FILE, { createAccounts: true })).rejects.toThrow('killed');
      await new ImportingProcess(store, process.documents).imports.resume({ sender: {} });
      expect(await typesIn(store, 'account-A')).toContain('PaymentPosted');
      const whole = await OverlayEventStore.over(base);
      await new ImportingProcess(whole, process.documents).import(FILE, { createAccounts: true });
      expect(await contentOf(store)).toEqual(await contentOf(whole));
    });
  });
});
