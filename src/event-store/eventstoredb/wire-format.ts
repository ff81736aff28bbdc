/*
 * Messages of protocol buffers, as far as appends need them. The client's own classes take five times as long, and of
 * the memory that a command allocates, a third.
 */

const BYTES_AT_FIRST = 1_024;
const NUMBER = 0;
const EIGHT_BYTES = 1;
const WITH_LENGTH = 2;
const FOUR_BYTES = 5;
/** Bits above the last seven of a number, each seven in a byte of their own. */
const NEXT_BITS = 0x80;
const NOTHING = new Uint8Array();

/** Writes a message from its end to its beginning: the length of a part stands before it, and is known after it. */
export class MessageWriter {
  #bytes = Buffer.allocUnsafe(BYTES_AT_FIRST);
  #start = this.#bytes.length;

  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** What is written so far. */
  get written(): Buffer {
    return this.#bytes.subarray(this.#start);
  }

  /** Puts a field of text before what is written. */
  text(field: number, text: string): this {
    const length = Buffer.byteLength(text);
    this.#makeRoom(length);
    this.#bytes.write(text, this.#start, length);
    return this.#lead(field, length);
  }

  /** Puts a field of a whole number that is not negative before what is written. */
  number(field: number, value: number): this {
    this.#varint(value);
    this.#varint(field * 8 + NUMBER);
    return this;
  }

  /** Puts a field that is a message itself before what is written; its own last field comes first. */
  message(field: number, write: (writer: this) => void): this {
    const lengthBefore = this.length;
    write(this);
    return this.#lead(field, this.length - lengthBefore);
  }

  #lead(field: number, length: number): this {
    this.#varint(length);
    this.#varint(field * 8 + WITH_LENGTH);
    return this;
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest >= NEXT_BITS; rest = Math.floor(rest / NEXT_BITS)) length += 1;
    this.#makeRoom(length);
    let at = this.#start;
    let rest = value;
    for (; rest >= NEXT_BITS; rest = Math.floor(rest / NEXT_BITS)) {
      this.#bytes[at++] = (rest % NEXT_BITS) | NEXT_BITS;
    }
    this.#bytes[at] = rest;
  }

  #makeRoom(length: number): void {
    if (this.#start < length) {
      const { written } = this;
      this.#bytes = Buffer.allocUnsafe(2 * (written.length + length));
      this.#start = this.#bytes.length - written.length;
      this.#bytes.set(written, this.#start);
    }
    this.#start -= length;
  }
}

/** The fields of a message: those with a length as bytes, numbers as far as a number holds them exactly. */
export class MessageFields {
  readonly #values: (number | Uint8Array | undefined)[] = [];
  #at = 0;

  /** @throws RangeError when the bytes are no message of such fields */
  constructor(private readonly bytes: Uint8Array) {
    while (this.#at < bytes.length) {
      const lead = this.#varint();
      const [field, kind] = [Math.floor(lead / 8), lead % 8];
      if (kind === NUMBER) {
        this.#values[field] = this.#varint();
        continue;
      }
      const end = this.#lengthOf(kind) + this.#at;
      if (end > bytes.length) throw new RangeError('a message ends within a field');
      this.#values[field] = bytes.subarray(this.#at, end);
      this.#at = end;
    }
  }

  number(field: number): number | undefined {
    const value = this.#values[field];
    return typeof value === 'number' ? value : undefined;
  }

  has(field: number): boolean {
    return this.#values[field] !== undefined;
  }

  /** A field that is a message itself; one that is left out has no fields. */
  message(field: number): MessageFields {
    const value = this.#values[field];
    return new MessageFields(value instanceof Uint8Array ? value : NOTHING);
  }

  /** Of what follows, for a kind of field; servers to come may have kinds that are not asked for here. */
  #lengthOf(kind: number): number {
    switch (kind) {
      case WITH_LENGTH:
        return this.#varint();
      case EIGHT_BYTES:
        return 8;
      case FOUR_BYTES:
        return 4;
      default:
        throw new RangeError(`a message has a field of a kind that is not known: ${kind}`);
    }
  }

  #varint(): number {
    let value = 0;
    for (let unit = 1; ; unit *= NEXT_BITS) {
      const byte = this.bytes[this.#at++];
      if (byte === undefined) throw new RangeError('a message ends within a number');
      value += (byte % NEXT_BITS) * unit;
      if (byte < NEXT_BITS) return value;
    }
  }
}
