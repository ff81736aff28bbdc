import { emmettOn } from './emmett.js';
import type { Peer } from './peer.js';

export const emmettOnPostgres: Peer = {
  name: 'Emmett on PostgreSQL',
  needs: 'databaseUrl',
  installedIn: 'emmett-postgresql',
  packages: { '@event-driven-io/emmett': '0.42.0', '@event-driven-io/emmett-postgresql': '0.42.0' },
  open: async (load, { databaseUrl }) => {
    const { getPostgreSQLEventStore } = await load('@event-driven-io/emmett-postgresql');
    const store = getPostgreSQLEventStore(databaseUrl);
    await store.schema.migrate();
    return emmettOn(load, store);
  },
};
