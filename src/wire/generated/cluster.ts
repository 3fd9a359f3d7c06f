import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddNodeRequest as _annulus_v1_AddNodeRequest, AddNodeRequest__Output as _annulus_v1_AddNodeRequest__Output } from './annulus/v1/AddNodeRequest.js';
import type { ClusterClient as _annulus_v1_ClusterClient, ClusterDefinition as _annulus_v1_ClusterDefinition } from './annulus/v1/Cluster.js';
import type { CollectionTopology as _annulus_v1_CollectionTopology, CollectionTopology__Output as _annulus_v1_CollectionTopology__Output } from './annulus/v1/CollectionTopology.js';
import type { CompareReplicasRequest as _annulus_v1_CompareReplicasRequest, CompareReplicasRequest__Output as _annulus_v1_CompareReplicasRequest__Output } from './annulus/v1/CompareReplicasRequest.js';
import type { CompareReplicasResponse as _annulus_v1_CompareReplicasResponse, CompareReplicasResponse__Output as _annulus_v1_CompareReplicasResponse__Output } from './annulus/v1/CompareReplicasResponse.js';
import type { DrainNodeRequest as _annulus_v1_DrainNodeRequest, DrainNodeRequest__Output as _annulus_v1_DrainNodeRequest__Output } from './annulus/v1/DrainNodeRequest.js';
import type { ForceInSyncRequest as _annulus_v1_ForceInSyncRequest, ForceInSyncRequest__Output as _annulus_v1_ForceInSyncRequest__Output } from './annulus/v1/ForceInSyncRequest.js';
import type { ForceInSyncResponse as _annulus_v1_ForceInSyncResponse, ForceInSyncResponse__Output as _annulus_v1_ForceInSyncResponse__Output } from './annulus/v1/ForceInSyncResponse.js';
import type { GetTopologyRequest as _annulus_v1_GetTopologyRequest, GetTopologyRequest__Output as _annulus_v1_GetTopologyRequest__Output } from './annulus/v1/GetTopologyRequest.js';
import type { ListNodesRequest as _annulus_v1_ListNodesRequest, ListNodesRequest__Output as _annulus_v1_ListNodesRequest__Output } from './annulus/v1/ListNodesRequest.js';
import type { ListNodesResponse as _annulus_v1_ListNodesResponse, ListNodesResponse__Output as _annulus_v1_ListNodesResponse__Output } from './annulus/v1/ListNodesResponse.js';
import type { Move as _annulus_v1_Move, Move__Output as _annulus_v1_Move__Output } from './annulus/v1/Move.js';
import type { NodeInfo as _annulus_v1_NodeInfo, NodeInfo__Output as _annulus_v1_NodeInfo__Output } from './annulus/v1/NodeInfo.js';
import type { PartitionComparison as _annulus_v1_PartitionComparison, PartitionComparison__Output as _annulus_v1_PartitionComparison__Output } from './annulus/v1/PartitionComparison.js';
import type { PartitionTopology as _annulus_v1_PartitionTopology, PartitionTopology__Output as _annulus_v1_PartitionTopology__Output } from './annulus/v1/PartitionTopology.js';
import type { RemoveNodeRequest as _annulus_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _annulus_v1_RemoveNodeRequest__Output } from './annulus/v1/RemoveNodeRequest.js';
import type { RemoveNodeResponse as _annulus_v1_RemoveNodeResponse, RemoveNodeResponse__Output as _annulus_v1_RemoveNodeResponse__Output } from './annulus/v1/RemoveNodeResponse.js';
import type { ReplicaComparison as _annulus_v1_ReplicaComparison, ReplicaComparison__Output as _annulus_v1_ReplicaComparison__Output } from './annulus/v1/ReplicaComparison.js';
import type { ReplicaInfo as _annulus_v1_ReplicaInfo, ReplicaInfo__Output as _annulus_v1_ReplicaInfo__Output } from './annulus/v1/ReplicaInfo.js';
import type { Topology as _annulus_v1_Topology, Topology__Output as _annulus_v1_Topology__Output } from './annulus/v1/Topology.js';
import type { WatchMovesRequest as _annulus_v1_WatchMovesRequest, WatchMovesRequest__Output as _annulus_v1_WatchMovesRequest__Output } from './annulus/v1/WatchMovesRequest.js';
import type { WatchTopologyRequest as _annulus_v1_WatchTopologyRequest, WatchTopologyRequest__Output as _annulus_v1_WatchTopologyRequest__Output } from './annulus/v1/WatchTopologyRequest.js';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  annulus: {
    v1: {
      AddNodeRequest: MessageTypeDefinition<_annulus_v1_AddNodeRequest, _annulus_v1_AddNodeRequest__Output>
      Cluster: SubtypeConstructor<typeof grpc.Client, _annulus_v1_ClusterClient> & { service: _annulus_v1_ClusterDefinition }
      CollectionTopology: MessageTypeDefinition<_annulus_v1_CollectionTopology, _annulus_v1_CollectionTopology__Output>
      CompareReplicasRequest: MessageTypeDefinition<_annulus_v1_CompareReplicasRequest, _annulus_v1_CompareReplicasRequest__Output>
      CompareReplicasResponse: MessageTypeDefinition<_annulus_v1_CompareReplicasResponse, _annulus_v1_CompareReplicasResponse__Output>
      DrainNodeRequest: MessageTypeDefinition<_annulus_v1_DrainNodeRequest, _annulus_v1_DrainNodeRequest__Output>
      ForceInSyncRequest: MessageTypeDefinition<_annulus_v1_ForceInSyncRequest, _annulus_v1_ForceInSyncRequest__Output>
      ForceInSyncResponse: MessageTypeDefinition<_annulus_v1_ForceInSyncResponse, _annulus_v1_ForceInSyncResponse__Output>
      GetTopologyRequest: MessageTypeDefinition<_annulus_v1_GetTopologyRequest, _annulus_v1_GetTopologyRequest__Output>
      ListNodesRequest: MessageTypeDefinition<_annulus_v1_ListNodesRequest, _annulus_v1_ListNodesRequest__Output>
      ListNodesResponse: MessageTypeDefinition<_annulus_v1_ListNodesResponse, _annulus_v1_ListNodesResponse__Output>
      Move: MessageTypeDefinition<_annulus_v1_Move, _annulus_v1_Move__Output>
      NodeInfo: MessageTypeDefinition<_annulus_v1_NodeInfo, _annulus_v1_NodeInfo__Output>
      NodeState: EnumTypeDefinition
      PartitionComparison: MessageTypeDefinition<_annulus_v1_PartitionComparison, _annulus_v1_PartitionComparison__Output>
      PartitionTopology: MessageTypeDefinition<_annulus_v1_PartitionTopology, _annulus_v1_PartitionTopology__Output>
      RemoveNodeRequest: MessageTypeDefinition<_annulus_v1_RemoveNodeRequest, _annulus_v1_RemoveNodeRequest__Output>
      RemoveNodeResponse: MessageTypeDefinition<_annulus_v1_RemoveNodeResponse, _annulus_v1_RemoveNodeResponse__Output>
      ReplicaComparison: MessageTypeDefinition<_annulus_v1_ReplicaComparison, _annulus_v1_ReplicaComparison__Output>
      ReplicaCondition: EnumTypeDefinition
      ReplicaInfo: MessageTypeDefinition<_annulus_v1_ReplicaInfo, _annulus_v1_ReplicaInfo__Output>
      ReplicaState: EnumTypeDefinition
      Topology: MessageTypeDefinition<_annulus_v1_Topology, _annulus_v1_Topology__Output>
      WatchMovesRequest: MessageTypeDefinition<_annulus_v1_WatchMovesRequest, _annulus_v1_WatchMovesRequest__Output>
      WatchTopologyRequest: MessageTypeDefinition<_annulus_v1_WatchTopologyRequest, _annulus_v1_WatchTopologyRequest__Output>
    }
  }
}

