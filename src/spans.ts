import { type Span, type SpanOptions, SpanStatusCode, trace } from '@opentelemetry/api';
import { ProblemError } from './http/problem.js';

/** Makes spans that go nowhere, at next to no cost, unless `startTracing` was called. */
export const tracer = trace.getTracer('arledger');

/**
 * Does a piece of work in a span of its own; spans of the work have it for their parent. What fails is named by its
 * code or class, never by its message, which may quote what a caller sent. A refusal is an answer, not a fault.
 *
 * @param name holds no id: spans are grouped by it, and account ids are the patients'
 */
export function inSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks what a span was of as failed. */
export function failed(span: Span, error: unknown): void {
  if (error instanceof ProblemError) {
    span.setAttribute('error.type', error.problem.code);
    if (error.problem.status < 500) return;
  } else {
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
  }
  span.setStatus({ code: SpanStatusCode.ERROR });
}
