/**
 * Injection token of an `AbortController`: aborted when the service is told to stop, before anything is closed, so that
 * nobody is sent here any more and nothing that could go on for ever keeps it.
 */
export const STOPPING = Symbol('Stopping');
