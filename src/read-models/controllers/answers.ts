import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Stamp } from '../queries/moment.js';

export const CSV = 'text/csv';

/** Sends a report as a CSV file; headers say when it is about and whether it can be trusted. */
export function sendCsv(
  reply: FastifyReply,
  name: string,
  lines: Iterable<string> | AsyncIterable<string>,
  about: Partial<Stamp> & { trustworthy?: boolean } = {},
): void {
  const { asOf, knownAt, trustworthy } = about;
  const file = `${name}${asOf === undefined ? '' : `-${asOf}`}.csv`;
  void reply
    .status(200)
    .type(`${CSV}; charset=utf-8; header=present`)
    .header('content-disposition', `attachment; filename="${file.replaceAll(/[^A-Za-z0-9._-]/g, '_')}"`)
    .headers({
      ...(asOf !== undefined && { 'arledger-as-of': asOf }),
      ...(knownAt !== undefined && { 'arledger-known-at': knownAt }),
      ...(trustworthy !== undefined && { 'arledger-trustworthy': String(trustworthy) }),
    })
    .send(Readable.from(lines, { objectMode: false }));
}

/**
 * The same items, the first of them already read: what is wrong with a question shows before the answer begins, and
 * can still be told.
 */
export async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = items[Symbol.asyncIterator]();
  let first: IteratorResult<T> | undefined = await iterator.next();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const item = first ?? (await iterator.next());
        first = undefined;
        return item;
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  };
}
