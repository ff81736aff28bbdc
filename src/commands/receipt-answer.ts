import type { FastifyReply } from 'fastify';
import type { Outcome, Receipt } from './receipt.js';

/**
 * Says by status and header what a command came to: 201 when events were appended, 200 for a repeated command, the
 * revision as ETag.
 *
 * @returns the receipt, for the body
 */
export function receiptAnswer(reply: FastifyReply, { appended, receipt }: Outcome): Receipt {
  void reply.status(appended ? 201 : 200).header('etag', `"${receipt.revision}"`);
  return receipt;
}
