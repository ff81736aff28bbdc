import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../projections/all.js';
import type { Database } from '../../src/database/database.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { type CliResult, arledger } from '../command-line/built-cli.js';
import { temporaryFolder } from '../command-line/temporary-folder.js';
import { onPostgres } from '../support/database.js';
import { serveDouble } from '../support/eventstoredb-double/served-double.js';
import { type Served, serve } from '../support/served.js';
import { until } from './projector/read-models.js';
import { differencesFromLog } from './projector/read-tables.js';
import { type Random, randomFrom } from './queries/random-history.js';

const ROUNDS = Number(process.env['ARLEDGER_KILL_ROUNDS'] ?? 3);
const SEED = Number(process.env['ARLEDGER_SEED'] ?? Date.now() % 1_000_000);

const PROCESSES = 3;
const SENDERS = 3;
const ACCOUNTS_OF_A_SENDER = 2;
const BETWEEN_COMMANDS_MS = 15;
/** A service that is dead, hangs, or has just lost something is given up after so long, and another one is asked. */
const ANSWER_MS_MAX = 3_000;
const COMMAND_MS_MAX = 60_000;
const TAKEN_OVER_WITHIN_MS = 20_000;
const ROUND_MS_MAX = 60_000;

/** What a sender was told about one of its accounts. */
interface Account {
  id: string;
  cents: number;
  revision: number;
  position: string;
  /** Ids of the commands that were acknowledged. */
  acknowledged: string[];
}

interface Receipt {
  revision: number;
  position: string;
}

/** Service processes on one event store and one database, of which any may be dead or hang. */
class Services {
  readonly #env: Record<string, string>;
  readonly #folder: string;
  readonly #running: Served[] = [];

  constructor(folder: string, env: Record<string, string>) {
    this.#folder = folder;
    this.#env = env;
  }

  get urls(): string[] {
    return this.#running.map(({ url }) => url);
  }

  async start(at = this.#running.length): Promise<void> {
    this.#running[at] = await serve(this.#folder, this.#env);
  }

  signal(at: number, signal: NodeJS.Signals): void {
    this.#running[at]!.child.kill(signal);
  }

  async kill(at: number): Promise<void> {
    this.signal(at, 'SIGKILL');
    await this.#running[at]!.ended;
  }

  /** Which one says that it leads, of those that answer. */
  async leader({ except }: { except?: number } = {}): Promise<number> {
    let leader = -1;
    await until(async () => {
      const leading = await Promise.all(this.urls.map((_, at) => this.#leads(at)));
      leader = leading.findIndex((leads, at) => leads && at !== except);
      return leader >= 0;
    }, TAKEN_OVER_WITHIN_MS);
    return leader;
  }

  async #leads(at: number): Promise<boolean> {
    const answer = await ask(`${this.urls[at]!}/metrics`);
    return /^arledger_projection_leader 1$/m.test((await answer?.text()) ?? '');
  }

  /** Lets all end by themselves; whatever does not is killed. */
  async stop(): Promise<CliResult[]> {
    const ended = this.#running.map(({ child, ended: end }) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      child.kill('SIGTERM');
      return end.finally(() => clearTimeout(timer));
    });
    return Promise.all(ended);
  }
}

/** The answer, or undefined where none comes. */
async function ask(url: string, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  } catch {
    return undefined;
  }
}

