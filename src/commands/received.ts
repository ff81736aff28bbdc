import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import { trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkFields } from '../http/check-fields.js';
import { problemError, validationFailed } from '../http/problem.js';
import { textFault } from '../http/value-fields.js';
import type { FieldError } from '../ledger/rejection.js';
import type { AccountRequest } from './account-request.js';
import type { Sender } from './sender.js';

/** A command that came over HTTP, and where its answer goes. */
export interface ReceivedCommand {
  command: AccountRequest;
  reply: FastifyReply;
}

/** The command that an HTTP request asks for: path and body checked together, with who sent it. */
export const Received = createParamDecorator(
  (commandClass: new () => AccountRequest, context: ExecutionContext): ReceivedCommand => {
    const http = context.switchToHttp();
    return {
      command: requestIn(commandClass, http.getRequest<FastifyRequest>()),
      reply: http.getResponse<FastifyReply>(),
    };
  },
);

function requestIn(commandClass: new () => AccountRequest, request: FastifyRequest): AccountRequest {
  const body = request.body ?? undefined;
  if (isStream(body)) throw problemError('unsupported_media_type', 415, 'Send application/json.');
  const errors: FieldError[] = [];
  let fields: unknown = body;
  if (typeof body === 'object' && !Array.isArray(body)) {
    const params = request.params as Record<string, string>;
    const all: Record<string, unknown> = { ...body };
    for (const name of Object.keys(params)) {
      if (Object.hasOwn(all, name)) errors.push({ field: name, message: 'is part of the path' });
      all[name] = params[name];
    }
    fields = all;
  }
  const result = checkFields(commandClass, fields);
  if ('errors' in result) errors.push(...result.errors);
  const sender = senderOf(request, errors);
  if ('errors' in result || errors.length > 0) throw validationFailed(errors);
  result.checked.sender = sender;
  return result.checked;
}

/** The body as it comes, where it was sent as one of these types; undefined where it was not. */
export function streamSentAs(
  types: readonly string[],
  { headers, body }: FastifyRequest,
): AsyncIterable<Uint8Array> | undefined {
  const type = headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase() ?? '';
  return isStream(body) && types.includes(type) ? body : undefined;
}

/** Whether a content type parser left the body as a stream. */
export function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && 'pipe' in body && typeof body.pipe === 'function';
}

const ACTOR_MAX = 128;

/** Who sent a request, as part of what, and on which condition; what is malformed is added to the errors. */
export function senderOf({ headers }: FastifyRequest, errors: FieldError[]): Sender {
  const sender: Sender = {};
  const actor = headers['x-actor'];
  if (actor !== undefined) {
    // Node reads headers as Latin-1; whoever sends other letters sends UTF-8.
    const text = Buffer.from(String(actor), 'latin1').toString('utf8');
    const fault = text.includes('\uFFFD') ? 'must be UTF-8' : textFault(text, ACTOR_MAX);
    if (fault === undefined) sender.actor = text;
    else errors.push({ field: 'X-Actor', message: fault });
  }
  // A trace that begins here is known by the span of the request; there is none unless traces are made.
  const correlationId = traceIdOf(headers.traceparent) ?? trace.getActiveSpan()?.spanContext().traceId;
  if (correlationId !== undefined) sender.correlationId = correlationId;
  const condition = headers['if-match'];
  if (condition !== undefined) {
    const ifRevision = revisionIn(condition);
    if (ifRevision !== undefined) sender.ifRevision = ifRevision;
    else errors.push({ field: 'If-Match', message: 'must be one quoted revision such as "7", or *' });
  }
  return sender;
}

/** W3C trace context: what is malformed counts as not sent. */
function traceIdOf(traceparent: unknown): string | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/.exec(traceparent.trim());
  const [, version, traceId] = match ?? [];
  return version === 'ff' || traceId === '0'.repeat(32) ? undefined : traceId;
}

function revisionIn(condition: string): number | 'any' | undefined {
  const text = condition.trim();
  if (text === '*') return 'any';
  const revision = /^"(\d{1,15})"$/.exec(text)?.[1];
  return revision === undefined ? undefined : Number(revision);
}
