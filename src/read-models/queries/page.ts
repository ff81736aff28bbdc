import { QuestionMalformed } from './refusals.js';

/** A page as it is asked for. */
export interface AskedPage {
  /** 1 to 1000; 100 when left out. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
}

export interface Page<Item> {
  items: Item[];
  /** Absent at the end. */
  nextCursor?: string;
}

export const LIMIT_DEFAULT = 100;
export const LIMIT_MAX = 1000;

/** Cuts rows, of which one more than the limit was read, to a page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  itemOf: (row: Row) => Item,
  placeOf: (row: Row) => readonly string[],
): Page<Item> {
  const shown = rows.slice(0, limit);
  return {
    items: shown.map(itemOf),
    ...(rows.length > limit && { nextCursor: writeCursor(placeOf(shown.at(-1)!)) }),
  };
}

/** A place in an order, as an opaque word. */
export function writeCursor(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place that a cursor stands for, with one part for each form.
 *
 * @throws QuestionMalformed when it is not one of ours
 */
export function readCursor(cursor: string, forms: readonly RegExp[]): string[] {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    place = undefined;
  }
  const ours =
    Array.isArray(place) &&
    place.length === forms.length &&
    place.every((part, i) => typeof part === 'string' && forms[i]!.test(part));
  if (!ours)
    throw new QuestionMalformed([{ field: 'cursor', message: 'must be the nextCursor of the page before' }]);
  return place as string[];
}

/** Forms of the parts of cursors. */
export const ID_FORM = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
export const NUMBER_FORM = /^\d{1,15}$/;
export const DATE_FORM = /^(\d{4}-\d\d-\d\d|infinity)$/;
