// Original file: proto/annulus/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddNodeRequest as _annulus_v1_AddNodeRequest, AddNodeRequest__Output as _annulus_v1_AddNodeRequest__Output } from '../../annulus/v1/AddNodeRequest.js';
import type { CompareReplicasRequest as _annulus_v1_CompareReplicasRequest, CompareReplicasRequest__Output as _annulus_v1_CompareReplicasRequest__Output } from '../../annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse as _annulus_v1_CompareReplicasResponse, CompareReplicasResponse__Output as _annulus_v1_CompareReplicasResponse__Output } from '../../annulus/v1/CompareReplicasResponse.js';
import type { DrainNodeRequest as _annulus_v1_DrainNodeRequest, DrainNodeRequest__Output as _annulus_v1_DrainNodeRequest__Output } from '../../annulus/v1/DrainNodeRequest.js';
import type { ForceInSyncRequest as _annulus_v1_ForceInSyncRequest, ForceInSyncRequest__Output as _annulus_v1_ForceInSyncRequest__Output } from '../../annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse as _annulus_v1_ForceInSyncResponse, ForceInSyncResponse__Output as _annulus_v1_ForceInSyncResponse__Output } from '../../annulus/v1/ForceInSyncResponse.js';
import type { GetTopologyRequest as _annulus_v1_GetTopologyRequest, GetTopologyRequest__Output as _annulus_v1_GetTopologyRequest__Output } from '../../annulus/v1/GetTopologyRequest.js';
import type { ListNodesRequest as _annulus_v1_ListNodesRequest, ListNodesRequest__Output as _annulus_v1_ListNodesRequest__Output } from '../../annulus/v1/ListNodesRequest.js';
import type { ListNodesResponse as _annulus_v1_ListNodesResponse, ListNodesResponse__Output as _annulus_v1_ListNodesResponse__Output } from '../../annulus/v1/ListNodesResponse.js';
import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from '../../annulus/v1/Move.js';
import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from '../../annulus/v1/NodeInfo.js';
import type { RemoveNodeRequest as _annulus_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _annulus_v1_RemoveNodeRequest__Output } from '../../annulus/v1/RemoveNodeRequest.js';
import type { RemoveNodeResponse as _annulus_v1_RemoveNodeResponse, RemoveNodeResponse__Output as _annulus_v1_RemoveNodeResponse__Output } from '../../annulus/v1/RemoveNodeResponse.js';
import type { Topology as _annulus_v1_Topology, Topology__Output as _annulus_v1_Topology__Output } from '../../annulus/v1/Topology.js';
import type { WatchMovesRequest as _annulus_v1_WatchMovesRequest, WatchMovesRequest__Output as _annulus_v1_WatchMovesRequest__Output } from '../../annulus/v1/WatchMovesRequest.js';
import type { WatchTopologyRequest as _annulus_v1_WatchTopologyRequest, WatchTopologyRequest__Output as _annulus_v1_WatchTopologyRequest__Output } from '../../annulus/v1/WatchTopologyRequest.js';

