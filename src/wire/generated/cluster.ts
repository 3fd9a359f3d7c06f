import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddNodeRequest as _annulus_v1_AddNodeRequest, AddNodeRequest__Output as _annulus_v1_AddNodeRequest__Output } from './annulus/v1/AddNodeRequest.js';
import type { BackUpTopologyRequest as _annulus_v1_BackUpTopologyRequest, BackUpTopologyRequest__Output as _annulus_v1_BackUpTopologyRequest__Output } from './annulus/v1/BackUpTopologyRequest.js';
import type { BackUpTopologyResponse as _annulus_v1_BackUpTopologyResponse, BackUpTopologyResponse__Output as _annulus_v1_BackUpTopologyResponse__Output } from './annulus/v1/BackUpTopologyResponse.js';
import type { ClusterClient as _annulus_v1_ClusterClient, ClusterDefinition as _annulus_v1_ClusterDefinition } from './annulus/v1/Cluster.js';
import type { CollectionTopology as _annulus_v1_CollectionTopology, CollectionTopology__Output as _annulus_v1_CollectionTopology__Output } from './annulus/v1/CollectionTopology.js';
import type { CompareReplicasRequest as _annulus_v1_CompareReplicasRequest, CompareReplicasRequest__Output as _annulus_v1_CompareReplicasRequest__Output } from './annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse as _annulus_v1_CompareReplicasResponse, CompareReplicasResponse__Output as _annulus_v1_CompareReplicasResponse__Output } from './annulus/v1/CompareReplicasResponse.js';
import type { DrainNodeRequest as _annulus_v1_DrainNodeRequest, DrainNodeRequest__Output as _annulus_v1_DrainNodeRequest__Output } from './annulus/v1/DrainNodeRequest.js';
import type { ForceInSyncRequest as _annulus_v1_ForceInSyncRequest, ForceInSyncRequest__Output as _annulus_v1_ForceInSyncRequest__Output } from './annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse as _annulus_v1_ForceInSyncResponse, ForceInSyncResponse__Output as _annulus_v1_ForceInSyncResponse__Output } from './annulus/v1/ForceInSyncResponse.js';
import type { GetTopologyRequest as _annulus_v1_GetTopologyRequest, GetTopologyRequest__Output as _annulus_v1_GetTopologyRequest__Output } from './annulus/v1/GetTopologyRequest.js';
import type { ListMovesRequest as _annulus_v1_ListMovesRequest, ListMovesRequest__Output as _annulus_v1_ListMovesRequest__Output } from './annulus/v1/ListMovesRequest.js';
import type { ListMovesResponse as _annulus_v1_ListMovesResponse, ListMovesResponse__Output as _annulus_v1_ListMovesResponse__Output } from './annulus/v1/ListMovesResponse.js';
import type { ListNodesRequest as _annulus_v1_ListNodesRequest, ListNodesRequest__Output as _annulus_v1_ListNodesRequest__Output } from './annulus/v1/ListNodesRequest.js';
import type { ListNodesResponse as _annulus_v1_ListNodesResponse, ListNodesResponse__Output as _annulus_v1_ListNodesResponse__Output } from './annulus/v1/ListNodesResponse.js';
import type { LostPartition as _annulus_v1_LostPartition, LostPartition__Output as _annulus_v1_LostPartition__Output } from './annulus/v1/LostPartition.js';
import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from './annulus/v1/Move.js';
import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from './annulus/v1/NodeInfo.js';
import type { PartitionComparison as _annulus_v1_PartitionComparison, PartitionComparison__Output as _annulus_v1_PartitionComparison__Output } from './annulus/v1/PartitionComparison.js';
import type { PartitionTopology as _annulus_v1_PartitionTopology, PartitionTopology__Output as _annulus_v1_PartitionTopology__Output } from './annulus/v1/PartitionTopology.js';
import type { PauseMovesRequest as _annulus_v1_PauseMovesRequest, PauseMovesRequest__Output as _annulus_v1_PauseMovesRequest__Output } from './annulus/v1/PauseMovesRequest.js';
import type { PauseMovesResponse as _annulus_v1_PauseMovesResponse, PauseMovesResponse__Output as _annulus_v1_PauseMovesResponse__Output } from './annulus/v1/PauseMovesResponse.js';
import type { PlanMovesRequest as _annulus_v1_PlanMovesRequest, PlanMovesRequest__Output as _annulus_v1_PlanMovesRequest__Output } from './annulus/v1/PlanMovesRequest.js';
import type { PlanMovesResponse as _annulus_v1_PlanMovesResponse, PlanMovesResponse__Output as _annulus_v1_PlanMovesResponse__Output } from './annulus/v1/PlanMovesResponse.js';
import type { RemoveNodeRequest as _annulus_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _annulus_v1_RemoveNodeRequest__Output } from './annulus/v1/RemoveNodeRequest.js';
import type { RemoveNodeResponse as _annulus_v1_RemoveNodeResponse, RemoveNodeResponse__Output as _annulus_v1_RemoveNodeResponse__Output } from './annulus/v1/RemoveNodeResponse.js';
import type { ReplaceNodeRequest as _annulus_v1_ReplaceNodeRequest, ReplaceNodeRequest__Output as _annulus_v1_ReplaceNodeRequest__Output } from './annulus/v1/ReplaceNodeRequest.js';
import type { ReplicaComparison as _annulus_v1_ReplicaComparison, ReplicaComparison__Output as _annulus_v1_ReplicaComparison__Output } from './annulus/v1/ReplicaComparison.js';
import type { ReplicaInfo as _annulus_v1_ReplicaInfo, ReplicaInfo__Output as _annulus_v1_ReplicaInfo__Output } from './annulus/v1/ReplicaInfo.js';
import type { ResumeMovesRequest as _annulus_v1_ResumeMovesRequest, ResumeMovesRequest__Output as _annulus_v1_ResumeMovesRequest__Output } from './annulus/v1/ResumeMovesRequest.js';
import type { ResumeMovesResponse as _annulus_v1_ResumeMovesResponse, ResumeMovesResponse__Output as _annulus_v1_ResumeMovesResponse__Output } from './annulus/v1/ResumeMovesResponse.js';
import type { SetReplicationRequest as _annulus_v1_SetReplicationRequest, SetReplicationRequest__Output as _annulus_v1_SetReplicationRequest__Output } from './annulus/v1/SetReplicationRequest.js';
import type { SetReplicationResponse as _annulus_v1_SetReplicationResponse, SetReplicationResponse__Output as _annulus_v1_SetReplicationResponse__Output } from './annulus/v1/SetReplicationResponse.js';
import type { SplitCollectionRequest as _annulus_v1_SplitCollectionRequest, SplitCollectionRequest__Output as _annulus_v1_SplitCollectionRequest__Output } from './annulus/v1/SplitCollectionRequest.js';
import type { SplitCollectionResponse as _annulus_v1_SplitCollectionResponse, SplitCollectionResponse__Output as _annulus_v1_SplitCollectionResponse__Output } from './annulus/v1/SplitCollectionResponse.js';
import type { Topology as _annulus_v1_Topology, Topology__Output as _annulus_v1_Topology__Output } from './annulus/v1/Topology.js';
import type { UpdateNodeRequest as _annulus_v1_UpdateNodeRequest, UpdateNodeRequest__Output as _annulus_v1_UpdateNodeRequest__Output } from './annulus/v1/UpdateNodeRequest.js';
import type { WatchMovesRequest as _annulus_v1_WatchMovesRequest, WatchMovesRequest__Output as _annulus_v1_WatchMovesRequest__Output } from './annulus/v1/WatchMovesRequest.js';
import type { WatchTopologyRequest as _annulus_v1_WatchTopologyRequest, WatchTopologyRequest__Output as _annulus_v1_WatchTopologyRequest__Output } from './annulus/v1/WatchTopologyRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  annulus: {
    v1: {
      AddNodeRequest: MessageTypeDefinition<_annulus_v1_AddNodeRequest, _annulus_v1_AddNodeRequest__Output>
      BackUpTopologyRequest: MessageTypeDefinition<_annulus_v1_BackUpTopologyRequest, _annulus_v1_BackUpTopologyRequest__Output>
      BackUpTopologyResponse: MessageTypeDefinition<_annulus_v1_BackUpTopologyResponse, _annulus_v1_BackUpTopologyResponse__Output>
      Cluster: SubtypeConstructor<typeof grpc.Client, _annulus_v1_ClusterClient> & { service: _annulus_v1_ClusterDefinition }
      CollectionTopology: MessageTypeDefinition<_annulus_v1_CollectionTopology, _annulus_v1_CollectionTopology__Output>
      CompareReplicasRequest: MessageTypeDefinition<_annulus_v1_CompareReplicasRequest, _annulus_v1_CompareReplicasRequest__Output>
      CompareReplicasResponse: MessageTypeDefinition<_annulus_v1_CompareReplicasResponse, _annulus_v1_CompareReplicasResponse__Output>
      DrainNodeRequest: MessageTypeDefinition<_annulus_v1_DrainNodeRequest, _annulus_v1_DrainNodeRequest__Output>
      ForceInSyncRequest: MessageTypeDefinition<_annulus_v1_ForceInSyncRequest, _annulus_v1_ForceInSyncRequest__Output>
      ForceInSyncResponse: MessageTypeDefinition<_annulus_v1_ForceInSyncResponse, _annulus_v1_ForceInSyncResponse__Output>
      GetTopologyRequest: MessageTypeDefinition<_annulus_v1_GetTopologyRequest, _annulus_v1_GetTopologyRequest__Output>
      ListMovesRequest: MessageTypeDefinition<_annulus_v1_ListMovesRequest, _annulus_v1_ListMovesRequest__Output>
      ListMovesResponse: MessageTypeDefinition<_annulus_v1_ListMovesResponse, _annulus_v1_ListMovesResponse__Output>
      ListNodesRequest: MessageTypeDefinition<_annulus_v1_ListNodesRequest, _annulus_v1_ListNodesRequest__Output>
      ListNodesResponse: MessageTypeDefinition<_annulus_v1_ListNodesResponse, _annulus_v1_ListNodesResponse__Output>
      LostPartition: MessageTypeDefinition<_annulus_v1_LostPartition, _annulus_v1_LostPartition__Output>
      Move: MessageTypeDefinition<_annulus_v1_Move, _annulus_v1_Move__Output>
      MoveCause: EnumTypeDefinition
      MoveState: EnumTypeDefinition
      NodeInfo: MessageTypeDefinition<_annulus_v1_NodeInfo, _annulus_v1_NodeInfo__Output>
      NodeState: EnumTypeDefinition
      PartitionComparison: MessageTypeDefinition<_annulus_v1_PartitionComparison, _annulus_v1_PartitionComparison__Output>
      PartitionTopology: MessageTypeDefinition<_annulus_v1_PartitionTopology, _annulus_v1_PartitionTopology__Output>
      PauseMovesRequest: MessageTypeDefinition<_annulus_v1_PauseMovesRequest, _annulus_v1_PauseMovesRequest__Output>
      PauseMovesResponse: MessageTypeDefinition<_annulus_v1_PauseMovesResponse, _annulus_v1_PauseMovesResponse__Output>
      PlanMovesRequest: MessageTypeDefinition<_annulus_v1_PlanMovesRequest, _annulus_v1_PlanMovesRequest__Output>
      PlanMovesResponse: MessageTypeDefinition<_annulus_v1_PlanMovesResponse, _annulus_v1_PlanMovesResponse__Output>
      RemoveNodeRequest: MessageTypeDefinition<_annulus_v1_RemoveNodeRequest, _annulus_v1_RemoveNodeRequest__Output>
      RemoveNodeResponse: MessageTypeDefinition<_annulus_v1_RemoveNodeResponse, _annulus_v1_RemoveNodeResponse__Output>
      ReplaceNodeRequest: MessageTypeDefinition<_annulus_v1_ReplaceNodeRequest, _annulus_v1_ReplaceNodeRequest__Output>
      ReplicaComparison: MessageTypeDefinition<_annulus_v1_ReplicaComparison, _annulus_v1_ReplicaComparison__Output>
      ReplicaCondition: EnumTypeDefinition
      ReplicaInfo: MessageTypeDefinition<_annulus_v1_ReplicaInfo, _annulus_v1_ReplicaInfo__Output>
      ReplicaState: EnumTypeDefinition
      ResumeMovesRequest: MessageTypeDefinition<_annulus_v1_ResumeMovesRequest, _annulus_v1_ResumeMovesRequest__Output>
      ResumeMovesResponse: MessageTypeDefinition<_annulus_v1_ResumeMovesResponse, _annulus_v1_ResumeMovesResponse__Output>
      SetReplicationRequest: MessageTypeDefinition<_annulus_v1_SetReplicationRequest, _annulus_v1_SetReplicationRequest__Output>
      SetReplicationResponse: MessageTypeDefinition<_annulus_v1_SetReplicationResponse, _annulus_v1_SetReplicationResponse__Output>
      SplitCollectionRequest: MessageTypeDefinition<_annulus_v1_SplitCollectionRequest, _annulus_v1_SplitCollectionRequest__Output>
      SplitCollectionResponse: MessageTypeDefinition<_annulus_v1_SplitCollectionResponse, _annulus_v1_SplitCollectionResponse__Output>
      Topology: MessageTypeDefinition<_annulus_v1_Topology, _annulus_v1_Topology__Output>
      UpdateNodeRequest: MessageTypeDefinition<_annulus_v1_UpdateNodeRequest, _annulus_v1_UpdateNodeRequest__Output>
      WatchMovesRequest: MessageTypeDefinition<_annulus_v1_WatchMovesRequest, _annulus_v1_WatchMovesRequest__Output>
      WatchTopologyRequest: MessageTypeDefinition<_annulus_v1_WatchTopologyRequest, _annulus_v1_WatchTopologyRequest__Output>
    }
  }
}

