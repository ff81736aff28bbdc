import {
  type Peer,
  type PeerAccount,
  type PeerEvent,
  decideAsPeer,
  evolveAsPeer,
  unopenedAsPeer,
} from './peer.js';

type CastoreAccount = PeerAccount & { aggregateId: string; version: number };

interface CastoreEvent {
  aggregateId: string;
  version: number;
  type: PeerEvent['type'];
  payload: PeerEvent['data'];
}

/** Castore's event store on its adapter for PostgreSQL. */
export const castoreOnPostgres: Peer = {
  name: 'Castore on PostgreSQL',
  needs: 'databaseUrl',
  installedIn: 'castore-postgres',
  packages: { '@castore/core': '2.4.2', '@castore/event-storage-adapter-postgres': '2.4.2' },
  open: async (load, { databaseUrl }) => {
    const { EventStore, EventType } = await load('@castore/core');
    const { PostgresEventStorageAdapter } = await load('@castore/event-storage-adapter-postgres');
    const tableName = 'castore_events';
    await PostgresEventStorageAdapter.createEventTable({
      connectionString: databaseUrl,
      tableName,
      aggregateId: { type: 'VARCHAR', length: 80 },
    });
    const store = new EventStore({
      eventStoreId: 'accounts',
      eventTypes: ['OpenAccount', 'PostCharge', 'PostPayment'].map((type) => new EventType({ type })),
      reducer: (account: CastoreAccount | undefined, event: CastoreEvent): CastoreAccount => ({
        ...evolveAsPeer(account ?? unopenedAsPeer(), { type: event.type, data: event.payload }),
        aggregateId: event.aggregateId,
        version: event.version,
      }),
      eventStorageAdapter: new PostgresEventStorageAdapter({ connectionString: databaseUrl, tableName }),
    });
    const once = async (command: Parameters<typeof decideAsPeer>[1]): Promise<unknown> => {
      const aggregateId = command.accountId;
      const { aggregate } = await store.getAggregate(aggregateId);
      const { type, data } = decideAsPeer(aggregate ?? unopenedAsPeer(), command);
      const version = Number(aggregate?.version ?? 0) + 1;
      return store.pushEvent({ aggregateId, version, type, payload: data }, { prevAggregate: aggregate });
    };
    return async (command) => {
      for (;;) {
        try {
          return await once(command);
        } catch (error) {
          // Two of our callers may meet on one account: the one that was slower decides again.
          if ((error as { code?: string }).code !== 'EventAlreadyExistsError') throw error;
        }
      }
    };
  },
};
