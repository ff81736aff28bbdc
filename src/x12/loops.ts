import type { Segment } from './segment.js';

/**
 * One loop of a transaction set, as a table: which segment begins it, which it holds, which loops lie in it. Another
 * set (837, 277, 999) is another table.
 */
export interface Loop<Id extends string> {
  id: Id;
  /** The tag that begins it, with the values of the first element where those tell it from others; absent for the whole. */
  begins?: { tag: string; codes?: readonly string[] };
  /** Tags of the segments that it holds besides. */
  holds: readonly string[];
  loops?: readonly Loop<Id>[];
}

/** Where a segment stands: the loop, and whether it begins a new one there. */
export interface Place<Id extends string> {
  loop: Id;
  begins: boolean;
}

interface Node<Id extends string> {
  held: Place<Id>;
  begun: Place<Id>;
  parent: Node<Id> | undefined;
  holds: ReadonlySet<string>;
  begins: Map<string, { codes: readonly string[] | undefined; node: Node<Id> }[]>;
}

/** A table made ready, once for all transactions of its set. */
export interface Loops<Id extends string> {
  root: Node<Id>;
  tags: ReadonlySet<string>;
}

/** Makes a table ready for {@link LoopWalker}; throws a TypeError when a loop does not say what begins it. */
export function loopsOf<Id extends string>(whole: Loop<Id>): Loops<Id> {
  const tags = new Set<string>();
  return { root: nodeOf(whole, undefined, tags), tags };
}

/**
 * Walks the loops of one transaction, segment by segment. The innermost loop that can hold or begin with a segment gets
 * it, so that order within a loop does not matter and a missing segment does not derail what follows.
 */
export class LoopWalker<Id extends string> {
  readonly #tags: ReadonlySet<string>;
  #at: Node<Id>;

  constructor({ root, tags }: Loops<Id>) {
    this.#tags = tags;
    this.#at = root;
  }

  /**
   * Gives the place of the next segment; `misplaced` when the set knows its tag but not here, `unknown` when it does
   * not. Neither moves the walk.
   */
  take(segment: Segment): Place<Id> | 'misplaced' | 'unknown' {
    const { tag } = segment;
    for (let node: Node<Id> | undefined = this.#at; node; node = node.parent) {
      const child = node.begins.get(tag)?.find(({ codes }) => !codes || codes.includes(segment.value(1)));
      if (child) {
        this.#at = child.node;
        return child.node.begun;
      }
      if (node.holds.has(tag)) {
        this.#at = node;
        return node.held;
      }
    }
    return this.#tags.has(tag) ? 'misplaced' : 'unknown';
  }
}

function nodeOf<Id extends string>(
  loop: Loop<Id>,
  parent: Node<Id> | undefined,
  tags: Set<string>,
): Node<Id> {
  const node: Node<Id> = {
    held: { loop: loop.id, begins: false },
    begun: { loop: loop.id, begins: true },
    parent,
    holds: new Set(loop.holds),
    begins: new Map(),
  };
  for (const tag of loop.holds) tags.add(tag);
  for (const child of loop.loops ?? []) {
    if (!child.begins) throw new TypeError(`loop ${child.id} does not say what begins it`);
    const { tag, codes } = child.begins;
    tags.add(tag);
    const choices = node.begins.get(tag) ?? [];
    node.begins.set(tag, [...choices, { codes, node: nodeOf(child, node, tags) }]);
  }
  return node;
}
