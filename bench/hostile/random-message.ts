/**
 * Protobuf messages as nobody would write them, byte by byte from the descriptors of the real ones:
 * right fields with odd values, fields left out, given twice, of another wire type, or unknown ones.
 * Names and node ids are never valid, so that nothing is really made or removed.
 */
import { type Random, randomInt } from '../../src/base/random.js';
import { packageDefinition } from '../../src/wire/proto-package.js';

interface Field {
  name: string;
  number: number;
  label: string;
  type: string;
  typeName: string;
}

export interface MessageType {
  name: string;
  field: Field[];
  nestedType: MessageType[];
}

/** The collection that odd requests may be about. */
export const TARGET_COLLECTION = 'docs';

const DEPTH_MAX = 12;
const REPEATS_MAX = 4;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const GIVEN_RATIO = 0.7;
const ODD_WIRE_RATIO = 0.02;
const UNKNOWN_RATIO = 0.02;
/** Names that a collection or node could never have. */
const BAD_NAMES = ['', ' ', '../x', '\u0000a', 'ü', '-a', 'x'.repeat(600), 'A b', '/'];
const NAME_FIELDS: ReadonlySet<string> = new Set(['name', 'node_id', 'address']);
const TEXTS = [...BAD_NAMES, '__proto__', 'constructor', '\u{1F600}', 'round_robin', 'n/a'];
const NUMBERS = [0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e39, -0, 1e308];

export function randomMessage(type: MessageType, random: Random, depth = 0): Buffer {
  const parts: Buffer[] = [];
  for (const field of type.field) {
    if (random.next() > GIVEN_RATIO) continue;
    const count = field.label === 'LABEL_REPEATED' ? randomInt(random, REPEATS_MAX) : 1;
    for (let i = 0; i < count; i += 1) parts.push(randomField(field, type, random, depth));
  }
  if (random.next() < UNKNOWN_RATIO) {
    const number = 1 + randomInt(random, 2 ** 20);
    parts.push(tagged(number, BYTES, delimited(randomBytes(random, 40))));
  }
  return Buffer.concat(parts);
}

function randomField(field: Field, within: MessageType, random: Random, depth: number): Buffer {
  if (random.next() < ODD_WIRE_RATIO) {
    return tagged(field.number, randomInt(random, 8), randomBytes(random, 12));
  }
  switch (field.type) {
    case 'TYPE_MESSAGE': {
      const type = messageType(field.typeName, within);
      if (type === undefined || depth >= DEPTH_MAX) return Buffer.alloc(0);
      return tagged(field.number, BYTES, delimited(randomMessage(type, random, depth + 1)));
    }
    case 'TYPE_STRING':
      return tagged(field.number, BYTES, delimited(randomText(field.name, random)));
    case 'TYPE_BYTES':
      return tagged(field.number, BYTES, delimited(randomBytes(random, 40)));
    case 'TYPE_FLOAT': {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(anyOf(NUMBERS, random));
      return tagged(field.number, FIXED32, bytes);
    }
    case 'TYPE_DOUBLE': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(anyOf(NUMBERS, random));
      return tagged(field.number, FIXED64, bytes);
    }
    default:
      return tagged(field.number, VARINT, varint(randomWhole(random)));
  }
}

function randomText(name: string, random: Random): Buffer {
  if (NAME_FIELDS.has(name)) return Buffer.from(anyOf(BAD_NAMES, random));
  const isRight = random.next() < 0.6;
  if (name === 'collection') return Buffer.from(isRight ? TARGET_COLLECTION : anyOf(TEXTS, random));
  return random.next() < 0.1 ? randomBytes(random, 30) : Buffer.from(anyOf(TEXTS, random));
}

function randomWhole(random: Random): bigint {
  const bits = BigInt(randomInt(random, 65));
  const value = (1n << bits) - BigInt(randomInt(random, 2));
  return BigInt.asUintN(64, value);
}

function messageType(typeName: string, within: MessageType): MessageType | undefined {
  const nested = within.nestedType.find(({ name }) => name === typeName);
  const named = packageDefinition[`annulus.v1.${typeName}`] as { type?: MessageType } | undefined;
  return nested ?? named?.type;
}

export function randomBytes(random: Random, lengthMax: number): Buffer {
  const length = randomInt(random, lengthMax + 1);
  return Buffer.from(Array.from({ length }, () => randomInt(random, 256)));
}

export function anyOf<T>(items: readonly T[], random: Random): T {
  return items[randomInt(random, items.length)] as T;
}

function tagged(number: number, wireType: number, content: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + wireType)), content]);
}

function delimited(bytes: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
