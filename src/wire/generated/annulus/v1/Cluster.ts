// Original file: proto/annulus/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddNodeRequest as _annulus_v1_AddNodeRequest, AddNodeRequest__Output as _annulus_v1_AddNodeRequest__Output } from '../../annulus/v1/AddNodeRequest.js';
import type { BackUpTopologyRequest as _annulus_v1_BackUpTopologyRequest, BackUpTopologyRequest__Output as _annulus_v1_BackUpTopologyRequest__Output } from '../../annulus/v1/BackUpTopologyRequest.js';
import type { BackUpTopologyResponse as _annulus_v1_BackUpTopologyResponse, BackUpTopologyResponse__Output as _annulus_v1_BackUpTopologyResponse__Output } from '../../annulus/v1/BackUpTopologyResponse.js';
import type { CompareReplicasRequest as _annulus_v1_CompareReplicasRequest, CompareReplicasRequest__Output as _annulus_v1_CompareReplicasRequest__Output } from '../../annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse as _annulus_v1_CompareReplicasResponse, CompareReplicasResponse__Output as _annulus_v1_CompareReplicasResponse__Output } from '../../annulus/v1/CompareReplicasResponse.js';
import type { DrainNodeRequest as _annulus_v1_DrainNodeRequest, DrainNodeRequest__Output as _annulus_v1_DrainNodeRequest__Output } from '../../annulus/v1/DrainNodeRequest.js';
import type { ForceInSyncRequest as _annulus_v1_ForceInSyncRequest, ForceInSyncRequest__Output as _annulus_v1_ForceInSyncRequest__Output } from '../../annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse as _annulus_v1_ForceInSyncResponse, ForceInSyncResponse__Output as _annulus_v1_ForceInSyncResponse__Output } from '../../annulus/v1/ForceInSyncResponse.js';
import type { GetTopologyRequest as _annulus_v1_GetTopologyRequest, GetTopologyRequest__Output as _annulus_v1_GetTopologyRequest__Output } from '../../annulus/v1/GetTopologyRequest.js';
import type { ListMovesRequest as _annulus_v1_ListMovesRequest, ListMovesRequest__Output as _annulus_v1_ListMovesRequest__Output } from '../../annulus/v1/ListMovesRequest.js';
import type { ListMovesResponse as _annulus_v1_ListMovesResponse, ListMovesResponse__Output as _annulus_v1_ListMovesResponse__Output } from '../../annulus/v1/ListMovesResponse.js';
import type { ListNodesRequest as _annulus_v1_ListNodesRequest, ListNodesRequest__Output as _annulus_v1_ListNodesRequest__Output } from '../../annulus/v1/ListNodesRequest.js';
import type { ListNodesResponse as _annulus_v1_ListNodesResponse, ListNodesResponse__Output as _annulus_v1_ListNodesResponse__Output } from '../../annulus/v1/ListNodesResponse.js';
import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from '../../annulus/v1/Move.js';
import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from '../../annulus/v1/NodeInfo.js';
import type { PauseMovesRequest as _annulus_v1_PauseMovesRequest, PauseMovesRequest__Output as _annulus_v1_PauseMovesRequest__Output } from '../../annulus/v1/PauseMovesRequest.js';
import type { PauseMovesResponse as _annulus_v1_PauseMovesResponse, PauseMovesResponse__Output as _annulus_v1_PauseMovesResponse__Output } from '../../annulus/v1/PauseMovesResponse.js';
import type { PlanMovesRequest as _annulus_v1_PlanMovesRequest, PlanMovesRequest__Output as _annulus_v1_PlanMovesRequest__Output } from '../../annulus/v1/PlanMovesRequest.js';
import type { PlanMovesResponse as _annulus_v1_PlanMovesResponse, PlanMovesResponse__Output as _annulus_v1_PlanMovesResponse__Output } from '../../annulus/v1/PlanMovesResponse.js';
import type { RemoveNodeRequest as _annulus_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _annulus_v1_RemoveNodeRequest__Output } from '../../annulus/v1/RemoveNodeRequest.js';
import type { RemoveNodeResponse as _annulus_v1_RemoveNodeResponse, RemoveNodeResponse__Output as _annulus_v1_RemoveNodeResponse__Output } from '../../annulus/v1/RemoveNodeResponse.js';
import type { ReplaceNodeRequest as _annulus_v1_ReplaceNodeRequest, ReplaceNodeRequest__Output as _annulus_v1_ReplaceNodeRequest__Output } from '../../annulus/v1/ReplaceNodeRequest.js';
import type { ResumeMovesRequest as _annulus_v1_ResumeMovesRequest, ResumeMovesRequest__Output as _annulus_v1_ResumeMovesRequest__Output } from '../../annulus/v1/ResumeMovesRequest.js';
import type { ResumeMovesResponse as _annulus_v1_ResumeMovesResponse, ResumeMovesResponse__Output as _annulus_v1_ResumeMovesResponse__Output } from '../../annulus/v1/ResumeMovesResponse.js';
import type { SetReplicationRequest as _annulus_v1_SetReplicationRequest, SetReplicationRequest__Output as _annulus_v1_SetReplicationRequest__Output } from '../../annulus/v1/SetReplicationRequest.js';
import type { SetReplicationResponse as _annulus_v1_SetReplicationResponse, SetReplicationResponse__Output as _annulus_v1_SetReplicationResponse__Output } from '../../annulus/v1/SetReplicationResponse.js';
import type { SplitCollectionRequest as _annulus_v1_SplitCollectionRequest, SplitCollectionRequest__Output as _annulus_v1_SplitCollectionRequest__Output } from '../../annulus/v1/SplitCollectionRequest.js';
import type { SplitCollectionResponse as _annulus_v1_SplitCollectionResponse, SplitCollectionResponse__Output as _annulus_v1_SplitCollectionResponse__Output } from '../../annulus/v1/SplitCollectionResponse.js';
import type { Topology as _annulus_v1_Topology, Topology__Output as _annulus_v1_Topology__Output } from '../../annulus/v1/Topology.js';
import type { UpdateNodeRequest as _annulus_v1_UpdateNodeRequest, UpdateNodeRequest__Output as _annulus_v1_UpdateNodeRequest__Output } from '../../annulus/v1/UpdateNodeRequest.js';
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
  
  BackUpTopology(argument: _annulus_v1_BackUpTopologyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  BackUpTopology(argument: _annulus_v1_BackUpTopologyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  BackUpTopology(argument: _annulus_v1_BackUpTopologyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  BackUpTopology(argument: _annulus_v1_BackUpTopologyRequest, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  backUpTopology(argument: _annulus_v1_BackUpTopologyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  backUpTopology(argument: _annulus_v1_BackUpTopologyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  backUpTopology(argument: _annulus_v1_BackUpTopologyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  backUpTopology(argument: _annulus_v1_BackUpTopologyRequest, callback: grpc.requestCallback<_annulus_v1_BackUpTopologyResponse__Output>): grpc.ClientUnaryCall;
  
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
  
  ListMoves(argument: _annulus_v1_ListMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  ListMoves(argument: _annulus_v1_ListMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  ListMoves(argument: _annulus_v1_ListMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  ListMoves(argument: _annulus_v1_ListMovesRequest, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  listMoves(argument: _annulus_v1_ListMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  listMoves(argument: _annulus_v1_ListMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  listMoves(argument: _annulus_v1_ListMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  listMoves(argument: _annulus_v1_ListMovesRequest, callback: grpc.requestCallback<_annulus_v1_ListMovesResponse__Output>): grpc.ClientUnaryCall;
  
  ListNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _annulus_v1_ListNodesRequest, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _annulus_v1_ListNodesRequest, callback: grpc.requestCallback<_annulus_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  
  PauseMoves(argument: _annulus_v1_PauseMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  PauseMoves(argument: _annulus_v1_PauseMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  PauseMoves(argument: _annulus_v1_PauseMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  PauseMoves(argument: _annulus_v1_PauseMovesRequest, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  pauseMoves(argument: _annulus_v1_PauseMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  pauseMoves(argument: _annulus_v1_PauseMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  pauseMoves(argument: _annulus_v1_PauseMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  pauseMoves(argument: _annulus_v1_PauseMovesRequest, callback: grpc.requestCallback<_annulus_v1_PauseMovesResponse__Output>): grpc.ClientUnaryCall;
  
  PlanMoves(argument: _annulus_v1_PlanMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  PlanMoves(argument: _annulus_v1_PlanMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  PlanMoves(argument: _annulus_v1_PlanMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  PlanMoves(argument: _annulus_v1_PlanMovesRequest, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  planMoves(argument: _annulus_v1_PlanMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  planMoves(argument: _annulus_v1_PlanMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  planMoves(argument: _annulus_v1_PlanMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  planMoves(argument: _annulus_v1_PlanMovesRequest, callback: grpc.requestCallback<_annulus_v1_PlanMovesResponse__Output>): grpc.ClientUnaryCall;
  
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  RemoveNode(argument: _annulus_v1_RemoveNodeRequest, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  removeNode(argument: _annulus_v1_RemoveNodeRequest, callback: grpc.requestCallback<_annulus_v1_RemoveNodeResponse__Output>): grpc.ClientUnaryCall;
  
  ReplaceNode(argument: _annulus_v1_ReplaceNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  ReplaceNode(argument: _annulus_v1_ReplaceNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  ReplaceNode(argument: _annulus_v1_ReplaceNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  ReplaceNode(argument: _annulus_v1_ReplaceNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  replaceNode(argument: _annulus_v1_ReplaceNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  replaceNode(argument: _annulus_v1_ReplaceNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  replaceNode(argument: _annulus_v1_ReplaceNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  replaceNode(argument: _annulus_v1_ReplaceNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  
  ResumeMoves(argument: _annulus_v1_ResumeMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  ResumeMoves(argument: _annulus_v1_ResumeMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  ResumeMoves(argument: _annulus_v1_ResumeMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  ResumeMoves(argument: _annulus_v1_ResumeMovesRequest, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  resumeMoves(argument: _annulus_v1_ResumeMovesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  resumeMoves(argument: _annulus_v1_ResumeMovesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  resumeMoves(argument: _annulus_v1_ResumeMovesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  resumeMoves(argument: _annulus_v1_ResumeMovesRequest, callback: grpc.requestCallback<_annulus_v1_ResumeMovesResponse__Output>): grpc.ClientUnaryCall;
  
  SetReplication(argument: _annulus_v1_SetReplicationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  SetReplication(argument: _annulus_v1_SetReplicationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  SetReplication(argument: _annulus_v1_SetReplicationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  SetReplication(argument: _annulus_v1_SetReplicationRequest, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  setReplication(argument: _annulus_v1_SetReplicationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  setReplication(argument: _annulus_v1_SetReplicationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  setReplication(argument: _annulus_v1_SetReplicationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  setReplication(argument: _annulus_v1_SetReplicationRequest, callback: grpc.requestCallback<_annulus_v1_SetReplicationResponse__Output>): grpc.ClientUnaryCall;
  
  SplitCollection(argument: _annulus_v1_SplitCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  SplitCollection(argument: _annulus_v1_SplitCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  SplitCollection(argument: _annulus_v1_SplitCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  SplitCollection(argument: _annulus_v1_SplitCollectionRequest, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  splitCollection(argument: _annulus_v1_SplitCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  splitCollection(argument: _annulus_v1_SplitCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  splitCollection(argument: _annulus_v1_SplitCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  splitCollection(argument: _annulus_v1_SplitCollectionRequest, callback: grpc.requestCallback<_annulus_v1_SplitCollectionResponse__Output>): grpc.ClientUnaryCall;
  
  UpdateNode(argument: _annulus_v1_UpdateNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  UpdateNode(argument: _annulus_v1_UpdateNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  UpdateNode(argument: _annulus_v1_UpdateNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  UpdateNode(argument: _annulus_v1_UpdateNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  updateNode(argument: _annulus_v1_UpdateNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  updateNode(argument: _annulus_v1_UpdateNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  updateNode(argument: _annulus_v1_UpdateNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  updateNode(argument: _annulus_v1_UpdateNodeRequest, callback: grpc.requestCallback<_annulus_v1_NodeInfo__Output>): grpc.ClientUnaryCall;
  
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
  
  BackUpTopology: grpc.handleUnaryCall<_annulus_v1_BackUpTopologyRequest__Output, _annulus_v1_BackUpTopologyResponse>;
  
  CompareReplicas: grpc.handleUnaryCall<_annulus_v1_CompareReplicasRequest__Output, _annulus_v1_CompareReplicasResponse>;
  
  DrainNode: grpc.handleUnaryCall<_annulus_v1_DrainNodeRequest__Output, _annulus_v1_NodeInfo>;
  
  ForceInSync: grpc.handleUnaryCall<_annulus_v1_ForceInSyncRequest__Output, _annulus_v1_ForceInSyncResponse>;
  
  GetTopology: grpc.handleUnaryCall<_annulus_v1_GetTopologyRequest__Output, _annulus_v1_Topology>;
  
  ListMoves: grpc.handleUnaryCall<_annulus_v1_ListMovesRequest__Output, _annulus_v1_ListMovesResponse>;
  
  ListNodes: grpc.handleUnaryCall<_annulus_v1_ListNodesRequest__Output, _annulus_v1_ListNodesResponse>;
  
  PauseMoves: grpc.handleUnaryCall<_annulus_v1_PauseMovesRequest__Output, _annulus_v1_PauseMovesResponse>;
  
  PlanMoves: grpc.handleUnaryCall<_annulus_v1_PlanMovesRequest__Output, _annulus_v1_PlanMovesResponse>;
  
  RemoveNode: grpc.handleUnaryCall<_annulus_v1_RemoveNodeRequest__Output, _annulus_v1_RemoveNodeResponse>;
  
  ReplaceNode: grpc.handleUnaryCall<_annulus_v1_ReplaceNodeRequest__Output, _annulus_v1_NodeInfo>;
  
  ResumeMoves: grpc.handleUnaryCall<_annulus_v1_ResumeMovesRequest__Output, _annulus_v1_ResumeMovesResponse>;
  
  SetReplication: grpc.handleUnaryCall<_annulus_v1_SetReplicationRequest__Output, _annulus_v1_SetReplicationResponse>;
  
  SplitCollection: grpc.handleUnaryCall<_annulus_v1_SplitCollectionRequest__Output, _annulus_v1_SplitCollectionResponse>;
  
  UpdateNode: grpc.handleUnaryCall<_annulus_v1_UpdateNodeRequest__Output, _annulus_v1_NodeInfo>;
  
  WatchMoves: grpc.handleServerStreamingCall<_annulus_v1_WatchMovesRequest__Output, _annulus_v1_Move>;
  
  WatchTopology: grpc.handleServerStreamingCall<_annulus_v1_WatchTopologyRequest__Output, _annulus_v1_Topology>;
  
}

export interface ClusterDefinition extends grpc.ServiceDefinition {
  AddNode: MethodDefinition<_annulus_v1_AddNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_AddNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  BackUpTopology: MethodDefinition<_annulus_v1_BackUpTopologyRequest, _annulus_v1_BackUpTopologyResponse, _annulus_v1_BackUpTopologyRequest__Output, _annulus_v1_BackUpTopologyResponse__Output>
  CompareReplicas: MethodDefinition<_annulus_v1_CompareReplicasRequest, _annulus_v1_CompareReplicasResponse, _annulus_v1_CompareReplicasRequest__Output, _annulus_v1_CompareReplicasResponse__Output>
  DrainNode: MethodDefinition<_annulus_v1_DrainNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_DrainNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  ForceInSync: MethodDefinition<_annulus_v1_ForceInSyncRequest, _annulus_v1_ForceInSyncResponse, _annulus_v1_ForceInSyncRequest__Output, _annulus_v1_ForceInSyncResponse__Output>
  GetTopology: MethodDefinition<_annulus_v1_GetTopologyRequest, _annulus_v1_Topology, _annulus_v1_GetTopologyRequest__Output, _annulus_v1_Topology__Output>
  ListMoves: MethodDefinition<_annulus_v1_ListMovesRequest, _annulus_v1_ListMovesResponse, _annulus_v1_ListMovesRequest__Output, _annulus_v1_ListMovesResponse__Output>
  ListNodes: MethodDefinition<_annulus_v1_ListNodesRequest, _annulus_v1_ListNodesResponse, _annulus_v1_ListNodesRequest__Output, _annulus_v1_ListNodesResponse__Output>
  PauseMoves: MethodDefinition<_annulus_v1_PauseMovesRequest, _annulus_v1_PauseMovesResponse, _annulus_v1_PauseMovesRequest__Output, _annulus_v1_PauseMovesResponse__Output>
  PlanMoves: MethodDefinition<_annulus_v1_PlanMovesRequest, _annulus_v1_PlanMovesResponse, _annulus_v1_PlanMovesRequest__Output, _annulus_v1_PlanMovesResponse__Output>
  RemoveNode: MethodDefinition<_annulus_v1_RemoveNodeRequest, _annulus_v1_RemoveNodeResponse, _annulus_v1_RemoveNodeRequest__Output, _annulus_v1_RemoveNodeResponse__Output>
  ReplaceNode: MethodDefinition<_annulus_v1_ReplaceNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_ReplaceNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  ResumeMoves: MethodDefinition<_annulus_v1_ResumeMovesRequest, _annulus_v1_ResumeMovesResponse, _annulus_v1_ResumeMovesRequest__Output, _annulus_v1_ResumeMovesResponse__Output>
  SetReplication: MethodDefinition<_annulus_v1_SetReplicationRequest, _annulus_v1_SetReplicationResponse, _annulus_v1_SetReplicationRequest__Output, _annulus_v1_SetReplicationResponse__Output>
  SplitCollection: MethodDefinition<_annulus_v1_SplitCollectionRequest, _annulus_v1_SplitCollectionResponse, _annulus_v1_SplitCollectionRequest__Output, _annulus_v1_SplitCollectionResponse__Output>
  UpdateNode: MethodDefinition<_annulus_v1_UpdateNodeRequest, _annulus_v1_NodeInfo, _annulus_v1_UpdateNodeRequest__Output, _annulus_v1_NodeInfo__Output>
  WatchMoves: MethodDefinition<_annulus_v1_WatchMovesRequest, _annulus_v1_Move, _annulus_v1_WatchMovesRequest__Output, _annulus_v1_Move__Output>
  WatchTopology: MethodDefinition<_annulus_v1_WatchTopologyRequest, _annulus_v1_Topology, _annulus_v1_WatchTopologyRequest__Output, _annulus_v1_Topology__Output>
}
