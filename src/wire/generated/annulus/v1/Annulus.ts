// Original file: proto/annulus/v1/annulus.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CollectionInfo as _annulus_v1_CollectionInfo, CollectionInfo__Output as _annulus_v1_CollectionInfo__Output } from '../../annulus/v1/CollectionInfo.js';
import type { CountRequest as _annulus_v1_CountRequest, CountRequest__Output as _annulus_v1_CountRequest__Output } from '../../annulus/v1/CountRequest.js';
import type { CountResponse as _annulus_v1_CountResponse, CountResponse__Output as _annulus_v1_CountResponse__Output } from '../../annulus/v1/CountResponse.js';
import type { CreateCollectionRequest as _annulus_v1_CreateCollectionRequest, CreateCollectionRequest__Output as _annulus_v1_CreateCollectionRequest__Output } from '../../annulus/v1/CreateCollectionRequest.js';
import type { DeleteRequest as _annulus_v1_DeleteRequest, DeleteRequest__Output as _annulus_v1_DeleteRequest__Output } from '../../annulus/v1/DeleteRequest.js';
import type { DeleteResponse as _annulus_v1_DeleteResponse, DeleteResponse__Output as _annulus_v1_DeleteResponse__Output } from '../../annulus/v1/DeleteResponse.js';
import type { DropCollectionRequest as _annulus_v1_DropCollectionRequest, DropCollectionRequest__Output as _annulus_v1_DropCollectionRequest__Output } from '../../annulus/v1/DropCollectionRequest.js';
import type { DropCollectionResponse as _annulus_v1_DropCollectionResponse, DropCollectionResponse__Output as _annulus_v1_DropCollectionResponse__Output } from '../../annulus/v1/DropCollectionResponse.js';
import type { GetCollectionRequest as _annulus_v1_GetCollectionRequest, GetCollectionRequest__Output as _annulus_v1_GetCollectionRequest__Output } from '../../annulus/v1/GetCollectionRequest.js';
import type { GetRequest as _annulus_v1_GetRequest, GetRequest__Output as _annulus_v1_GetRequest__Output } from '../../annulus/v1/GetRequest.js';
import type { GetResponse as _annulus_v1_GetResponse, GetResponse__Output as _annulus_v1_GetResponse__Output } from '../../annulus/v1/GetResponse.js';
import type { ListCollectionsRequest as _annulus_v1_ListCollectionsRequest, ListCollectionsRequest__Output as _annulus_v1_ListCollectionsRequest__Output } from '../../annulus/v1/ListCollectionsRequest.js';
import type { ListCollectionsResponse as _annulus_v1_ListCollectionsResponse, ListCollectionsResponse__Output as _annulus_v1_ListCollectionsResponse__Output } from '../../annulus/v1/ListCollectionsResponse.js';
import type { ListRequest as _annulus_v1_ListRequest, ListRequest__Output as _annulus_v1_ListRequest__Output } from '../../annulus/v1/ListRequest.js';
import type { ListResponse as _annulus_v1_ListResponse, ListResponse__Output as _annulus_v1_ListResponse__Output } from '../../annulus/v1/ListResponse.js';
import type { SearchBatchRequest as _annulus_v1_SearchBatchRequest, SearchBatchRequest__Output as _annulus_v1_SearchBatchRequest__Output } from '../../annulus/v1/SearchBatchRequest.js';
import type { SearchBatchResponse as _annulus_v1_SearchBatchResponse, SearchBatchResponse__Output as _annulus_v1_SearchBatchResponse__Output } from '../../annulus/v1/SearchBatchResponse.js';
import type { SearchRequest as _annulus_v1_SearchRequest, SearchRequest__Output as _annulus_v1_SearchRequest__Output } from '../../annulus/v1/SearchRequest.js';
import type { SearchResponse as _annulus_v1_SearchResponse, SearchResponse__Output as _annulus_v1_SearchResponse__Output } from '../../annulus/v1/SearchResponse.js';
import type { UpsertRequest as _annulus_v1_UpsertRequest, UpsertRequest__Output as _annulus_v1_UpsertRequest__Output } from '../../annulus/v1/UpsertRequest.js';
import type { UpsertResponse as _annulus_v1_UpsertResponse, UpsertResponse__Output as _annulus_v1_UpsertResponse__Output } from '../../annulus/v1/UpsertResponse.js';

