import { type Delimiters, USUAL_DELIMITERS } from './delimiters.js';
import { usualComponent } from './interchange-header.js';

/** How much of a fragment is looked at before its delimiters are guessed, in bytes. */
export const FRAGMENT_WINDOW = 16_384;

/**
 * Guesses the delimiters of a text that begins at GS or ST, where no ISA says them. The element separator follows the
 * tag; what stands before the next tag ends a segment; what parts a qualifier of two or three characters from its code
 * (`HC:99213`) is the component separator. Where nothing can be seen, the usual ones.
 *
 * @param text the first {@link FRAGMENT_WINDOW} bytes or all there is, one character per byte
 */
export function guessDelimiters(text: string): Delimiters {
  const element = text[2] ?? USUAL_DELIMITERS.element;
  const e = element.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  const end = new RegExp(`([^A-Za-z0-9 .,'&/()_\\-${e}])[\\r\\n ]*[A-Z][A-Z0-9]{1,2}${e}`).exec(text);
  const segment = end?.[1] ?? (element === '~' ? '\n' : USUAL_DELIMITERS.segment);
  for (const [, component] of text.matchAll(
    new RegExp(`${e}[A-Z][A-Z0-9]{1,2}([:><^|\\\\}!;])[A-Z0-9]`, 'g'),
  )) {
    if (component !== element && component !== segment) return { element, component: component!, segment };
  }
  return { element, component: usualComponent(element, segment), segment };
}
