/** The bytes that part an interchange, each as a character of its code. */
export interface Delimiters {
  element: string;
  component: string;
  /** Absent before release 00402, and where ISA11 names none. */
  repetition?: string;
  segment: string;
}

/** What stands between the elements of most files, and of one that does not say. */
export const USUAL_DELIMITERS: Delimiters = { element: '*', component: ':', segment: '~' };

const LETTER_OR_DIGIT = /^[A-Za-z0-9]$/;

export function isLetterOrDigit(character: string): boolean {
  return LETTER_OR_DIGIT.test(character);
}

export function isLineBreak(character: string): boolean {
  return character === '\r' || character === '\n';
}

/** Whether a character may part elements: no letter or digit, nothing that prose is punctuated with. */
export function mayPartElements(character: string): boolean {
  return !/[A-Za-z0-9\s.,;\-'"()/&_\0\u0080-\u00ff]/.test(character) || character === '\t';
}
