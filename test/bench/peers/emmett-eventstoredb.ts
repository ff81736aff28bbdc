import { emmettOn } from './emmett.js';
import type { Peer } from './peer.js';

export const emmettOnEventStoreDb: Peer = {
  name: 'Emmett on EventStoreDB',
  needs: 'eventStoreUrl',
  installedIn: 'emmett-esdb',
  packages: {
    '@event-driven-io/emmett': '0.20.0',
    '@event-driven-io/emmett-esdb': '0.20.0',
    '@eventstore/db-client': '6.2.1',
  },
  open: async (load, { eventStoreUrl }) => {
    const { getEventStoreDBEventStore } = await load('@event-driven-io/emmett-esdb');
    const { EventStoreDBClient } = await load('@eventstore/db-client');
    return emmettOn(load, getEventStoreDBEventStore(EventStoreDBClient.connectionString(eventStoreUrl)));
  },
};