export interface AnnulusClient extends grpc.Client {
  Count(argument: _annulus_v1_CountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  Count(argument: _annulus_v1_CountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  Count(argument: _annulus_v1_CountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  Count(argument: _annulus_v1_CountRequest, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  count(argument: _annulus_v1_CountRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  count(argument: _annulus_v1_CountRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  count(argument: _annulus_v1_CountRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  count(argument: _annulus_v1_CountRequest, callback: grpc.requestCallback<_annulus_v1_CountResponse__Output>): grpc.ClientUnaryCall;
  
  CreateCollection(argument: _annulus_v1_CreateCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  CreateCollection(argument: _annulus_v1_CreateCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  CreateCollection(argument: _annulus_v1_CreateCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  CreateCollection(argument: _annulus_v1_CreateCollectionRequest, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  createCollection(argument: _annulus_v1_CreateCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  createCollection(argument: _annulus_v1_CreateCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  createCollection(argument: _annulus_v1_CreateCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  createCollection(argument: _annulus_v1_CreateCollectionRequest, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  
  Delete(argument: _annulus_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _annulus_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _annulus_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  Delete(argument: _annulus_v1_DeleteRequest, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _annulus_v1_DeleteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _annulus_v1_DeleteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _annulus_v1_DeleteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  delete(argument: _annulus_v1_DeleteRequest, callback: grpc.requestCallback<_annulus_v1_DeleteResponse__Output>): grpc.ClientUnaryCall;
  
  DropCollection(argument: _annulus_v1_DropCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  DropCollection(argument: _annulus_v1_DropCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  DropCollection(argument: _annulus_v1_DropCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  DropCollection(argument: _annulus_v1_DropCollectionRequest, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  dropCollection(argument: _annulus_v1_DropCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  dropCollection(argument: _annulus_v1_DropCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  dropCollection(argument: _annulus_v1_DropCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  dropCollection(argument: _annulus_v1_DropCollectionRequest, callback: grpc.requestCallback<_annulus_v1_DropCollectionResponse__Output>): grpc.ClientUnaryCall;
  
  Get(argument: _annulus_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _annulus_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _annulus_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  Get(argument: _annulus_v1_GetRequest, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _annulus_v1_GetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _annulus_v1_GetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _annulus_v1_GetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  get(argument: _annulus_v1_GetRequest, callback: grpc.requestCallback<_annulus_v1_GetResponse__Output>): grpc.ClientUnaryCall;
  
  GetCollection(argument: _annulus_v1_GetCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  GetCollection(argument: _annulus_v1_GetCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  GetCollection(argument: _annulus_v1_GetCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  GetCollection(argument: _annulus_v1_GetCollectionRequest, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  getCollection(argument: _annulus_v1_GetCollectionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  getCollection(argument: _annulus_v1_GetCollectionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  getCollection(argument: _annulus_v1_GetCollectionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  getCollection(argument: _annulus_v1_GetCollectionRequest, callback: grpc.requestCallback<_annulus_v1_CollectionInfo__Output>): grpc.ClientUnaryCall;
  
  List(argument: _annulus_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _annulus_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _annulus_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  List(argument: _annulus_v1_ListRequest, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _annulus_v1_ListRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _annulus_v1_ListRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _annulus_v1_ListRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  list(argument: _annulus_v1_ListRequest, callback: grpc.requestCallback<_annulus_v1_ListResponse__Output>): grpc.ClientUnaryCall;
  
  ListCollections(argument: _annulus_v1_ListCollectionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  ListCollections(argument: _annulus_v1_ListCollectionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  ListCollections(argument: _annulus_v1_ListCollectionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  ListCollections(argument: _annulus_v1_ListCollectionsRequest, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  listCollections(argument: _annulus_v1_ListCollectionsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  listCollections(argument: _annulus_v1_ListCollectionsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  listCollections(argument: _annulus_v1_ListCollectionsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  listCollections(argument: _annulus_v1_ListCollectionsRequest, callback: grpc.requestCallback<_annulus_v1_ListCollectionsResponse__Output>): grpc.ClientUnaryCall;
  
  Search(argument: _annulus_v1_SearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  Search(argument: _annulus_v1_SearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  Search(argument: _annulus_v1_SearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  Search(argument: _annulus_v1_SearchRequest, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  search(argument: _annulus_v1_SearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  search(argument: _annulus_v1_SearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  search(argument: _annulus_v1_SearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  search(argument: _annulus_v1_SearchRequest, callback: grpc.requestCallback<_annulus_v1_SearchResponse__Output>): grpc.ClientUnaryCall;
  
  SearchBatch(argument: _annulus_v1_SearchBatchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  SearchBatch(argument: _annulus_v1_SearchBatchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  SearchBatch(argument: _annulus_v1_SearchBatchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  SearchBatch(argument: _annulus_v1_SearchBatchRequest, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  searchBatch(argument: _annulus_v1_SearchBatchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  searchBatch(argument: _annulus_v1_SearchBatchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  searchBatch(argument: _annulus_v1_SearchBatchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  searchBatch(argument: _annulus_v1_SearchBatchRequest, callback: grpc.requestCallback<_annulus_v1_SearchBatchResponse__Output>): grpc.ClientUnaryCall;
  
  SearchBatchStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse__Output>;
  SearchBatchStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse__Output>;
  searchBatchStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse__Output>;
  searchBatchStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse__Output>;
  
  SearchStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse__Output>;
  SearchStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse__Output>;
  searchStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse__Output>;
  searchStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse__Output>;
  
  Upsert(argument: _annulus_v1_UpsertRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  Upsert(argument: _annulus_v1_UpsertRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  Upsert(argument: _annulus_v1_UpsertRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  Upsert(argument: _annulus_v1_UpsertRequest, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  upsert(argument: _annulus_v1_UpsertRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  upsert(argument: _annulus_v1_UpsertRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  upsert(argument: _annulus_v1_UpsertRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  upsert(argument: _annulus_v1_UpsertRequest, callback: grpc.requestCallback<_annulus_v1_UpsertResponse__Output>): grpc.ClientUnaryCall;
  
  UpsertStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse__Output>;
  UpsertStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse__Output>;
  upsertStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse__Output>;
  upsertStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse__Output>;
  
}

export interface AnnulusHandlers extends grpc.UntypedServiceImplementation {
  Count: grpc.handleUnaryCall<_annulus_v1_CountRequest__Output, _annulus_v1_CountResponse>;
  
  CreateCollection: grpc.handleUnaryCall<_annulus_v1_CreateCollectionRequest__Output, _annulus_v1_CollectionInfo>;
  
  Delete: grpc.handleUnaryCall<_annulus_v1_DeleteRequest__Output, _annulus_v1_DeleteResponse>;
  
  DropCollection: grpc.handleUnaryCall<_annulus_v1_DropCollectionRequest__Output, _annulus_v1_DropCollectionResponse>;
  
  Get: grpc.handleUnaryCall<_annulus_v1_GetRequest__Output, _annulus_v1_GetResponse>;
  
  GetCollection: grpc.handleUnaryCall<_annulus_v1_GetCollectionRequest__Output, _annulus_v1_CollectionInfo>;
  
  List: grpc.handleUnaryCall<_annulus_v1_ListRequest__Output, _annulus_v1_ListResponse>;
  
  ListCollections: grpc.handleUnaryCall<_annulus_v1_ListCollectionsRequest__Output, _annulus_v1_ListCollectionsResponse>;
  
  Search: grpc.handleUnaryCall<_annulus_v1_SearchRequest__Output, _annulus_v1_SearchResponse>;
  
  SearchBatch: grpc.handleUnaryCall<_annulus_v1_SearchBatchRequest__Output, _annulus_v1_SearchBatchResponse>;
  
  SearchBatchStream: grpc.handleBidiStreamingCall<_annulus_v1_SearchBatchRequest__Output, _annulus_v1_SearchBatchResponse>;
  
  SearchStream: grpc.handleBidiStreamingCall<_annulus_v1_SearchRequest__Output, _annulus_v1_SearchResponse>;
  
  Upsert: grpc.handleUnaryCall<_annulus_v1_UpsertRequest__Output, _annulus_v1_UpsertResponse>;
  
  UpsertStream: grpc.handleBidiStreamingCall<_annulus_v1_UpsertRequest__Output, _annulus_v1_UpsertResponse>;
  
}

export interface AnnulusDefinition extends grpc.ServiceDefinition {
  Count: MethodDefinition<_annulus_v1_CountRequest, _annulus_v1_CountResponse, _annulus_v1_CountRequest__Output, _annulus_v1_CountResponse__Output>
  CreateCollection: MethodDefinition<_annulus_v1_CreateCollectionRequest, _annulus_v1_CollectionInfo, _annulus_v1_CreateCollectionRequest__Output, _annulus_v1_CollectionInfo__Output>
  Delete: MethodDefinition<_annulus_v1_DeleteRequest, _annulus_v1_DeleteResponse, _annulus_v1_DeleteRequest__Output, _annulus_v1_DeleteResponse__Output>
  DropCollection: MethodDefinition<_annulus_v1_DropCollectionRequest, _annulus_v1_DropCollectionResponse, _annulus_v1_DropCollectionRequest__Output, _annulus_v1_DropCollectionResponse__Output>
  Get: MethodDefinition<_annulus_v1_GetRequest, _annulus_v1_GetResponse, _annulus_v1_GetRequest__Output, _annulus_v1_GetResponse__Output>
  GetCollection: MethodDefinition<_annulus_v1_GetCollectionRequest, _annulus_v1_CollectionInfo, _annulus_v1_GetCollectionRequest__Output, _annulus_v1_CollectionInfo__Output>
  List: MethodDefinition<_annulus_v1_ListRequest, _annulus_v1_ListResponse, _annulus_v1_ListRequest__Output, _annulus_v1_ListResponse__Output>
  ListCollections: MethodDefinition<_annulus_v1_ListCollectionsRequest, _annulus_v1_ListCollectionsResponse, _annulus_v1_ListCollectionsRequest__Output, _annulus_v1_ListCollectionsResponse__Output>
  Search: MethodDefinition<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse, _annulus_v1_SearchRequest__Output, _annulus_v1_SearchResponse__Output>
  SearchBatch: MethodDefinition<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse, _annulus_v1_SearchBatchRequest__Output, _annulus_v1_SearchBatchResponse__Output>
  SearchBatchStream: MethodDefinition<_annulus_v1_SearchBatchRequest, _annulus_v1_SearchBatchResponse, _annulus_v1_SearchBatchRequest__Output, _annulus_v1_SearchBatchResponse__Output>
  SearchStream: MethodDefinition<_annulus_v1_SearchRequest, _annulus_v1_SearchResponse, _annulus_v1_SearchRequest__Output, _annulus_v1_SearchResponse__Output>
  Upsert: MethodDefinition<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse, _annulus_v1_UpsertRequest__Output, _annulus_v1_UpsertResponse__Output>
  UpsertStream: MethodDefinition<_annulus_v1_UpsertRequest, _annulus_v1_UpsertResponse, _annulus_v1_UpsertRequest__Output, _annulus_v1_UpsertResponse__Output>
}
