import { once } from 'node:events';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { tracer } from '../../src/spans.js';
import { temporaryFolder } from '../command-line/temporary-folder.js';
import { serve } from '../support/served.js';
import { startTestService } from '../support/service.js';

describe('traces', () => {
  it('are not made unless there is somewhere to send them', async () => {
    const service = await startTestService();
    await service.post('/v1/accounts', { accountId: 'A', openedOn: '2026-01-01' });
    for await (const { metadata } of service.app.get<EventStore>(EVENT_STORE).readAll()) {
      expect(Object.keys(metadata)).toEqual(['recordedAt']);
    }
    expect(tracer.startSpan('x').isRecording()).toBe(false);
    await service.remove();
  });
});

describe('a collector of traces', () => {
  const folder = temporaryFolder();
  const unreachable = async (): Promise<Server> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  it.each([
    ['is away', (server: Server) => once(server.close(), 'close')],
    ['never answers', (server: Server) => server.on('connection', (socket) => socket.resume())],
  ])(
    'that %s keeps nobody, and is told of once',
    async (how, make) => {
      const server = await unreachable();
      const { port } = server.address() as AddressInfo;
      await make(server);
      const { url, child, ended } = await serve(join(folder, how), {
        LOG_LEVEL: 'warn',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:secret@127.0.0.1:${port}`,
      });
      // Enough spans for several batches to be sent, or lost.
      const statuses = await Promise.all(
        Array.from({ length: 500 }, async (_, i) => {
          const { status } = await fetch(`${url}/v1/accounts`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ accountId: `A${i}`, openedOn: '2026-01-01' }),
          });
          return status;
        }),
      );
      expect(new Set(statuses)).toEqual(new Set([201]));
      const started = performance.now();
      child.kill('SIGTERM');
      const { code, stderr } = await ended;
      expect(code).toBe(0);
      // What could not be sent is given up after three seconds.
      expect(performance.now() - started).toBeLessThan(9_000);
      const said = stderr.split('\n').filter((line) => line !== '');
      expect(said.length).toBeGreaterThan(0);
      expect(said.length).toBeLessThanOrEqual(2);
      expect(said.join()).toMatch(/traces/);
      expect(said.join()).not.toMatch(/secret|127\.0\.0\.1/);
      if (server.listening) server.close();
    },
    120_000,
  );
});
