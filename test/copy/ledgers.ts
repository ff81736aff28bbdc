import { randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';
import { accountStream, encode } from '../../src/event-store/codec.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { EventMetadata, EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { list } from '../event-store/contract.js';
import { randomFrom, randomHistory } from '../read-models/queries/random-history.js';
import { inNewFolder } from '../support/event-store-folder.js';

const NAMESPACE = '7d0c4a7e-3c55-4f27-9d0a-0a4c3d6b8e11';

/** Writing of others, which an account's stream may hold all the same. */
const POISON: { type: string; data: unknown; metadata: object }[] = [
  {
    type: 'ChargePosted.v9',
    data: { more: [1, { b: null, a: 'x' }] },
    metadata: { recordedAt: 'yesterday' },
  },
  { type: 'NoteRecorded', data: null, metadata: {} },
  { type: 'PaymentPosted', data: 'no object \u0000 \ud800', metadata: { $causationId: randomUUID() } },
];

/** Appends a random history, one event after the other in the order of recording, some poison among it. */
export async function fillLedger(store: EventStore, seed: number, accounts = 5, steps = 30): Promise<void> {
  const random = randomFrom(seed);
  const revisions = new Map<string, number>();
  const append = async (stream: string, event: { type: string; data: unknown }, metadata: object) => {
    const last = revisions.get(stream) ?? -1;
    const id = uuidV5(`${seed} ${stream} ${last}`, NAMESPACE);
    await store.append(stream, last === -1 ? 'no_stream' : last, [
      { ...event, id, metadata: metadata as EventMetadata },
    ]);
    revisions.set(stream, last + 1);
  };
  for (const { accountId, event, recordedAt, actor } of randomHistory(seed, accounts, steps)) {
    const stream = accountStream(accountId);
    const trace = random.chance(0.5) ? { $correlationId: `trace-${random.below(9)}` } : {};
    await append(stream, encode(event), {
      recordedAt,
      ...(actor ? { actor } : {}),
      ...trace,
      more: [{ z: 1, a: 2 }],
    });
    if (random.chance(0.05)) {
      const { metadata, ...poison } = random.pick(POISON);
      await append(stream, poison, metadata);
    }
  }
}

/** Two event logs in folders of their own. */
export async function onTwoLogs(use: (a: EventStore, b: EventStore) => Promise<void>): Promise<void> {
  await inNewFolder(async (first) =>
    inNewFolder(async (second) => {
      const a = await openEmbeddedStore({ folder: first });
      const b = await openEmbeddedStore({ folder: second });
      try {
        await use(a, b);
      } finally {
        await a.close();
        await b.close();
      }
    }),
  );
}

/** All that a log says in its order, without the positions, which belong to a store. */
export async function said(store: EventStore): Promise<Omit<StoredEvent, 'position'>[]> {
  return (await list(store.readAll())).map(({ position: _, ...event }) => event);
}
