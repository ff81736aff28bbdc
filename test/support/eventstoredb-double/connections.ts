import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';

/** The connections to one port of the loopback interface, each of which can be cut. */
export class Connections {
  readonly #sockets = new Map<string, Socket>();
  readonly #accept: (socket: Duplex) => void;
  #server: Server | undefined;
  #port = 0;

  /** @param accept takes a connection over */
  constructor(accept: (socket: Duplex) => void) {
    this.#accept = accept;
  }

  get port(): number {
    return this.#port;
  }

  /** Whether new ones are taken. */
  get areTaken(): boolean {
    return this.#server !== undefined;
  }

  /** Listens on a port, 0 for any; on the same one when it is left out and there was one before. */
  async listen(port = this.#port): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => {
      const peer = `${socket.remoteAddress}:${socket.remotePort}`;
      this.#sockets.set(peer, socket);
      socket.on('close', () => this.#sockets.delete(peer));
      socket.on('error', () => socket.destroy()); // The other side went away; its calls are cancelled thereby.
      this.#accept(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts the connection of a peer, `address:port`. */
  cut(peer: string): void {
    this.#sockets.get(peer)?.destroy();
  }

  /** Cuts all connections; new ones are taken. */
  cutAll(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  /** Takes no more connections and cuts those there are. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    this.cutAll();
    await closed;
  }
}
