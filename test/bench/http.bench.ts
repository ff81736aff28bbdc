/*
 * How many POSTs of charges and payments a second are answered over 64 connections that stay open: by servers that do
 * nothing with them, from bare node:http up to NestJS as its documentation has it, and by arledger, which has each
 * command durable in its embedded log before it answers. The commands are spread over 1,000 accounts. Every server is a
 * process of its own, so that the peak of memory is its own; all take turns, and each figure is the median of its turns.
 *
 *   npx tsc --noEmit false --outDir dist/bench && node dist/bench/test/bench/http.bench.js [SECONDS [TURNS [NAME …]]]
 *
 * BENCH_FOLDER is where the logs are written, the temporary folder if it is not set. With BENCH_JSON set, the results
 * are one JSON object a server, for row b of bench.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type LoadResult, type Post, load } from './http/load.js';
import type { Asked, Listening, ServerName, Stopped, Worked } from './http/server.js';

const ACCOUNTS = 1_000;
const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;
const STOCK: ServerName = 'nest';
const WHAT: Readonly<Record<ServerName, string>> = {
  bare: 'node:http, nothing done',
  fastify: 'Fastify with a JSON schema, nothing done',
  nest: 'NestJS with ValidationPipe and CommandBus, nothing done',
  arledger: 'arledger, durable, with its read models',
  'arledger writing only': 'arledger, durable, without read models',
};

const [seconds = '8', turns = '3', ...names] = process.argv.slice(2);
const compared = (names.length > 0 ? names : Object.keys(WHAT)) as ServerName[];

/** What is told of a server with BENCH_JSON. */
export interface HttpResult {
  server: ServerName;
  perSecond: number;
  /** In ms. */
  p50: number;
  p99: number;
  peakMb: number;
}

/** With the µs of processors that an answer took: of the whole server, and of the thread that answers. */
type Turn = LoadResult & Stopped & { cpu: number; threadCpu: number };
const results = new Map<ServerName, Turn[]>(compared.map((name) => [name, []]));
for (let turn = 0; turn < Number(turns); turn += 1) {
  for (const name of compared) results.get(name)!.push(await takeTurn(name));
}

const perSecond = ({ answers, seconds: elapsed }: Turn): number => answers / elapsed;
if (process.env['BENCH_JSON']) printJson();
else printTable();

function printJson(): void {
  for (const [server, all] of results) {
    const result: HttpResult = {
      server,
      perSecond: median(all.map(perSecond)),
      p50: median(all.map(({ p50 }) => p50)),
      p99: median(all.map(({ p99 }) => p99)),
      peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
    };
    console.log(JSON.stringify(result));
  }
}

function printTable(): void {
  const stock = results.get(STOCK);
  console.table(
    [...results].map(([name, all]) => ({
      server: WHAT[name],
      'answers/s': Math.round(median(all.map(perSecond))),
      'to stock NestJS': stock && (median(all.map(perSecond)) / median(stock.map(perSecond))).toFixed(2),
      'p50 ms': median(all.map(({ p50 }) => p50)).toFixed(2),
      'p99 ms': median(all.map(({ p99 }) => p99)).toFixed(2),
      'CPU µs': Math.round(median(all.map(({ cpu }) => cpu))),
      'of its thread': Math.round(median(all.map(({ threadCpu }) => threadCpu))),
      'peak MB': Math.round(Math.max(...all.map(({ peakMb }) => peakMb))),
    })),
  );
  console.log(
    `Node ${process.version}, ${CONNECTIONS} connections, ${ACCOUNTS} accounts, ${turns} turns of ${seconds} s`,
  );
}

/** One server from its start to its end. */
async function takeTurn(name: ServerName): Promise<Turn> {
  const server = fork(new URL('./http/server.js', import.meta.url), [name]);
  const { port } = (await said(server)) as Listening;
  const isLedger = name.startsWith('arledger');
  let durable = 0;
  if (isLedger)
    durable += (await load({ port, connections: CONNECTIONS, seconds: 60, next: openings() })).answers;
  const next = chargesAndPayments();
  durable += (await load({ port, connections: CONNECTIONS, seconds: WARM_UP_SECONDS, next })).answers;
  const before = (await ask(server, 'worked')) as Worked;
  const result = await load({ port, connections: CONNECTIONS, seconds: Number(seconds), next });
  const after = (await ask(server, 'worked')) as Worked;
  durable += result.answers;
  const stopped = (await ask(server, 'stop')) as Stopped;
  if (isLedger && Number(stopped.head) !== durable) {
    throw new Error(`${durable} commands were answered, the log holds ${stopped.head} events`);
  }
  const cpu = (after.process - before.process) / result.answers;
  const threadCpu = (after.thread - before.thread) / result.answers;
  return { ...result, ...stopped, cpu, threadCpu };
}

async function ask(server: ChildProcess, question: Asked): Promise<unknown> {
  const answer = said(server);
  server.send(question);
  return answer;
}

/** What a server says next. */
async function said(server: ChildProcess): Promise<unknown> {
  const ended: Promise<never> = once(server, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  const [message] = (await Promise.race([once(server, 'message'), ended])) as [unknown];
  // It may end after that.
  ended.catch(() => undefined);
  return message;
}

/** Opens every account once, whichever connection does. */
function openings(): () => Post | undefined {
  let opened = 0;
  return () => {
    if (opened === ACCOUNTS) return undefined;
    opened += 1;
    return { path: '/v1/accounts', body: `{"accountId":"A${opened}","openedOn":"2026-01-01"}` };
  };
}

/** From each connection a charge, then the payment of it; then on the next account. */
function chargesAndPayments(): (connection: number) => Post {
  let charges = 0;
  const owed = new Map<number, number>();
  return (connection) => {
    const charge = owed.get(connection);
    if (charge === undefined) {
      charges += 1;
      owed.set(connection, charges);
      return {
        path: `/v1/accounts/A${accountOf(charges)}/charges`,
        body:
          `{"chargeId":"C${charges}","serviceDate":"2026-01-15","amount":"125.00",` +
          '"code":{"system":"CPT","value":"99213"},' +
          '"responsible":{"party":"payer","payerId":"ACME","position":"primary"}}',
      };
    }
    owed.delete(connection);
    return {
      path: `/v1/accounts/A${accountOf(charge)}/payments`,
      body:
        `{"paymentId":"P${charge}","amount":"100.00","from":{"party":"payer","payerId":"ACME","position":"primary"},` +
        `"method":"eft","allocations":[{"chargeId":"C${charge}","amount":"100.00"}]}`,
    };
  };
}

function accountOf(charge: number): number {
  return (charge % ACCOUNTS) + 1;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)]!;
}
