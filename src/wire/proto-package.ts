/**
 * Loads the protos, once, with the one set of options that the generated types were made for.
 * Nothing else in the project loads a proto file.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import { invariant } from '../base/invariant.js';
import { useDirectCodecs } from './direct-codec.js';
import type { ProtoGrpcType as AnnulusPackage } from './generated/annulus.js';
import type { ProtoGrpcType as ClusterPackage } from './generated/cluster.js';
import type { ProtoGrpcType as ShardPackage } from './generated/shard.js';
import type { ProtoGrpcType as StatusPackage } from './generated/status.js';

/** Folder that the protos' import paths start from: beside `src`, in the checkout and when built. */
export const protoDirectory: string = fileURLToPath(new URL('../../proto/', import.meta.url));
invariant(existsSync(protoDirectory), `no protos in ${protoDirectory}`);

const loaderOptions: Options = {
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [protoDirectory],
};

export const packageDefinition: PackageDefinition = loadSync(
  [
    'annulus/v1/annulus.proto',
    'annulus/v1/cluster.proto',
    'annulus/v1/shard.proto',
    'google/rpc/status.proto',
  ],
  loaderOptions,
);

useDirectCodecs(packageDefinition, protoDirectory);

/** What reflection shows: the public services, not the internal link. */
export const publicPackageDefinition: PackageDefinition = loadSync(
  ['annulus/v1/annulus.proto', 'annulus/v1/cluster.proto'],
  loaderOptions,
);

type Loaded = AnnulusPackage & ClusterPackage & ShardPackage & StatusPackage;
const loaded = loadPackageDefinition(packageDefinition) as unknown as Loaded;

export const annulusV1: Loaded['annulus']['v1'] = loaded.annulus.v1;
export const googleRpc: Loaded['google']['rpc'] = loaded.google.rpc;
