import { join } from 'node:path';
import { emmettOn } from './emmett.js';
import type { Peer, Transact } from './peer.js';

/**
 * Its commands are sent one after the other, however many callers there are: an append closes the connection that appends
 * beside it are using, so that most of those fail, and some are never answered.
 */
export const emmettOnSqlite: Peer = {
  name: 'Emmett on SQLite, in turns',
  needs: 'folder',
  installedIn: 'emmett-sqlite',
  packages: {
    '@event-driven-io/emmett': '0.38.5',
    '@event-driven-io/emmett-sqlite': '0.38.5',
    sqlite3: '5.1.7',
  },
  builds: ['sqlite3'],
  open: async (load, { folder }) => {
    const { getSQLiteEventStore } = await load('@event-driven-io/emmett-sqlite');
    const store: object = getSQLiteEventStore({
      fileName: join(folder, 'emmett.db'),
      schema: { autoMigration: 'CreateOrUpdate' },
    });
    return inTurns(await emmettOn(load, store));
  },
};

function inTurns(transact: Transact): Transact {
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
