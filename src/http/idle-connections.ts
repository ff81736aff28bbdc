import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches the connections of a server that does not listen yet; the function closes those over which nothing goes on.
 * Node takes one over which nothing has come yet for a busy one: clients open them ahead, and some they never use.
 */
export function idleConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    server.closeIdleConnections();
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
