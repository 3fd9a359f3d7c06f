/** Branded identifiers: a node's name cannot be passed where a collection's is meant. */
declare const brand: unique symbol;
type Branded<T, B extends string> = T & { readonly [brand]: B };

/** Name of a shard node, chosen by its operator or at its first start. */
export type NodeId = Branded<string, 'NodeId'>;
/** Never reused, unlike a collection's name: a dropped and remade collection has another one. */
export type CollectionId = Branded<string, 'CollectionId'>;

export const nodeId = (text: string): NodeId => text as NodeId;
export const collectionId = (text: string): CollectionId => text as CollectionId;

/** Index of a hash slice, 0 .. partition count - 1. */
export type Partition = number;
/** Grows with every change of one partition's replica set; starts at 1. */
export type Generation = number;
/** Version of the whole topology; starts at 0, grows by one with every change. */
export type Epoch = number;
