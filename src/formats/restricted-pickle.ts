// A reader of Python pickles that executes nothing: it knows the operations of data, and calls only what
// the caller lists by name. Objects of kinds that the caller has left out are passed over; any other name or operation is refused. (A pickle is a program for a stack
// machine; see the module `pickletools` of Python's library for its operations.)

import { FormatError } from "../base/errors.ts";

/** What is read: data, dictionaries as maps, tuples and lists as arrays, or what the caller's functions return. */
export type Pickled = unknown;

export interface PickleRules {
  /** What the pickle may call or name, as `module name`. */
  readonly known: ReadonlyMap<string, Pickled | ((...args: Pickled[]) => Pickled)>;
  /** Whether an object of that kind is left out: it is neither made nor called. Others that are not known are refused. */
  readonly isLeftOut?: (name: string) => boolean;
  /** What to do where a name is refused. */
  readonly cure?: string;
  /** Objects kept outside of the pickle. */
  readonly load: (id: Pickled) => Pickled;
  /** Gives an object its state, in place; default: objects keep none. */
  readonly build?: (object: Pickled, state: Pickled) => void;
}

/** No data set's description is longer. */
const mostOperations = 5_000_000;
const mostArguments = 16;
const mark = Symbol("mark");
/** Stands for objects that are left out. */
const leftOut = Symbol("left out");
const makeLeftOut = (): typeof leftOut => leftOut;
/** What operations give that push no value. */
const none = Symbol("none");

/**
 * Read one pickle.
 *
 * @returns its value and where it ends
 * @throws {FormatError} naming the byte, for anything but data and what `rules` know
 */
export function readPickle(
  bytes: Uint8Array,
  where: string,
  rules: PickleRules,
  start = 0,
): { readonly value: Pickled; readonly end: number } {
  return new PickleMachine(bytes, where, rules, start).run();
}

