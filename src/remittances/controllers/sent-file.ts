import type { FastifyRequest } from 'fastify';
import { streamSentAs } from '../../commands/received.js';
import { X12_TYPES } from '../../http/fastify-edge.js';
import { ProblemError, problem, problemError } from '../../http/problem.js';

/** A file may have so many bytes: a year of a large hospital has less. */
export const FILE_BYTES_MAX = 512 * 1024 * 1024;

/**
 * The bytes of the file that is the body of a request, as they come.
 *
 * @throws ProblemError `unsupported_media_type` (415); `body_too_large` (413), before the first byte where the headers
 * say so; `body_cut_off` (400) when the connection ends before the file does
 */
export function sentFile(request: FastifyRequest): AsyncGenerator<Uint8Array> {
  const sent = streamSentAs(X12_TYPES, request);
  if (!sent) {
    throw problemError('unsupported_media_type', 415, `Send the file as ${X12_TYPES.join(' or ')}.`);
  }
  if (Number(request.headers['content-length'] ?? 0) > FILE_BYTES_MAX) throw tooLarge(FILE_BYTES_MAX);
  return upTo(FILE_BYTES_MAX, untilCutOff(sent));
}

/**
 * Passes bytes on up to a limit.
 *
 * @throws ProblemError `body_too_large` (413) when more come
 */
export async function* upTo(bytesMax: number, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    yield chunk;
  }
}

/** That a sender went away is nothing that anybody has to look into. */
async function* untilCutOff(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch {
    throw problemError('body_cut_off', 400, 'The connection ended before the file did; send it again.');
  }
}

/** The rest of it is not waited for. */
function tooLarge(bytesMax: number): ProblemError {
  const detail = 'The file is larger than any remittance may be; split it.';
  return new ProblemError(problem('body_too_large', 413, detail, { bytesMax }), { connection: 'close' });
}
