import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

/** A way to a PostgreSQL on which connections can fall silent: nothing is told to either end. */
export interface SilentProxy {
  /** The URL of the database, by way of the proxy. */
  url: string;
  /** Lets nothing through any more on the connections there are; nor on new ones, where `forGood`. */
  fallSilent(forGood?: boolean): void;
  close(): void;
}

export async function silentProxy(target: string): Promise<SilentProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let deaf = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      sockets.add(socket);
    }
    if (deaf) return;
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    fallSilent(forGood = false) {
      deaf = forGood;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