export interface ClusterClient extends grpc.Client {
  AddNode(argument: _annulus_v1_AddNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _annulus_v1_AddNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _annulus_v1_AddNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _annulus_v1_AddNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  addNode(argument: _annulus_v1_AddNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  addNode(argument: _annulus_v1_AddNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  addNode(argument: _annulus_v1_AddNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  addNode(argument: _annulus_v1_AddNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  
  CompareReplicas(argument: _annulus_v1_CompareReplicasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  CompareReplicas(argument: _annulus_v1_CompareReplicasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  CompareReplicas(argument: _annulus_v1_CompareReplicasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  CompareReplicas(argument: _annulus_v1_CompareReplicasRequest, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  compareReplicas(argument: _annulus_v1_CompareReplicasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  compareReplicas(argument: _annulus_v1_CompareReplicasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  compareReplicas(argument: _annulus_v1_CompareReplicasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  compareReplicas(argument: _annulus_v1_CompareReplicasRequest, callback: grpc.requestCallback<_annulus_v1_CompareReplicasResponse__Output>): grpc.ClientUnaryCall;
  
  DrainNode(argument: _annulus_v1_DrainNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  DrainNode(argument: _annulus_v1_DrainNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  DrainNode(argument: _annulus_v1_DrainNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  DrainNode(argument: _annulus_v1_DrainNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  drainNode(argument: _annulus_v1_DrainNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  drainNode(argument: _annulus_v1_DrainNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  drainNode(argument: _annulus_v1_DrainNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  drainNode(argument: _annulus_v1_DrainNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  
  ForceInSync(argument: _annulus_v1_ForceInSyncRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  ForceInSync(argument: _annulus_v1_ForceInSyncRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  ForceInSync(argument: _annulus_v1_ForceInSyncRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  ForceInSync(argument: _annulus_v1_ForceInSyncRequest, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  forceInSync(argument: _annulus_v1_ForceInSyncRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  forceInSync(argument: _annulus_v1_ForceInSyncRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  forceInSync(argument: _annulus_v1_ForceInSyncRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  forceInSync(argument: _annulus_v1_ForceInSyncRequest, callback: grpc.requestCallback<_annulus_v1_ForceInSyncResponse__Output>): grpc.ClientUnaryCall;
  
  GetTopology(argument: _annulus_v1_GetTopologyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  GetTopology(argument: _annulus_v1_GetTopologyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  GetTopology(argument: _annulus_v1_GetTopologyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  GetTopology(argument: _annulus_v1_GetTopologyRequest, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  getTopology(argument: _annulus_v1_GetTopologyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  getTopology(argument: _annulus_v1_GetTopologyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  getTopology(argument: _annulus_v1_GetTopologyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  getTopology(argument: _annulus_v1_GetTopologyRequest, callback: grpc.requestCallback<_annulus_v1_Topology__Output>): grpc.ClientUnaryCall;
  
  ListNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  
  WatchMoves(argument: _annulus_v1_WatchMovesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Move__Output>;
  WatchMoves(argument: _annulus_v1_WatchMovesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Move__Output>;
  watchMoves(argument: _annulus_v1_WatchMovesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Move__Output>;
  watchMoves(argument: _annulus_v1_WatchMovesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Move__Output>;
  
  WatchTopology(argument: _annulus_v1_WatchTopologyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Topology__Output>;
  WatchTopology(argument: _annulus_v1_WatchTopologyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Topology__Output>;
  watchTopology(argument: _annulus_v1_WatchTopologyRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Topology__Output>;
  watchTopology(argument: _annulus_v1_WatchTopologyRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_annulus_v1_Topology__Output>;
  
}

export interface ClusterHandlers extends grpc.UntypedServiceImplementation {
  AddNode: grpc.handleUnaryCall<_annulus_v1_AddNodeRequest__Output, _annulus_v1_NodeInfo>;
  
  CompareReplicas: grpc.handleUnaryCall<_annulus_v1_CompareReplicasRequest__Output, _annulus_v1_CompareReplicasResponse>;
  
  DrainNode: grpc.handleUnaryCall<_annulus_v1_DrainNodeRequest__Output, _annulus_v1_NodeInfo>;
  
  ForceInSync: grpc.handleUnaryCall<_annulus_v1_ForceInSyncRequest__Output, _annulus_v1_ForceInSyncResponse>;
  
  GetTopology: grpc.handleUnaryCall<_annulus_v1_GetTopologyRequest__Output, _annulus_v1_Topology>;
  
  ListNodes: grpc.handleUnaryCall<_annulus_v1_ListNodesRequest__Output, _annulus_v1_ListNodesResponse>;
  
  RemoveNode: grpc.handleUnaryCall<_annulus_v1_RemoveNodeRequest__Output, _annulus_v1_RemoveNodeResponse>;
  
  WatchMoves: grpc.handleServerStreamingCall<_annulus_v1_WatchMovesRequest__Output, _annulus_v1_Move>;
  
  WatchTopology: grpc.handleServerStreamingCall<_annulus_v1_WatchTopologyRequest__Output, _annulus_v1_Topology>;
  
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  AddNode: MethodDefinition<_annulus_v1_AddNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_AddNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  CompareReplicas: MethodDefinition<_annulus_v1_CompareReplicasRequest, _annulus_v1_CompareReplicasResponse, _annulus_v1_CompareReplicasRequest__Output, _annulus_v1_CompareReplicasResponse__Output>
  DrainNode: MethodDefinition<_annulus_v1_DrainNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_DrainNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  ForceInSync: MethodDefinition<_annulus_v1_ForceInSyncRequest, _annulus_v1_ForceInSyncResponse, _annulus_v1_ForceInSyncRequest__Output, _annulus_v1_ForceInSyncResponse__Output>
  GetTopology: MethodDefinition<_annulus_v1_GetTopologyRequest, _annulus_v1_Topology, _annulus_v1_GetTopologyRequest__Output, _annulus_v1_Topology__Output>
  ListNodes: MethodDefinition<_annulus_v1_ListNodesRequest, _annulus_v1_ListNodesResponse, _annulus_v1_ListNodesRequest__Output, _annulus_v1_ListNodesResponse__Output>
  RemoveNode: MethodDefinition<_annulus_v1_RemoveNodeRequest, _annulus_v1_RemoveNodeResponse, _annulus_v1_RemoveNodeRequest__Output, _annulus_v1_RemoveNodeResponse__Output>
  WatchMoves: MethodDefinition<_annulus_v1_WatchMovesRequest, _annulus_v1_Move, _annulus_v1_WatchMovesRequest__Output, _annulus_v1_Move__Output>
  WatchTopology: MethodDefinition<_annulus_v1_WatchTopologyRequest, _annulus_v1_Topology, _annulus_v1_WatchTopologyRequest__Output, _annulus_v1_Topology__Output>
}