class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;
  readonly #rules: PickleRules;
  readonly #stack: Pickled[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at: number;

  constructor(bytes: Uint8Array, where: string, rules: PickleRules, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
    this.#rules = rules;
    this.#at = start;
  }

  run(): { readonly value: Pickled; readonly end: number } {
    for (let operations = 0; operations < mostOperations; operations++) {
      const operation = this.#byte();
      if (operation === 0x2e) return { value: this.#pop(), end: this.#at };
      this.#step(operation);
    }
    throw this.#mistake(`must have at most ${mostOperations} operations`, "more");
  }

  #step(operation: number): void {
    const value = this.#datum(operation);
    if (value !== none) this.#stack.push(value);
    else if (!this.#note(operation)) this.#object(operation);
  }

  /** Operations that push a value. */
  #datum(operation: number): Pickled {
    switch (operation) {
      case 0x28: // MARK
        return mark;
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
      case 0x89: // NEWFALSE
        return operation === 0x88;
      case 0x4b: // BININT1
        return this.#byte();
      case 0x4d: // BININT2
        return this.#view.getUint16(this.#take(2), true);
      case 0x4a: // BININT
        return this.#view.getInt32(this.#take(4), true);
      case 0x8a: // LONG1
        return this.#long(this.#byte());
      case 0x47: // BINFLOAT
        return this.#view.getFloat64(this.#take(8), false);
      case 0x43: // SHORT_BINBYTES
        return this.#raw(this.#byte());
      case 0x42: // BINBYTES
        return this.#raw(this.#view.getUint32(this.#take(4), true));
      case 0x58: // BINUNICODE
        return this.#text(this.#view.getUint32(this.#take(4), true));
      case 0x8c: // SHORT_BINUNICODE
        return this.#text(this.#byte());
      case 0x7d: // EMPTY_DICT
        return new Map();
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return [];
      case 0x74: // TUPLE
        return this.#toMark();
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#popMany(operation - 0x84);
      case 0x68: // BINGET
      case 0x6a: // LONG_BINGET
        return this.#memory(this.#index(operation === 0x6a));
      case 0x63: // GLOBAL
        return this.#named(`${this.#line()} ${this.#line()}`);
      case 0x93: // STACK_GLOBAL
        return this.#named(this.#popMany(2).map(String).join(" "));
      case 0x51: // BINPERSID
        return this.#rules.load(this.#pop());
      default:
        return none;
    }
  }

  /** Operations that leave the stack as it is; returns whether this is one. */
  #note(operation: number): boolean {
    if (operation === 0x80) this.#byte();
    else if (operation === 0x95) this.#take(8);
    else if (operation === 0x94) this.#memo.set(this.#memo.size, this.#top());
    else if (operation === 0x71 || operation === 0x72) {
      this.#memo.set(this.#index(operation === 0x72), this.#top());
    } else return false;
    return true;
  }

  /** Operations on objects: calls, and filling of dictionaries and lists. */
  #object(operation: number): void {
    switch (operation) {
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [call, args] = this.#popMany(2);
        if (call === makeLeftOut) {
          this.#stack.push(leftOut);
          break;
        }
        if (
          operation === 0x81 ||
          typeof call !== "function" ||
          !Array.isArray(args) ||
          args.length > mostArguments
        )
          throw this.#mistake("must call what it names", call);
        this.#stack.push(call(...args));
        break;
      }
      case 0x62: {
        // BUILD: attributes, which data have none of but by the caller's rules
        const state = this.#pop();
        this.#rules.build?.(this.#top(), state);
        break;
      }
      case 0x73: // SETITEM
        this.#fill(this.#popMany(2));
        break;
      case 0x75: // SETITEMS
        this.#fill(this.#toMark());
        break;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        break;
      case 0x65: // APPENDS
        this.#append(this.#toMark());
        break;
      default:
        throw this.#mistake("must only hold data", `operation 0x${operation.toString(16)}`);
    }
  }

  #named(name: string): Pickled {
    if (this.#rules.known.has(name)) return this.#rules.known.get(name);
    if (this.#rules.isLeftOut?.(name)) return makeLeftOut;
    throw this.#mistake("must only name what data are made of", name.slice(0, 80), this.#rules.cure);
  }

  #fill(items: readonly Pickled[]): void {
    const map = this.#top();
    if (map === leftOut) return;
    if (!(map instanceof Map) || items.length % 2 !== 0)
      throw this.#mistake("must fill a dictionary", "something else");
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }

  #append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (list === leftOut) return;
    if (!Array.isArray(list)) throw this.#mistake("must append to a list", "something else");
    for (const item of items) list.push(item);
  }

  #memory(index: number): Pickled {
    if (!this.#memo.has(index)) throw this.#mistake("must remember what it recalls", index);
    return this.#memo.get(index);
  }

  #index(isLong: boolean): number {
    return isLong ? this.#view.getUint32(this.#take(4), true) : this.#byte();
  }

  #top(): Pickled {
    if (this.#stack.length === 0) throw this.#mistake("must not take from an empty stack", "nothing");
    return this.#stack[this.#stack.length - 1];
  }

  #pop(): Pickled {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #popMany(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #toMark(): Pickled[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) throw this.#mistake("must have a mark to go back to", "none");
    return this.#stack.splice(start).slice(1);
  }

  #byte(): number {
    return this.#bytes[this.#take(1)];
  }

  /** Passes over bytes; returns where they begin. */
  #take(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw this.#mistake("must not end here", "the end of the file");
    this.#at += count;
    return start;
  }

  #raw(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #text(length: number): string {
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  /** Text up to a line's end, which is passed over. */
  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#mistake("must end its lines", "the end of the file");
    const text = this.#text(end - this.#at);
    this.#take(1);
    return text;
  }

  /** Little-endian two's complement of any length. */
  #long(length: number): bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[start + i]);
    return BigInt.asIntN(8 * Math.max(1, length), value);
  }

  #mistake(rule: string, got: unknown, cure = ""): FormatError {
    return new FormatError(`${this.#where}: pickle at byte ${this.#at}`, rule, String(got), cure);
  }
}
