import { randomUUID } from 'node:crypto';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { openLogFile } from '../../../src/event-store/embedded/log-file.js';
import type { NewEvent } from '../../../src/event-store/event-store.js';
import { type Side, defineRow, repeated } from '../bench-row.js';
import type { LedgerPlace } from '../bench-ledger.js';
import { chargesAndPayments, openings } from '../charges-and-payments.js';

/*
 * Durable commands in one process, on 1,000 accounts and on one. The limits are those of SQLite, with the tables and
 * the settings of the log, in the same folder and without anything around it; of the log alone, without rules; and of
 * EventStoreDB's own client.
 */

const CALLERS = [1, 32, 128];
const ACCOUNTS = 1_000;
const GROUP = 64;

interface Load {
  callers: number;
  seconds: number;
}

const measures = {
  /** Charges and payments, by all the rules, answered when they are durable. */
  async commands({ accounts, callers, seconds, ...place }: Load & LedgerPlace & { accounts: number }) {
    // Loaded here, so that the limits have no more in memory than they need.
    const { withLedger } = await import('../bench-ledger.js');
    const { Accounts } = await import('../../../src/commands/transact.js');
    return withLedger(place, { readModels: false }, async ({ app }) => {
      const ledger = app.get(Accounts);
      // A server may hold accounts of other runs.
      const name = randomUUID().slice(0, 8);
      for (const opening of openings(name, accounts)) await ledger.transact(opening);
      const next = chargesAndPayments(name, accounts);
      return { perSecond: await repeated({ callers, seconds }, (caller) => ledger.transact(next(caller))) };
    });
  },

  /** The embedded log alone: an event an append, each caller to a stream of its own. */
  async appends({ folder, callers, seconds }: Load & { folder: string }) {
    const store = await openEmbeddedStore({ folder });
    const revisions = new Map<number, number>();
    const perSecond = await repeated({ callers, seconds }, async (caller) => {
      const expected = revisions.get(caller) ?? ('no_stream' as const);
      const { revision } = await store.append(`account-${caller}`, expected, [chargePosted()]);
      revisions.set(caller, revision);
    });
    await store.close();
    return { perSecond };
  },

  /** SQLite alone: so many events a transaction. */
  async transactions({ folder, together, seconds }: { folder: string; together: number; seconds: number }) {
    const db = openLogFile({ role: 'writer', folder, readOnly: false });
    const addStream = db.prepare('INSERT INTO streams (name) VALUES (?)');
    for (let stream = 1; stream <= ACCOUNTS; stream += 1) addStream.run(`account-${stream}`);
    const addEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, 0)');
    let events = 0;
    const transactions = await repeated({ callers: 1, seconds }, async () => {
      db.exec('BEGIN IMMEDIATE');
      for (let n = 0; n < together; n += 1) {
        const { id, type, data, metadata } = chargePosted();
        const [stream, revision] = [(events % ACCOUNTS) + 1, Math.floor(events / ACCOUNTS)];
        events += 1;
        addEvent.run(events, stream, revision, id, type, JSON.stringify(data), JSON.stringify(metadata));
      }
      db.exec('COMMIT');
    });
    db.close();
    return { perSecond: transactions * together };
  },

  /** EventStoreDB's own client: an event an append, each caller to a stream of its own. */
  async 'bare client'({ url, callers, seconds }: Load & { url: string }) {
    const { EventStoreDBClient, jsonEvent } = await import('@eventstore/db-client');
    const client = EventStoreDBClient.connectionString(url);
    const name = randomUUID().slice(0, 8);
    const revisions = new Map<number, bigint>();
    const perSecond = await repeated({ callers, seconds }, async (caller) => {
      const expectedRevision = revisions.get(caller) ?? ('no_stream' as const);
      const { nextExpectedRevision } = await client.appendToStream(
        `bench-${name}-${caller}`,
        jsonEvent(chargePosted() as never),
        { expectedRevision },
      );
      revisions.set(caller, nextExpectedRevision);
    });
    return { perSecond };
  },
};

function chargePosted(): NewEvent {
  return {
    id: randomUUID(),
    type: 'ChargePosted',
    data: {
      chargeId: 'C1234',
      serviceDate: '2026-01-15',
      effectiveOn: '2026-01-15',
      amount: '125.00',
      currency: 'USD',
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
    },
    metadata: { recordedAt: new Date().toISOString() },
  };
}

export const row = defineRow({
  title: 'durable commands in one process, on 1,000 accounts and on one',
  measures,
  async run(bench) {
    const { seconds } = bench;
    const taken = async (figures: Promise<{ perSecond: number; peakMb: number }>) => {
      const { perSecond, peakMb } = await figures;
      return { value: perSecond, peakMb };
    };
    const sqlite = (together: number): Side['take'] => {
      return async () =>
        taken(bench.measure('transactions', { folder: await bench.newFolder(), together, seconds }));
    };
    for (const [accounts, where] of [
      [ACCOUNTS, 'over 1,000 accounts'],
      [1, 'on one account'],
    ] as const) {
      for (const callers of CALLERS) {
        const log: Side = {
          name: 'the embedded log alone',
          take: async () =>
            taken(bench.measure('appends', { folder: await bench.newFolder(), callers, seconds })),
        };
        // On one account each command waits for the one before; on many the log commits them together.
        const limit: Side =
          accounts > 1 && callers > 1
            ? { name: 'SQLite, 64 events a commit', take: sqlite(GROUP) }
            : { name: 'SQLite, a commit an event', take: sqlite(1) };
        await bench.compare(
          `commands ${where}, ${callers} at once`,
          '/s',
          async () =>
            taken(bench.measure('commands', { folder: await bench.newFolder(), accounts, callers, seconds })),
          limit,
          ...(accounts > 1 ? [log] : []),
        );
      }
    }
    const url = process.env['EVENTSTORE_URL'];
    if (url === undefined) return;
    for (const callers of CALLERS) {
      await bench.compare(
        `commands on EventStoreDB, ${callers} at once`,
        '/s',
        async () => {
          const place = { folder: await bench.newFolder(), eventStoreUrl: url };
          return taken(bench.measure('commands', { ...place, accounts: ACCOUNTS, callers, seconds }));
        },
        {
          name: 'its bare client',
          take: () => taken(bench.measure('bare client', { url, callers, seconds })),
        },
      );
    }
  },
});
