import { INVALID_SPANID, type Link, TraceFlags, isValidTraceId } from '@opentelemetry/api';
import type { StoredEvent } from '../../event-store/event-store.js';
import { inSpan } from '../../spans.js';

/** A batch may be of thousands of commands; a few of their traces lead back to them. */
const LINKS_MAX = 8;

/** Writes a batch in a trace of its own, linked to the first traces that its events are part of. */
export function inBatchSpan(events: readonly StoredEvent[], write: () => Promise<void>): Promise<void> {
  const attributes = { 'arledger.events': events.length };
  return inSpan('project', { root: true, attributes }, (span) => {
    if (span.isRecording()) span.addLinks(tracesOf(events));
    return write();
  });
}

/** Events know the trace that they are part of, not the span. */
function tracesOf(events: readonly StoredEvent[]): Link[] {
  const traceIds = new Set<string>();
  for (const { metadata } of events) {
    const { $correlationId } = metadata;
    if (typeof $correlationId === 'string' && isValidTraceId($correlationId)) traceIds.add($correlationId);
    if (traceIds.size === LINKS_MAX) break;
  }
  return [...traceIds].map((traceId) => ({
    context: { traceId, spanId: INVALID_SPANID, traceFlags: TraceFlags.SAMPLED },
  }));
}
