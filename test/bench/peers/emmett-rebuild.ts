import pg from 'pg';
import { timed } from '../bench-row.js';
import { hospitalOf } from '../hospital-commands.js';
import type { Load } from './load.js';
import type { PeerEvent } from './peer.js';

const WRITERS = 32;

/**
 * Emmett's rebuild of one projection on PostgreSQL, the balance of every account, from the commands of the made-up hospital
 * taken as events, which were written by many at once.
 *
 * @returns how many events were kept before, how many of them the projection had in the end, and those a second
 */
export async function emmettRebuild(
  load: Load,
  databaseUrl: string,
  commands: number,
): Promise<{ perSecond: number; done: number; kept: number }> {
  const emmett = await load('@event-driven-io/emmett-postgresql');
  const { SQL } = await load('@event-driven-io/dumbo');
  const store = emmett.getPostgreSQLEventStore(databaseUrl);
  await store.schema.migrate();
  // Each writer takes the next account: Emmett refuses two appends at once on one stream.
  const accounts = eventsByAccount(commands);
  const left = accounts.entries();
  const write = async (): Promise<void> => {
    for (const [accountId, events] of left) {
      for (const event of events) await store.appendToStream(`account-${accountId}`, [event]);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  const balances = emmett.postgreSQLRawSQLProjection({
    name: 'balances',
    canHandle: [...new Set([...accounts.values()].flat().map(({ type }) => type))],
    init: () =>
      SQL`create table if not exists balances (account_id text primary key, entries bigint, amount numeric)`,
    evolve: ({ type, data }: PeerEvent) => {
      const { accountId, amount = '0' } = data as { accountId: string; amount?: string };
      const signed = type === 'PostCharge' ? amount : `-${amount}`;
      return SQL`insert into balances values (${accountId}, 1, ${signed}::numeric)
        on conflict (account_id) do update
        set entries = balances.entries + 1, amount = balances.amount + excluded.amount`;
    },
  });
  const consumer = emmett.rebuildPostgreSQLProjections({
    connectionString: databaseUrl,
    projections: [balances],
  });
  const { seconds } = await timed(() => consumer.start() as Promise<unknown>);
  await consumer.close();
  const { done, kept } = await countIn(databaseUrl);
  return { perSecond: done / seconds, done, kept };
}

function eventsByAccount(commands: number): Map<string, PeerEvent[]> {
  const accounts = new Map<string, PeerEvent[]>();
  for (const { type, ...data } of hospitalOf(commands)) {
    const events = accounts.get(data.accountId) ?? [];
    accounts.set(data.accountId, events);
    events.push({ type, data });
  }
  return accounts;
}

async function countIn(databaseUrl: string): Promise<{ done: number; kept: number }> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  const { rows } = await client.query<{ done: string; kept: string }>(
    'select (select sum(entries) from balances) as done, (select count(*) from emt_messages) as kept',
  );
  await client.end();
  return { done: Number(rows[0]!.done), kept: Number(rows[0]!.kept) };
}
