import type { FastifyRequest } from 'fastify';
import { senderOf } from '../../commands/received.js';
import type { Sender } from '../../commands/sender.js';
import { validationFailed } from '../../http/problem.js';
import type { FieldError } from '../../ledger/rejection.js';

/**
 * Who sent a request, and as part of what. A condition on a revision is for single accounts, and refused.
 *
 * @throws ProblemError `validation_failed`
 */
export function plainSenderOf(request: FastifyRequest): Sender {
  const errors: FieldError[] = [];
  const { ifRevision, ...sender } = senderOf(request, errors);
  if (ifRevision !== undefined) errors.push({ field: 'If-Match', message: 'is for single accounts' });
  if (errors.length > 0) throw validationFailed(errors);
  return sender;
}
