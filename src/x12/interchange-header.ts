import {
  type Delimiters,
  USUAL_DELIMITERS,
  isLetterOrDigit,
  isLineBreak,
  mayPartElements,
} from './delimiters.js';

/** What an ISA says of its delimiters, and what it fails to say. */
export interface InterchangeHeader {
  delimiters: Delimiters;
  faults: ('interchange_header_short' | 'component_separator_missing' | 'segment_terminator_missing')[];
}

const ELEMENTS = 16;
const REPETITION_ELEMENT = 11;
const VERSION_ELEMENT = 12;

/** An ISA of full length has 106 bytes; what is not complete after so many is none. */
export const HEADER_LIMIT = 1000;

/**
 * Reads the delimiters from a text that begins with `ISA`: by its separators, since many files have an ISA that is too
 * short or too long for fixed offsets.
 *
 * @param text as much as is there, one character per byte
 * @param ended whether nothing more will come
 * @returns `more` when the decision needs more text, `unreadable` when this is no ISA
 */
export function readInterchangeHeader(
  text: string,
  ended: boolean,
): InterchangeHeader | 'more' | 'unreadable' {
  const element = text[3];
  if (element === undefined) return ended ? 'unreadable' : 'more';
  const starts: number[] = [];
  for (let i = 3; i < text.length && starts.length < ELEMENTS; i += 1) {
    if (text[i] !== element) continue;
    const short = endsBefore(text, i, element);
    if (short) return withRepetition(text, starts, short);
    starts.push(i + 1);
  }
  if (starts.length < ELEMENTS) {
    return !ended && text.length < HEADER_LIMIT ? 'more' : 'unreadable';
  }
  const end = afterLastSeparator(text, starts[ELEMENTS - 1]!, element, ended);
  return end === 'more' ? 'more' : withRepetition(text, starts, end);
}

/** The header when GS or ST stands right before this separator, so that the ISA was over before its 16 elements were. */
function endsBefore(text: string, separator: number, element: string): InterchangeHeader | undefined {
  const tag = text.slice(separator - 2, separator);
  if (tag !== 'GS' && tag !== 'ST') return undefined;
  const header = text.slice(0, separator - 2).trimEnd();
  const last = header.at(-1)!;
  if (last === element) return undefined; // an element whose value is GS
  const lineBreak = firstLineBreak(text.slice(header.length, separator - 2));
  const segment = mayPartElements(last) ? last : lineBreak;
  if (segment === undefined) return undefined;
  const elements = segment === last ? header.slice(0, -1) : header;
  const component = elements.at(-1)!;
  const seen = elements.at(-2) === element && mayPartElements(component) && component !== segment;
  return {
    delimiters: { element, component: seen ? component : usualComponent(element, segment), segment },
    faults: seen ? ['interchange_header_short'] : ['interchange_header_short', 'component_separator_missing'],
  };
}

/** ISA16 is the component separator, and the byte after it ends the segment; line breaks may lie between and after. */
function afterLastSeparator(
  text: string,
  start: number,
  element: string,
  ended: boolean,
): InterchangeHeader | 'more' {
  let at = start;
  while (at < text.length && isLineBreak(text[at]!)) at += 1;
  let next = at + 1;
  while (next < text.length && (isLineBreak(text[next]!) || text[next] === ' ')) next += 1;
  if (next >= text.length && !ended && text.length < HEADER_LIMIT) return 'more';
  const component = text[at] ?? '';
  const following = text[next] ?? '';
  const lineBreak = firstLineBreak(text.slice(at + 1, next));
  if (following !== '' && mayEndSegments(following) && following !== element) {
    return header(element, component, following);
  }
  if (lineBreak !== undefined && component !== '~') return header(element, component, lineBreak);
  if (mayEndSegments(component) && component !== element) return header(element, '', component);
  return header(element, '', '');
}

function firstLineBreak(text: string): string | undefined {
  return /[\r\n]/.exec(text)?.[0];
}

function mayEndSegments(character: string): boolean {
  return character !== '' && !isLetterOrDigit(character) && character !== ' ';
}

function header(element: string, component: string, terminator: string): InterchangeHeader {
  const faults: InterchangeHeader['faults'] = [];
  if (terminator === '') faults.push('segment_terminator_missing');
  const segment = terminator === '' ? (element === '~' ? '\n' : '~') : terminator;
  const usable = mayEndSegments(component) && component !== element && component !== segment;
  if (!usable) faults.push('component_separator_missing');
  return {
    delimiters: { element, component: usable ? component : usualComponent(element, segment), segment },
    faults,
  };
}

/** The usual component separator, or one that does not stand for something else here. */
export function usualComponent(element: string, segment: string): string {
  return [USUAL_DELIMITERS.component, '>', '^'].find((c) => c !== element && c !== segment)!;
}

function withRepetition(text: string, starts: number[], found: InterchangeHeader): InterchangeHeader {
  const { element, component, segment } = found.delimiters;
  const valueOf = (n: number) => (text.slice(starts[n - 1], starts[n]! - 1) || '').replace(/[\r\n]/g, '');
  if (starts.length <= VERSION_ELEMENT) return found;
  const repetition = valueOf(REPETITION_ELEMENT);
  const distinct = ![element, component, segment].includes(repetition);
  if (
    valueOf(VERSION_ELEMENT) < '00402' ||
    repetition.length !== 1 ||
    !mayEndSegments(repetition) ||
    !distinct
  ) {
    return found;
  }
  return { ...found, delimiters: { ...found.delimiters, repetition } };
}
