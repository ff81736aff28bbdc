import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Problem, problem, problemError, validationFailed } from './problem.js';
import { RouteTable } from './route-table.js';
import { MalformedJson, parseStrictJson } from './strict-json.js';

const BODY_BYTES_MAX = 1024 * 1024;
export const NDJSON = 'application/x-ndjson';
/** What X12 files come as. */
export const X12_TYPES = ['application/edi-x12', 'text/plain'] as const;
export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

/**
 * Fastify as we want it at the edge: bodies are strict JSON of at most 1 MB, or NDJSON as the raw stream; whatever it
 * refuses before a route is reached is a problem too.
 */
export function createHttpAdapter(log: Logger): { adapter: FastifyAdapter; routes: RouteTable } {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    // While the service stops, what still comes over open connections is answered, and they are closed.
    return503OnClosing: false,
    // Longer ids reach the validation, which says what is wrong with them.
    routerOptions: { maxParamLength: 1000 },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const status = error.statusCode ?? 400;
      void sendProblem(reply, status === 414 ? uriTooLong() : validationFailed([NOT_A_URL]).problem);
    },
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) =>
      answerBrokenRequest(error.code, socket),
  });
  const fastify = adapter.getInstance();
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  // The path that was asked for holds account ids, so only the pattern of its route is logged.
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    log.debug(
      { method, route: routeOptions.url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    );
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      requireReadable(request);
      done(null, parseStrictJson(body));
    } catch (error) {
      const fault =
        error instanceof MalformedJson
          ? validationFailed([{ field: 'body', message: error.message }])
          : error;
      done(fault as Error);
    }
  });
  fastify.addContentTypeParser(NDJSON, (request, payload, done) => {
    try {
      requireReadable(request);
      done(null, payload);
    } catch (error) {
      done(error as Error);
    }
  });
  // X12 says nothing of its characters: whatever charset is named, the bytes are taken as they are.
  fastify.addContentTypeParser([...X12_TYPES], (request, payload, done) => {
    try {
      requireUnpacked(request);
      done(null, payload);
    } catch (error) {
      done(error as Error);
    }
  });
  return { adapter, routes };
}

/** Sends a problem as RFC 9457 has it. */
export function sendProblem(reply: FastifyReply, sent: Problem): FastifyReply {
  return reply.status(sent.status).header('content-type', PROBLEM_JSON).send(JSON.stringify(sent));
}

const NOT_A_URL = { field: 'path', message: 'is not a well-formed URL path' };

function uriTooLong(): Problem {
  return problem('uri_too_long', 414, 'A part of the path is longer than any id may be.');
}

/** Only UTF-8, and nothing packed. */
function requireReadable({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  if (['utf-8', 'utf8', 'us-ascii', undefined].includes(charset) && !isPacked(headers)) return;
  throw problemError(
    'unsupported_media_type',
    415,
    'Send the body as plain UTF-8, without Content-Encoding.',
  );
}

function requireUnpacked({ headers }: FastifyRequest): void {
  if (!isPacked(headers)) return;
  throw problemError('unsupported_media_type', 415, 'Send the body without Content-Encoding.');
}

function isPacked(headers: FastifyRequest['headers']): boolean {
  return (headers['content-encoding']?.trim().toLowerCase() ?? 'identity') !== 'identity';
}

/** What is no HTTP never reaches Fastify; the socket is all there is. */
function answerBrokenRequest(code: string | undefined, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const sent =
    code === 'HPE_HEADER_OVERFLOW'
      ? problem('headers_too_large', 431, 'The headers of the request are too large.')
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? problem('request_timeout', 408, 'The request took too long to arrive.')
        : problem('validation_failed', 400, 'This is not an HTTP request.', {
            errors: [{ field: 'request', message: 'is not well-formed HTTP' }],
          });
  const body = JSON.stringify(sent);
  socket.end(
    `HTTP/1.1 ${sent.status} ${sent.title}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
