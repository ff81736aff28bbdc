import { createHash } from 'node:crypto';
import type { Database } from '../../../src/database/database.js';
import { streamBeside } from '../../../src/event-store/codec.js';
import type { EventStore, StoredEvent } from '../../../src/event-store/event-store.js';
import type { RemittanceDataOf, RemittanceEvent } from '../../../src/ledger/remittance-events.js';
import { Today } from '../../../src/commands/today.js';
import { Deposits } from '../../../src/remittances/deposits/deposits.js';
import { Reconciliation } from '../../../src/remittances/deposits/reconciliation.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, eventsOf } from '../../commands/accounts-on-a-log.js';
import { type TestReadModels, readModels } from '../../read-models/projector/read-models.js';

const clock = { now: () => new Date(NOW) };

/** Deposits and remittances over a log and read models of a test's own; the projector is the caller's to stop. */
export interface RemittancesOnALog {
  models: TestReadModels;
  deposits: Deposits;
  reconciliation: Reconciliation;
  /** A remittance as importing it leaves it, without claims. */
  import(remittance: Imported): Promise<void>;
  /** The parts that the remittances were reconciled in: `R1 D1 100.00 2026-03-01`. */
  reconciled(): Promise<string[]>;
}

export interface Imported {
  id: string;
  /** BPR02; null where the file has none. */
  amount: string | null;
  /** TRN02 and TRN03, with a slash. */
  trace?: string;
  currency?: string;
  effectiveOn?: string;
  standing?: 'posting' | 'held' | 'completed';
}

export function remittancesOn(store: EventStore, database: Database): RemittancesOnALog {
  const models = readModels(database, store);
  const writer = new StreamWriter({ store, clock });
  const current = new CurrentReadModels({
    database,
    store,
    progress: models.progress,
    projector: models.projector,
  });
  return {
    models,
    deposits: new Deposits({ store, writer, today: new Today(clock, 'UTC') }),
    reconciliation: new Reconciliation(current, { store, writer }),
    import: async (remittance) => {
      const events = eventsFor(remittance).map((event) => ({ key: event.type, event }));
      await writer.append(streamBeside('remittance', remittance.id), 'no_stream', 0, events);
    },
    reconciled: async () => {
      const parts: string[] = [];
      for await (const { type, data } of store.readAll()) {
        if (type !== 'RemittanceReconciled') continue;
        const part = data as RemittanceDataOf<'RemittanceReconciled'>;
        parts.push(`${part.remittanceId} ${part.depositId ?? '-'} ${part.amount} ${part.effectiveOn}`);
      }
      return parts;
    },
  };
}

export function remittanceEvents(store: EventStore, id: string): Promise<StoredEvent[]> {
  return eventsOf(store, streamBeside('remittance', id));
}

function eventsFor({
  id,
  amount,
  trace,
  currency = 'USD',
  effectiveOn = '2026-02-01',
  standing = 'completed',
}: Imported): RemittanceEvent[] {
  const [number = '', payerId = ''] = trace?.split('/') ?? [];
  const hash = createHash('sha256').update(id).digest('hex');
  const received: RemittanceEvent = {
    type: 'RemittanceReceived',
    data: {
      remittanceId: id,
      contentHash: hash,
      document: { sha256: hash, segment: 1, lastSegment: 9 },
      controlNumber: '0001',
      version: '005010X221A1',
      currency,
      effectiveOn,
      receivedOn: '2026-03-01',
      payer: { id: 'ACME', name: 'ACME HEALTH' },
      provider: { id: '1999999984' },
      ...(trace === undefined ? {} : { trace: { number, payerId } }),
      ...(amount === null ? {} : { payment: { amount, method: 'ACH' } }),
      totals: { claims: amount ?? '0.00', providerAdjustments: '0.00' },
      claims: 0,
      providerAdjustments: 0,
      createAccounts: false,
      findings: [],
    },
  };
  if (standing === 'held')
    return [received, { type: 'RemittanceHeld', data: { remittanceId: id, effectiveOn } }];
  const accepted: RemittanceEvent = {
    type: 'RemittanceAccepted',
    data: { remittanceId: id, currency, effectiveOn, amount: amount ?? '0.00' },
  };
  if (standing === 'posting') return [received, accepted];
  return [
    received,
    accepted,
    { type: 'RemittanceCompleted', data: { remittanceId: id, posted: 0, suspended: 0, effectiveOn } },
  ];
}
