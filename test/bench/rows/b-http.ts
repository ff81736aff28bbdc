import { fork } from 'node:child_process';
import { defineRow, middle } from '../bench-row.js';
import { LedgerPosts } from '../http/ledger-posts.js';
import type { Listening, ServerName, Stopped } from '../http/server.js';
import { said } from '../said.js';

/*
 * How many POSTs of charges and payments a second are answered over 64 connections that stay open: by servers that do
 * nothing with them, from bare node:http up to NestJS as its documentation has it, and by ours, which has each command
 * durable in its embedded log before it answers. Every server is a process of its own, whose memory is shown.
 */

const WARM_UP_SECONDS = 3;
const OURS = [
  ['arledger', 'POST charges and payments'],
  ['arledger writing only', 'the same, without read models'],
] as const;
const OTHERS = [
  ['nest', 'stock NestJS, nothing done'],
  ['fastify', 'Fastify with a schema, nothing done'],
  ['bare', 'node:http, nothing done'],
] as const;

const measures = {
  /** One server from its start to its end; `p99` in ms. */
  async server({ name, folder, seconds }: { name: ServerName; folder: string; seconds: number }) {
    const server = fork(new URL('../http/server.js', import.meta.url), [name, folder]);
    const { port } = (await said(server)) as Listening;
    const posts = new LedgerPosts(port);
    const isOurs = OURS.some(([ours]) => ours === name);
    const opened = isOurs ? (await posts.open()).answers : 0;
    const warmUp = await posts.postFor(WARM_UP_SECONDS);
    const result = await posts.postFor(seconds);
    server.send('stop');
    const { head, peakMb: serverMb } = (await said(server)) as Stopped;
    const durable = opened + warmUp.answers + result.answers;
    if (isOurs && Number(head) !== durable) {
      throw new Error(`${durable} commands were answered, the log holds ${head} events`);
    }
    return { perSecond: result.answers / result.seconds, p99: result.p99, serverMb };
  },
};

export const row = defineRow({
  title: 'durable commands over HTTP, 64 connections, 1,000 accounts',
  measures,
  async run(bench) {
    const { seconds } = bench;
    const turns = await bench.eachRound(async () => {
      const turn = new Map<ServerName, { perSecond: number; p99: number; peakMb: number }>();
      for (const [name] of [...OTHERS, ...OURS]) {
        const folder = await bench.newFolder();
        const { serverMb: peakMb, ...figures } = await bench.measure('server', { name, folder, seconds });
        turn.set(name, { ...figures, peakMb });
      }
      return turn;
    });
    const of = (server: ServerName, figure: 'perSecond' | 'p99') =>
      middle(
        turns.map((turn) => turn.get(server)!),
        figure,
      );
    for (const [ours, work] of OURS) {
      for (const [server, name] of OTHERS) {
        const beside = { name, ...of(server, 'perSecond') };
        bench.add({ work, unit: '/s', ours: of(ours, 'perSecond'), beside });
      }
      bench.add({
        work: `${work}: 99 of 100 within`,
        unit: 'ms',
        ours: of(ours, 'p99'),
        beside: { name: OTHERS[0][1], ...of('nest', 'p99') },
      });
    }
  },
});
