import type { FindingKind } from './finding.js';

/** What reading the bytes can find, before anybody asks what the segments mean. */
export const READER_FINDINGS = {
  no_envelope: {
    severity: 'stops',
    means: 'Nowhere in the file does an ISA, GS or ST begin: this is no X12.',
  },
  text_is_utf16: {
    severity: 'stops',
    means: 'The file is UTF-16; X12 is read from ASCII, UTF-8 or Latin-1.',
  },
  text_outside_envelope: {
    severity: 'warns',
    means: 'Something stands before an envelope or after it; it was passed by.',
  },
  interchange_header_unreadable: {
    severity: 'stops',
    means: 'An ISA begins and never becomes one; what follows it was passed by up to the next envelope.',
  },
  interchange_header_short: {
    severity: 'warns',
    means: 'The ISA has fewer than 16 elements; the delimiters could still be seen.',
  },
  component_separator_missing: {
    severity: 'warns',
    means: 'ISA16 names no component separator; the usual one is taken.',
  },
  segment_terminator_missing: {
    severity: 'stops',
    means: 'After ISA16 stands nothing that could end a segment.',
  },
  segment_too_long: {
    severity: 'stops',
    means: 'A segment is longer than the limit; its elements were dropped.',
  },
  segment_not_terminated: {
    severity: 'warns',
    means:
      'The file ends inside a segment; where that was not the last IEA, what is missing is found as well.',
  },
} as const satisfies Record<string, FindingKind>;

export type ReaderCode = keyof typeof READER_FINDINGS;
