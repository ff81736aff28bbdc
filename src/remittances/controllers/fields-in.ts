import type { FastifyRequest } from 'fastify';
import { isStream } from '../../commands/received.js';
import { checkFields } from '../../http/check-fields.js';
import { problemError, validationFailed } from '../../http/problem.js';

/**
 * The JSON body of a request, as declared.
 *
 * @throws ProblemError unsupported_media_type, validation_failed
 */
export function fieldsIn<T extends object>(fieldsClass: new () => T, { body }: FastifyRequest): T {
  if (isStream(body)) throw problemError('unsupported_media_type', 415, 'Send application/json.');
  const asked = checkFields(fieldsClass, body ?? undefined);
  if ('errors' in asked) throw validationFailed(asked.errors);
  return asked.checked;
}
