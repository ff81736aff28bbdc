/*
 * One of the servers of row b, in a process of its own: `server.js NAME FOLDER` tells its parent the port, and when it is
 * told to stop, how much memory it took and where its log ends.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { readConfig } from '../../../src/config.js';
import { EVENT_STORE, type EventStore } from '../../../src/event-store/event-store.js';
import { startService } from '../../../src/main.js';
import { peakMbOf } from '../peak-memory.js';
import { startStockNest } from './stock-nest.js';

export type ServerName = 'bare' | 'fastify' | 'nest' | 'arledger' | 'arledger writing only';

/** What a server says when it listens. */
export interface Listening {
  port: number;
}

/** What a server says when it has stopped. */
export interface Stopped {
  peakMb: number;
  /** Where the log of events ends; undefined for a server without one. */
  head: string | undefined;
}

interface Started {
  port: number;
  /** Stops taking requests, and gives the end of the log. */
  stop?: () => Promise<string | undefined>;
}

const servers: Readonly<Record<ServerName, () => Promise<Started>>> = {
  bare: () =>
    new Promise((resolve) => {
      const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { chargeId: id } = JSON.parse(Buffer.concat(chunks).toString()) as { chargeId?: string };
          response.statusCode = 201;
          response.setHeader('content-type', 'application/json').end(JSON.stringify({ id }));
        });
      });
      server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port }));
    }),

  async fastify() {
    const app = fastify();
    for (const [path, body, id] of [
      ['charges', CHARGE_SCHEMA, 'chargeId'],
      ['payments', PAYMENT_SCHEMA, 'paymentId'],
    ] as const) {
      const schema = { body, response: { 201: { type: 'object', properties: { id: { type: 'string' } } } } };
      app.post(`/v1/accounts/:accountId/${path}`, { schema }, (request, reply) => {
        void reply.status(201).send({ id: (request.body as Record<string, string>)[id] });
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port };
  },

  nest: async () => ({ port: await startStockNest() }),
  arledger: () => startArledger({ readModels: true }),
  'arledger writing only': () => startArledger({ readModels: false }),
};

const text = (pattern: string) => ({ type: 'string', pattern }) as const;
const ID = text('^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$');
const AMOUNT = text('^\\d{1,12}(\\.\\d{1,4})?$');
const PARTY = {
  type: 'object',
  additionalProperties: false,
  required: ['party'],
  properties: { party: { enum: ['patient', 'payer'] }, payerId: ID, position: { type: 'string' } },
} as const;
const CHARGE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['chargeId', 'serviceDate', 'amount', 'code', 'responsible'],
  properties: {
    chargeId: ID,
    serviceDate: text('^\\d{4}-\\d\\d-\\d\\d$'),
    amount: AMOUNT,
    code: {
      type: 'object',
      additionalProperties: false,
      required: ['system', 'value'],
      properties: { system: { enum: ['CPT', 'HCPCS'] }, value: { type: 'string', maxLength: 64 } },
    },
    responsible: PARTY,
  },
} as const;
const PAYMENT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['paymentId', 'amount', 'from', 'method', 'allocations'],
  properties: {
    paymentId: ID,
    amount: AMOUNT,
    from: PARTY,
    method: { enum: ['cash', 'check', 'card', 'eft'] },
    allocations: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['chargeId', 'amount'],
        properties: { chargeId: ID, amount: AMOUNT },
      },
    },
  },
} as const;

/** The ledger as it is served, on an embedded log in the folder; without its read models, only the write side. */
async function startArledger({ readModels }: { readModels: boolean }): Promise<Started> {
  const config = readConfig({ ARLEDGER_DATA: process.argv[3], PORT: '0' });
  const { app, url, close } = await startService(config, { readModels });
  return {
    port: Number(new URL(url).port),
    stop: async () => {
      const head = await app.get<EventStore>(EVENT_STORE).head();
      await close();
      return head;
    },
  };
}

const { port, stop } = await servers[process.argv[2] as ServerName]();
process.once('disconnect', () => process.exit(1));
process.on('message', () => void stopAndTell());
process.send!({ port } satisfies Listening);

async function stopAndTell(): Promise<void> {
  const head = await stop?.();
  const stopped: Stopped = { peakMb: peakMbOf(), head };
  process.send!(stopped, () => process.exit());
}