/** Sends a command again and again, now to this process and now to that one, until it is acknowledged. */
async function send(services: Services, random: Random, path: string, body: object): Promise<Receipt> {
  for (const end = Date.now() + COMMAND_MS_MAX; Date.now() < end;) {
    const answer = await ask(`${services.urls[random.below(PROCESSES)]!}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer?.status === 200 || answer?.status === 201) return (await answer.json()) as Receipt;
    // Nothing but being away for a moment is an excuse.
    if (answer && answer.status !== 503) throw new Error(`${answer.status}: ${await answer.text()}`);
    await delay(BETWEEN_COMMANDS_MS);
  }
  throw new Error(`no process took ${path}`);
}

/** Posts charges to its own accounts until told to stop; now and then looks whether any process knows of them. */
async function sendUntil(
  done: AbortSignal,
  services: Services,
  accounts: readonly Account[],
  random: Random,
): Promise<number> {
  let looks = 0;
  for (const account of accounts) {
    const opened = { accountId: account.id, openedOn: '2026-01-01' };
    Object.assign(account, await receiptOf(send(services, random, '/v1/accounts', opened)));
  }
  while (!done.aborted) {
    const account = accounts[random.below(accounts.length)]!;
    const chargeId = `C${account.acknowledged.length}`;
    const cents = 1 + random.below(99_999);
    const sent = send(services, random, `/v1/accounts/${account.id}/charges`, {
      chargeId,
      serviceDate: '2026-01-02',
      amount: amountOf(cents),
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'patient' },
    });
    Object.assign(account, await receiptOf(sent), { cents: account.cents + cents });
    account.acknowledged.push(chargeId);
    if (random.chance(0.2) && (await looksRight(services.urls[random.below(PROCESSES)]!, account)))
      looks += 1;
    await delay(BETWEEN_COMMANDS_MS);
  }
  return looks;
}

async function receiptOf(sent: Promise<Receipt>): Promise<Receipt> {
  const { revision, position } = await sent;
  return { revision, position };
}

/** Whether a process answers with what was acknowledged last; false where it cannot say now. */
async function looksRight(url: string, account: Account): Promise<boolean> {
  const answer = await ask(`${url}/v1/accounts/${account.id}?waitFor=${account.position}`);
  if (answer === undefined || answer.status === 503) return false;
  expect(await answer.json()).toMatchObject({
    accountId: account.id,
    balance: amountOf(account.cents),
    revision: account.revision,
    trustworthy: true,
  });
  return true;
}

function amountOf(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

async function endSessionOfLeader(database: Database): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and granted and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())`.execute(database);
}

type Fault = 'kill' | 'hang' | 'cut';

/** Each once in a round of three, in an order of its own. */
function faultsOf(random: Random): Fault[] {
  const faults: Fault[] = [];
  while (faults.length < ROUNDS) {
    const left: Fault[] = ['kill', 'hang', 'cut'];
    while (left.length > 0) faults.push(...left.splice(random.below(left.length), 1));
  }
  return faults.slice(0, ROUNDS);
}

async function strike(fault: Fault, services: Services, database: Database): Promise<void> {
  const leader = await services.leader();
  switch (fault) {
    case 'kill':
      await services.kill(leader);
      await services.leader({ except: leader });
      return services.start(leader);
    case 'hang':
      services.signal(leader, 'SIGSTOP');
      try {
        await services.leader({ except: leader });
      } finally {
        services.signal(leader, 'SIGCONT');
      }
      return;
    case 'cut':
      return endSessionOfLeader(database);
  }
}

onPostgres('three service processes on one EventStoreDB (a double)', (fresh) => {
  const folder = temporaryFolder();
  it(
    `lose nothing, double nothing and answer alike while their leader is struck ${ROUNDS} times (seed ${SEED})`,
    async () => {
      const random = randomFrom(SEED);
      const { database, url } = await fresh();
      const double = await serveDouble(folder);
      const env = { EVENTSTORE_URL: double.url, DATABASE_URL: url };
      const services = new Services(folder, env);
      const accounts = Array.from({ length: SENDERS * ACCOUNTS_OF_A_SENDER }, (_, i): Account => ({
        id: `A${i}`,
        cents: 0,
        revision: -1,
        position: '',
        acknowledged: [],
      }));
      const done = new AbortController();
      try {
        for (let i = 0; i < PROCESSES; i++) await services.start();
        const sending = Promise.all(
          Array.from({ length: SENDERS }, (_, i) =>
            sendUntil(
              done.signal,
              services,
              accounts.filter((_account, at) => at % SENDERS === i),
              randomFrom(SEED + 1 + i),
            ),
          ),
        );
        const striking = (async () => {
          for (const fault of faultsOf(random)) {
            await delay(500 + random.below(1_000));
            await strike(fault, services, database);
          }
          // By a process of its own, while commands come in and one of the others leads.
          const { code, stdout } = await arledger(['rebuild', '--json'], { env });
          expect(JSON.parse(stdout)).toEqual(
            projections.map(({ name }) => expect.objectContaining({ projection: name, differences: [] })),
          );
          expect(code).toBe(0);
        })();
        // A sender that fails ends the test.
        await Promise.race([striking, sending]);
        done.abort();
        const looks = await sending;
        await striking;
        expect(Math.min(...looks)).toBeGreaterThan(0);

        for (const process of services.urls) {
          for (const account of accounts) {
            await until(() => looksRight(process, account));
          }
        }
        const log = await readLog(double.url);
        expect(chargesIn(log)).toEqual(
          accounts
            .flatMap(({ id, acknowledged }) => acknowledged.map((chargeId) => `${id} ${chargeId}`))
            .sort(),
        );
        expect(await differencesFromLog(database, projections, log)).toEqual([]);
        const { code, stdout } = await arledger(['verify', '--json'], { env });
        expect({ code, stdout: JSON.parse(stdout) }).toMatchObject({ code: 0, stdout: { findings: [] } });
        const endedWell = expect.objectContaining({ code: 0 });
        expect(await services.stop()).toEqual(services.urls.map(() => endedWell));
      } finally {
        done.abort();
        await services.stop();
        await double.kill();
      }
    },
    60_000 + ROUNDS * ROUND_MS_MAX,
  );
});

async function readLog(url: string): Promise<StoredEvent[]> {
  const store = await openEventStoreDb({ url });
  const events: StoredEvent[] = [];
  try {
    for await (const event of store.readAll()) events.push(event);
  } finally {
    await store.close();
  }
  return events;
}

/** Every charge that is in the log, as often as it is there. */
function chargesIn(log: readonly StoredEvent[]): string[] {
  return log
    .filter(({ type }) => type.startsWith('ChargePosted'))
    .map(
      ({ stream, data }) => `${stream.slice('account-'.length)} ${(data as { chargeId: string }).chargeId}`,
    )
    .sort();
}
