import { describe, expect, it } from '@jest/globals';
import type { EventStore } from '../../../src/event-store/event-store.js';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { claimPosted, claimSuspended } from '../../../src/remittances/posting/claim-events.js';
import { ControlAccounts, type ControlEntry } from '../../../src/remittances/posting/control-accounts.js';
import { RemittanceLog } from '../../../src/remittances/posting/remittance-log.js';
import { type KeyedEvent, StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, appendForeign, eventsOf, onALog, proxied } from '../../commands/accounts-on-a-log.js';

const ID = '0123456789abcdef0123456789abcdef';

const STATEMENT: ClaimStatement = {
  remittanceId: ID,
  claim: 1,
  segment: 10,
  payerId: 'ACME',
  effectiveOn: '2026-01-15',
  currency: 'USD',
  claimId: 'A',
  payerClaimNumber: 'ICN',
  status: '1',
  charge: '200.00',
  paid: '120.00',
  method: 'ach',
  remarkCodes: [],
  lines: [],
};

function posted(claim: number): KeyedEvent {
  const adjudicationId = `835.${ID}.${claim}`;
  return claimPosted(
    { ...STATEMENT, claim },
    { kind: 'posted', accountId: 'A', adjudicationId, settlement: 'posted', held: [], isNew: true },
    [],
  );
}

function suspended(claim: number, statement: Partial<ClaimStatement> = {}): KeyedEvent {
  const reason = 'account_not_found' as const;
  return claimSuspended({ ...STATEMENT, ...statement, claim }, { reason, facts: {}, candidates: [] }, []);
}

function resolved(claim: number, resolution: 'post' | 'reject'): KeyedEvent {
  return {
    key: `resolution R${claim}`,
    event: {
      type: 'RemittanceClaimResolved',
      data: {
        remittanceId: ID,
        claim,
        resolutionId: `R${claim}`,
        resolution,
        effectiveOn: '2026-03-01',
        reason: 'decided',
      },
    },
  };
}

function streamsOn(store: EventStore) {
  return { store, writer: new StreamWriter({ store, clock: { now: () => new Date(NOW) } }) };
}

describe('the stream of a remittance', () => {
  it('is folded the same whether its events are read or appended', async () => {
    await onALog(async (store) => {
      const log = await RemittanceLog.open(streamsOn(store), ID);
      expect(log.state.standing).toBe('unknown');
      const events = [
        posted(1),
        suspended(2),
        suspended(3),
        suspended(70_000),
        resolved(2, 'post'),
        resolved(3, 'reject'),
      ];
      expect(await log.append(() => (log.state.claims.of(1) === 'open' ? events : []), {})).toBe(true);
      const read = await RemittanceLog.open(streamsOn(store), ID);
      for (const { state } of [log, read]) {
        expect([0, 1, 2, 3, 4, 70_000, 90_000].map((claim) => state.claims.of(claim))).toEqual([
          'open',
          'posted',
          'suspended',
          'rejected',
          'open',
          'suspended',
          'open',
        ]);
        expect((['posted', 'suspended', 'rejected'] as const).map((s) => state.claims.count(s))).toEqual([
          1, 2, 1,
        ]);
        expect([...state.begun]).toEqual([[2, 'R2']]);
        expect([...state.resolutions.keys()]).toEqual(['R2', 'R3']);
      }
    });
  });

  it('is asked anew what is missing when others have written, and nothing stands in it twice', async () => {
    await onALog(async (store) => {
      const logs = await Promise.all([1, 2, 3].map(() => RemittanceLog.open(streamsOn(store), ID)));
      const claims = Array.from({ length: 900 }, (_, i) => i + 1);
      const appended = await Promise.all(
        logs.map((log) =>
          log.append(({ claims: all }) => claims.filter((n) => all.of(n) === 'open').map(posted), {}),
        ),
      );
      expect(appended).toContain(true);
      const events = await eventsOf(store, `remittance-${ID}`);
      expect(events.map(({ data }) => (data as { claim: number }).claim)).toEqual(claims);
    });
  });

  it('takes appends in parts that every store takes', async () => {
    await onALog(async (store) => {
      const sizes: number[] = [];
      const counted = {
        ...proxied(store),
        append: (...given: Parameters<EventStore['append']>) => {
          const kept = given[2].map(({ type, data, metadata }) => ({ type, data, metadata }));
          sizes.push(JSON.stringify(kept).length);
          return store.append(...given);
        },
      };
      const log = await RemittanceLog.open(streamsOn(counted), ID);
      const large = Array.from({ length: 30 }, (_, i) => suspended(i + 1, { claimId: 'x'.repeat(50_000) }));
      await log.append(({ claims }) => (claims.of(1) === 'open' ? large : []), {});
      expect(sizes.length).toBeGreaterThan(4);
      expect(Math.max(...sizes)).toBeLessThan(400_000);
      expect(log.state.claims.count('suspended')).toBe(30);
    });
  });

  it('is not gone on with when an event in it cannot be read', async () => {
    await onALog(async (store) => {
      const id = '00000000-0000-4000-8000-000000000001';
      await appendForeign(store, `remittance-${ID}`, { id, type: 'RemittanceMangled', data: {} });
      await expect(RemittanceLog.open(streamsOn(store), ID)).rejects.toMatchObject({
        name: 'EventLogDamaged',
      });
    });
  });

  it('leaves the lines of a statement out that no event can hold, and says so', () => {
    const line = {
      line: 1,
      segment: 1,
      procedure: { qualifier: 'HC', code: 'x'.repeat(600_000), modifiers: [] },
      charge: '1.00',
      paid: '1.00',
      adjustments: [],
      remarkCodes: [],
    };
    expect(suspended(1, { lines: [line] }).event.data).toMatchObject({
      facts: { code: 'event_too_large' },
      statement: { claimId: 'A', lines: [] },
    });
  });
});

describe('a control account', () => {
  it('has an entry once, whoever posts it and however often', async () => {
    await onALog(async (store) => {
      const entries = Array.from({ length: 250 }, (_, i) => entry(`E${i}`));
      const [a, b] = [new ControlAccounts(streamsOn(store)), new ControlAccounts(streamsOn(store))];
      await Promise.all([
        a.post(entries, {}),
        b.post(entries.toReversed(), {}),
        a.post(entries.slice(9), {}),
      ]);
      expect(await b.post(entries, {})).toBe(false);
      const ids = (await eventsOf(store, 'control-ACME.CLINIC')).map(
        ({ data }) => (data as { entryId: string }).entryId,
      );
      expect(ids.toSorted()).toEqual(entries.map(({ entryId }) => entryId).toSorted());
    });
  });
});

function entry(entryId: string): ControlEntry {
  return {
    controlAccountId: 'ACME.CLINIC',
    entryId,
    payerId: 'ACME',
    providerId: 'CLINIC',
    currency: 'USD',
    effectiveOn: '2026-01-15',
    amount: '5.00',
    reason: 'WO',
    reference: '',
    remittance: { id: ID, claim: 0, segment: 20 },
    number: 1,
  };
}
