import {
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tracer } from '../spans.js';
import type { Metrics } from './metrics.js';

/** Tells the metrics of every request, by the pattern of its route: the path that was asked for holds account ids. */
export function measureRequests(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    metrics.answered(method, routeOptions.url, statusCode, elapsedTime / 1000);
    done();
  });
}

/** From the signal on every answer is the last one of its connection: the next request is for another process. */
export function endConnections(fastify: FastifyInstance, stopping: AbortSignal): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping.aborted) void reply.header('connection', 'close');
    done(null, payload);
  });
}

/**
 * Makes a span of every request of the API, below that of the caller where there is a `traceparent`. What probes ask
 * again and again makes none.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, protocol, headers } = request;
    const route = routeOptions.url;
    if (route?.startsWith('/v1/')) {
      const attributes = { 'http.request.method': method, 'http.route': route, 'url.scheme': protocol };
      const caller = propagation.extract(ROOT_CONTEXT, headers);
      spans.set(
        request,
        tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller),
      );
    }
    done();
  });
  // Not before: what parses the body goes on in the context of its socket.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) context.with(trace.setSpan(context.active(), span), done);
    else done();
  });
  fastify.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) {
      span?.setAttribute('error.type', String(statusCode)).setStatus({ code: SpanStatusCode.ERROR });
    }
    span?.end();
    done();
  });
}
