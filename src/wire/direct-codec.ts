/**
 * Searches and their answers, encoded and decoded in one pass. proto-loader makes a second one over
 * every message, to and from plain objects of its own; at thousands of searches a second that is a
 * good part of what they cost. The messages here need no conversion: their fields are of the types
 * that protobufjs itself encodes, and what it decodes reads like a plain object, defaults included,
 * but for 64-bit integers, and for members of a oneof, which would read as set.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PackageDefinition, ServiceDefinition } from '@grpc/proto-loader';
import protobuf, { type NamespaceBase, type Type } from 'protobufjs';
import { invariant } from '../base/invariant.js';

const SERVICE = 'annulus.v1.Annulus';
/** The methods that search, by the messages that they exchange. */
const METHODS = [
  ['Search', 'SearchRequest', 'SearchResponse'],
  ['SearchStream', 'SearchRequest', 'SearchResponse'],
  ['SearchBatch', 'SearchBatchRequest', 'SearchBatchResponse'],
  ['SearchBatchStream', 'SearchBatchRequest', 'SearchBatchResponse'],
] as const;

/** Puts the direct codecs in the place of proto-loader's, for the methods that search. */
export function useDirectCodecs(definition: PackageDefinition, protoDirectory: string): void {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) =>
    fileURLToPath(new URL(target, pathToFileURL(protoDirectory)));
  root.loadSync('annulus/v1/annulus.proto');
  unsetOneofMembers(root.resolveAll());
  const service = definition[SERVICE] as ServiceDefinition | undefined;
  for (const [name, requestName, responseName] of METHODS) {
    const method = service?.[name];
    invariant(method !== undefined, `no method ${name}`);
    const request = root.lookupType(`annulus.v1.${requestName}`);
    const response = root.lookupType(`annulus.v1.${responseName}`);
    method.requestSerialize = encoderOf(request);
    method.requestDeserialize = (bytes) => request.decode(bytes);
    method.responseSerialize = encoderOf(response);
    method.responseDeserialize = (bytes) => readable(response.decode(bytes) as Answers);
  }
}

/** Members of a oneof have no default: unless they are set they read as undefined. */
function unsetOneofMembers(namespace: NamespaceBase): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Namespace) unsetOneofMembers(nested);
    if (!(nested instanceof protobuf.Type)) continue;
    for (const oneof of nested.oneofsArray) {
      const prototype = nested.ctor.prototype as Record<string, unknown>;
      for (const { name } of oneof.fieldsArray) prototype[name] = undefined;
    }
  }
}

/** Of messages as objects, and of those that their sender has put together byte by byte. */
function encoderOf(type: Type): (message: object) => Buffer {
  return (message) => {
    if (Buffer.isBuffer(message)) return message;
    return type.encode(message as never).finish() as Buffer;
  };
}

interface Answers {
  coverage?: Record<string, unknown> | null;
  responses?: Answers[];
}

/** One answer or several, with their counts as proto-loader gives them. */
function readable(answer: Answers): object {
  const { coverage, responses } = answer;
  if (coverage) {
    coverage.documentsTotal = String(coverage.documentsTotal);
    coverage.documentsSearched = String(coverage.documentsSearched);
  }
  if (responses !== undefined) for (const response of responses) readable(response);
  return answer;
}
