import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Taken, defineRow } from '../bench-row.js';
import type { HttpResult } from '../http.bench.js';

/*
 * Durable commands over HTTP: http.bench.ts takes the servers in turns, each in a process of its own.
 */

const SERVERS = [
  ['nest', 'stock NestJS, nothing done'],
  ['fastify', 'Fastify with a schema, nothing done'],
  ['bare', 'node:http, nothing done'],
] as const;

export const row = defineRow({
  title: 'durable commands over HTTP, 64 connections',
  measures: {},
  async run(bench) {
    const program = fileURLToPath(new URL('../http.bench.js', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...process.execArgv, program, String(bench.seconds), String(bench.rounds)],
      { env: { ...process.env, BENCH_JSON: '1' } },
    );
    const results = new Map<string, HttpResult>();
    for (const line of stdout.trim().split('\n')) {
      const result = JSON.parse(line) as HttpResult;
      results.set(result.server, result);
    }
    const taken = (server: string): Taken => {
      const { perSecond, peakMb } = results.get(server)!;
      return { value: perSecond, peakMb };
    };
    for (const [ours, work] of [
      ['arledger', 'POST charges and payments'],
      ['arledger writing only', 'the same, without read models'],
    ] as const) {
      for (const [server, name] of SERVERS) {
        bench.add({ work, unit: '/s', ours: taken(ours), beside: { name, ...taken(server) } });
      }
      bench.add({
        work: `${work}: 99 of 100 within`,
        unit: 'ms',
        ours: { value: results.get(ours)!.p99 },
        beside: { name: SERVERS[0][1], value: results.get('nest')!.p99 },
      });
    }
  },
});
