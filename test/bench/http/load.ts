import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** A request that is sent again and again: what differs from one to the next is for `next` to say. */
export interface Post {
  path: string;
  body: string;
}

export interface LoadOptions {
  port: number;
  connections: number;
  seconds: number;
  /** The next request of a connection, by its number from 0; undefined for none any more. */
  next: (connection: number) => Post | undefined;
}

/** What a load came to. */
export interface LoadResult {
  answers: number;
  seconds: number;
  /** Half of the answers, and 99 of 100, took at most so many ms. */
  p50: number;
  p99: number;
}

/**
 * Sends requests over connections that are kept open, each its next one when the answer to the one before is there,
 * until the time is over. Speaks over bare sockets, since an HTTP client would need more of the machine than the
 * servers that it is to measure.
 *
 * @throws when an answer is not a success, or its length is not announced
 */
export async function load({ port, connections, seconds, next }: LoadOptions): Promise<LoadResult> {
  const took: number[] = [];
  const start = performance.now();
  const until = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, (_, connection) =>
      keepAsking(port, () => (performance.now() < until ? next(connection) : undefined), took),
    ),
  );
  const elapsed = (performance.now() - start) / 1000;
  took.sort((a, b) => a - b);
  const within = (part: number): number =>
    took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0;
  return { answers: took.length, seconds: elapsed, p50: within(0.5), p99: within(0.99) };
}

/** Asks over one connection until there is nothing more to ask. */
function keepAsking(port: number, next: () => Post | undefined, took: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0;
    let received = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const ask = (): void => {
      const post = next();
      if (!post) {
        socket.end();
        resolve();
        return;
      }
      asked = performance.now();
      send(socket, post);
    };
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setEncoding('latin1');
    socket.on('connect', ask);
    socket.on('error', fail);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (text: string) => {
      received += text;
      const head = received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head))?.[1];
      if (length === undefined) fail(new Error(`an answer without a length: ${received}`));
      else if (received.length >= head + 4 + Number(length)) {
        took.push(performance.now() - asked);
        // "HTTP/1.1 201 …": whatever is not a success would be a measurement of something else.
        if (received.charAt(9) !== '2') fail(new Error(received));
        else {
          received = '';
          ask();
        }
      }
    });
  });
}

function send(socket: Socket, { path, body }: Post): void {
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}
