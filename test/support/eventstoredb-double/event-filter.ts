import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { RecordedEvent } from './event-log.js';
import { invalid } from './refusals.js';

/** Which events a subscription to the whole log is to have, and how often it is told how far it has come. */
export interface EventFilter {
  allows(event: RecordedEvent): boolean;
  /** So many events are looked at together. */
  window: number;
  /** A checkpoint comes after so many. */
  checkpointInterval: number;
}

/** The server looks at so many unless it is told otherwise. */
const WINDOW_EVENTS = 32;

/** @throws Refused when it is no filter that the server would take */
export function eventFilter(options: ReadReq.Options.FilterOptions): EventFilter {
  const onStream = options.getStreamIdentifier();
  const expression = onStream ?? options.getEventType();
  if (expression === undefined) throw invalid('a filter needs an expression');
  const multiplier = options.getCheckpointintervalmultiplier();
  if (multiplier === 0) throw invalid('a filter needs a checkpoint interval');
  const window = options.hasMax() ? options.getMax() : WINDOW_EVENTS;
  const prefixes = expression.getPrefixList();
  const pattern = new RegExp(expression.getRegex());
  const matches =
    prefixes.length > 0
      ? (text: string) => prefixes.some((prefix) => text.startsWith(prefix))
      : (text: string) => pattern.test(text);
  return {
    allows: (event) => matches(onStream === undefined ? event.type : event.stream),
    window,
    checkpointInterval: window * multiplier,
  };
}
