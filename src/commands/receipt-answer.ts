import type { FastifyReply } from 'fastify';

/**
 * Says by status and header what a command came to: 201 when events were appended, 200 for a repeated command, the
 * revision as ETag.
 *
 * @returns the receipt, for the body
 */
export function receiptAnswer<R extends { revision: number }>(
  reply: FastifyReply,
  { appended, receipt }: { appended: boolean; receipt: R },
): R {
  void reply.status(appended ? 201 : 200).header('etag', `"${receipt.revision}"`);
  return receipt;
}
