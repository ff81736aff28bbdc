import { randomUUID } from 'node:crypto';
import { type Side, defineRow, repeated } from '../bench-row.js';
import { chargesAndPayments, openings } from '../charges-and-payments.js';
import { row as commandsRow } from '../rows/a-commands.js';
import { castoreOnPostgres } from './castore.js';
import { emmettOnEventStoreDb } from './emmett-eventstoredb.js';
import { emmettOnPostgres } from './emmett-postgres.js';
import { emmettOnSqlite } from './emmett-sqlite.js';
import { loadFrom } from './load.js';
import type { PeerPlace } from './peer.js';
import { readyPeers } from './ready-peers.js';

/*
 * Durable commands over 1,000 accounts, as row a takes them, beside the same on other libraries: each reads the account of
 * a command from its store, decides, appends, and answers when that is durable.
 */

const PEERS = [emmettOnSqlite, emmettOnPostgres, castoreOnPostgres, emmettOnEventStoreDb];
const CALLERS = [1, 32, 128];
const ACCOUNTS = 1_000;
const GROUP = 64;

const measures = {
  ...commandsRow.measures,

  async peer({ peer, modules, callers, seconds, ...place }: PeerLoad & PeerPlace) {
    const { open } = PEERS.find(({ name }) => name === peer)!;
    const transact = await open(await loadFrom(modules), place);
    const name = randomUUID().slice(0, 8);
    for (const opening of openings(name, ACCOUNTS)) await transact(opening);
    const next = chargesAndPayments(name, ACCOUNTS);
    return { perSecond: await repeated({ callers, seconds }, (caller) => transact(next(caller))) };
  },
};

interface PeerLoad {
  peer: string;
  modules: string;
  callers: number;
  seconds: number;
}

export const row = defineRow({
  title: 'durable commands over 1,000 accounts, beside other libraries',
  measures,
  async run(bench) {
    const { seconds } = bench;
    const ready = await readyPeers(bench, PEERS);
    const url = process.env['EVENTSTORE_URL'];
    for (const callers of CALLERS) {
      const ours = (eventStoreUrl?: string) => async () => {
        const place = { folder: await bench.newFolder(), eventStoreUrl };
        return taken(bench.measure('commands', { ...place, accounts: ACCOUNTS, callers, seconds }));
      };
      const [onEventStoreDb, others] = [true, false].map((is) =>
        ready
          .filter(({ needs }) => (needs === 'eventStoreUrl') === is)
          .map(({ name, modules, newPlace }): Side => {
            const take = async () =>
              taken(bench.measure('peer', { peer: name, modules, callers, seconds, ...(await newPlace()) }));
            return { name, take };
          }),
      );
      const together = callers > 1 ? GROUP : 1;
      const sqlite: Side = {
        name: together > 1 ? `SQLite alone, ${together} events a commit` : 'SQLite alone, a commit an event',
        take: async () =>
          taken(bench.measure('transactions', { folder: await bench.newFolder(), together, seconds })),
      };
      await bench.compare(`commands, ${callers} at once`, '/s', ours(), sqlite, ...others!);
      if (url === undefined) continue;
      const client: Side = {
        name: 'its bare client',
        take: () => taken(bench.measure('bare client', { url, callers, seconds })),
      };
      const work = `commands on EventStoreDB, ${callers} at once`;
      await bench.compare(work, '/s', ours(url), client, ...onEventStoreDb!);
    }
  },
});

async function taken(figures: Promise<{ perSecond: number; peakMb: number }>) {
  const { perSecond, peakMb } = await figures;
  return { value: perSecond, peakMb };
}
