/** Puts the handlers on a gRPC server, with health and reflection beside them. */
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { AnnulusHandlers } from '../../wire/generated/annulus/v1/Annulus.js';
import type { ClusterHandlers as ClusterServiceHandlers } from '../../wire/generated/annulus/v1/Cluster.js';
import { annulusV1, publicPackageDefinition } from '../../wire/proto-package.js';
import type { ClusterHandlers } from './cluster-handlers.js';
import type { CollectionHandlers } from './collection-handlers.js';
import type { DocumentHandlers } from './document-handlers.js';
import type { MoveHandlers } from './move-handlers.js';
import type { SearchHandlers } from './search-handlers.js';
import type { SplitHandlers } from './split-handlers.js';
import { type CallFrame, unary } from './unary.js';
import { UpsertStreams } from './upsert-stream.js';

export interface ServiceHandlers {
  collections: CollectionHandlers;
  documents: DocumentHandlers;
  searches: SearchHandlers;
  cluster: ClusterHandlers;
  moves: MoveHandlers;
  splits: SplitHandlers;
}

export interface RegisteredServices {
  /** What `grpc.health.v1` says of every service. */
  setServing(isServing: boolean): void;
  /** Reads no more from open streams, answers what is in flight, and ends them. */
  stopStreams(): void;
}

export function registerServices(
  server: Server,
  frame: CallFrame,
  handlers: ServiceHandlers,
): RegisteredServices {
  const upsertStreams = new UpsertStreams(frame, (request, context) =>
    handlers.documents.upsert(request, context, true),
  );
  server.addService(
    annulusV1.Annulus.service,
    annulusHandlers(frame, handlers, upsertStreams) as never,
  );
  server.addService(annulusV1.Cluster.service, clusterHandlers(frame, handlers) as never);
  const services = ['', 'annulus.v1.Annulus', 'annulus.v1.Cluster'];
  const health = new HealthImplementation(
    Object.fromEntries(services.map((name) => [name, 'NOT_SERVING' as const])),
  );
  health.addToServer(server);
  new ReflectionService(publicPackageDefinition).addToServer(server);
  return {
    setServing(isServing) {
      for (const name of services) health.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
    stopStreams() {
      handlers.searches.streams.stop();
      upsertStreams.stop();
      handlers.cluster.stop();
      handlers.moves.stop();
    },
  };
}

function annulusHandlers(
  frame: CallFrame,
  { collections, documents, searches }: ServiceHandlers,
  upsertStreams: UpsertStreams,
): AnnulusHandlers {
  return {
    CreateCollection: unary(frame, 'CreateCollection', (r) => collections.create(r)),
    GetCollection: unary(frame, 'GetCollection', (r, c) => collections.get(r, c)),
    ListCollections: unary(frame, 'ListCollections', (_, c) => collections.list(c)),
    DropCollection: unary(frame, 'DropCollection', (r) => collections.drop(r)),
    Upsert: unary(frame, 'Upsert', (r, c) => documents.upsert(r, c)),
    UpsertStream: (call) => upsertStreams.serve(call as ServerDuplexStream<never, never>),
    Delete: unary(frame, 'Delete', (r, c) => documents.delete(r, c)),
    Get: unary(frame, 'Get', (r, c) => documents.get(r, c)),
    Count: unary(frame, 'Count', (r, c) => documents.count(r, c)),
    List: unary(frame, 'List', (r, c) => documents.list(r, c)),
    Search: unary(frame, 'Search', (r, c) => searches.search(r, c)),
    SearchBatch: unary(frame, 'SearchBatch', (r, c) => searches.searchBatch(r, c)),
    SearchStream: (call) => searches.streams.serve(call as ServerDuplexStream<never, never>),
    SearchBatchStream: (call) =>
      searches.streams.serveBatches(call as ServerDuplexStream<never, never>),
  } as AnnulusHandlers;
}

function clusterHandlers(
  frame: CallFrame,
  { cluster, moves, splits }: ServiceHandlers,
): ClusterServiceHandlers {
  return {
    AddNode: unary(frame, 'AddNode', (r) => cluster.addNode(r)),
    ForceInSync: unary(frame, 'ForceInSync', (r) => cluster.forceInSync(r)),
    ListNodes: unary(frame, 'ListNodes', () => cluster.listNodes()),
    GetTopology: unary(frame, 'GetTopology', () => cluster.getTopology()),
    BackUpTopology: unary(frame, 'BackUpTopology', () => cluster.backUpTopology()),
    CompareReplicas: unary(frame, 'CompareReplicas', (r) => cluster.compareReplicas(r)),
    WatchTopology: (call) => cluster.watchTopology(call),
    DrainNode: unary(frame, 'DrainNode', (r) => cluster.drainNode(r)),
    RemoveNode: unary(frame, 'RemoveNode', (r) => cluster.removeNode(r)),
    ReplaceNode: unary(frame, 'ReplaceNode', (r) => cluster.replaceNode(r)),
    UpdateNode: unary(frame, 'UpdateNode', (r) => cluster.updateNode(r)),
    SetReplication: unary(frame, 'SetReplication', (r) => moves.setReplication(r)),
    SplitCollection: unary(frame, 'SplitCollection', (r) => splits.split(r)),
    PlanMoves: unary(frame, 'PlanMoves', (r) => moves.planMoves(r)),
    ListMoves: unary(frame, 'ListMoves', () => moves.listMoves()),
    WatchMoves: (call) => moves.watchMoves(call),
    PauseMoves: unary(frame, 'PauseMoves', () => moves.setPaused(true)),
    ResumeMoves: unary(frame, 'ResumeMoves', () => moves.setPaused(false)),
  } as ClusterServiceHandlers;
}
