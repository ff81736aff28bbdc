import { join } from 'node:path';
import { type Load, type Peer, type PeerEvent, decideAsPeer, evolveAsPeer, unopenedAsPeer } from './peer.js';

/*
 * Emmett's own command handler on each of its stores, as its documentation has it. Its packages of one version are not
 * all in the registry, so that each store comes with the version of the core that it asks for.
 */

type Store = object;

export const emmettOnSqlite: Peer = {
  name: 'Emmett on SQLite',
  needs: 'folder',
  packages: {
    '@event-driven-io/emmett': '0.38.5',
    '@event-driven-io/emmett-sqlite': '0.38.5',
    sqlite3: '5.1.7',
  },
  builds: ['sqlite3'],
  open: async (load, { folder }) => {
    const { getSQLiteEventStore } = await load('@event-driven-io/emmett-sqlite');
    const store: Store = getSQLiteEventStore({
      fileName: join(folder, 'emmett.db'),
      schema: { autoMigration: 'CreateOrUpdate' },
    });
    // Side by side, its appends join one transaction, and are answered before that is committed: they would not be durable.
    return oneAfterTheOther(await handlerOf(load, store));
  },
};

export const emmettOnPostgres: Peer = {
  name: 'Emmett on PostgreSQL',
  needs: 'databaseUrl',
  packages: { '@event-driven-io/emmett': '0.42.0', '@event-driven-io/emmett-postgresql': '0.42.0' },
  open: async (load, { databaseUrl }) => {
    const { getPostgreSQLEventStore } = await load('@event-driven-io/emmett-postgresql');
    const store = getPostgreSQLEventStore(databaseUrl);
    await store.schema.migrate();
    return handlerOf(load, store);
  },
};

export const emmettOnEventStoreDb: Peer = {
  name: 'Emmett on EventStoreDB',
  needs: 'eventStoreUrl',
  packages: {
    '@event-driven-io/emmett': '0.20.0',
    '@event-driven-io/emmett-esdb': '0.20.0',
    '@eventstore/db-client': '6.2.1',
  },
  open: async (load, { eventStoreUrl }) => {
    const { getEventStoreDBEventStore } = await load('@event-driven-io/emmett-esdb');
    const { EventStoreDBClient } = await load('@eventstore/db-client');
    return handlerOf(load, getEventStoreDBEventStore(EventStoreDBClient.connectionString(eventStoreUrl)));
  },
};

type Transact = Awaited<ReturnType<Peer['open']>>;

function oneAfterTheOther(transact: Transact): Transact {
  let last: Promise<unknown> = Promise.resolve();
  return (command) => {
    const done = last.then(() => untilNotBusy(() => transact(command)));
    last = done.catch(() => undefined);
    return done;
  };
}

/** Now and then it cannot commit, since its own reading has not ended; it has rolled back then. */
async function untilNotBusy(work: () => Promise<unknown>): Promise<unknown> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
    }
  }
}

async function handlerOf(load: Load, store: Store): Promise<Transact> {
  const { CommandHandler } = await load('@event-driven-io/emmett');
  const handle = CommandHandler({
    evolve: evolveAsPeer,
    initialState: unopenedAsPeer,
    // Two of our callers may meet on one account: the one that was slower decides again.
    retry: { onVersionConflict: true },
  });
  return (command) =>
    handle(store, `account-${command.accountId}`, (account: never): PeerEvent =>
      decideAsPeer(account, command),
    ) as Promise<unknown>;
}
