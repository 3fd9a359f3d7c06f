// Original file: proto/annulus/v1/shard.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AssignRequest as _annulus_v1_AssignRequest, AssignRequest__Output as _annulus_v1_AssignRequest__Output } from '../../annulus/v1/AssignRequest.js';
import type { AssignResponse as _annulus_v1_AssignResponse, AssignResponse__Output as _annulus_v1_AssignResponse__Output } from '../../annulus/v1/AssignResponse.js';
import type { DescribeRequest as _annulus_v1_DescribeRequest, DescribeRequest__Output as _annulus_v1_DescribeRequest__Output } from '../../annulus/v1/DescribeRequest.js';
import type { DescribeResponse as _annulus_v1_DescribeResponse, DescribeResponse__Output as _annulus_v1_DescribeResponse__Output } from '../../annulus/v1/DescribeResponse.js';
import type { HelloRequest as _annulus_v1_HelloRequest, HelloRequest__Output as _annulus_v1_HelloRequest__Output } from '../../annulus/v1/HelloRequest.js';
import type { HelloResponse as _annulus_v1_HelloResponse, HelloResponse__Output as _annulus_v1_HelloResponse__Output } from '../../annulus/v1/HelloResponse.js';
import type { LinkBatch as _annulus_v1_LinkBatch, LinkBatch__Output as _annulus_v1_LinkBatch__Output } from '../../annulus/v1/LinkBatch.js';

export interface ShardLinkClient extends grpc.Client {
  Assign(argument: _annulus_v1_AssignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  Assign(argument: _annulus_v1_AssignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  Assign(argument: _annulus_v1_AssignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  Assign(argument: _annulus_v1_AssignRequest, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  assign(argument: _annulus_v1_AssignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  assign(argument: _annulus_v1_AssignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  assign(argument: _annulus_v1_AssignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  assign(argument: _annulus_v1_AssignRequest, callback: grpc.requestCallback<_annulus_v1_AssignResponse__Output>): grpc.ClientUnaryCall;
  
  Describe(argument: _annulus_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _annulus_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _annulus_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  Describe(argument: _annulus_v1_DescribeRequest, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _annulus_v1_DescribeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _annulus_v1_DescribeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _annulus_v1_DescribeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  describe(argument: _annulus_v1_DescribeRequest, callback: grpc.requestCallback<_annulus_v1_DescribeResponse__Output>): grpc.ClientUnaryCall;
  
  Hello(argument: _annulus_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  Hello(argument: _annulus_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  Hello(argument: _annulus_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  Hello(argument: _annulus_v1_HelloRequest, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  hello(argument: _annulus_v1_HelloRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  hello(argument: _annulus_v1_HelloRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  hello(argument: _annulus_v1_HelloRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  hello(argument: _annulus_v1_HelloRequest, callback: grpc.requestCallback<_annulus_v1_HelloResponse__Output>): grpc.ClientUnaryCall;
  
  Recovery(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  Recovery(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  recovery(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  recovery(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  
  Search(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  Search(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  search(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  search(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  
  Write(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  Write(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  write(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  write(options?: grpc.CallOptions): grpc.ClientDuplexStream<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output>;
  
}

export interface ShardLinkHandlers extends grpc.UntypedServiceImplementation {
  Assign: grpc.handleUnaryCall<_annulus_v1_AssignRequest__Output, _annulus_v1_AssignResponse>;
  
  Describe: grpc.handleUnaryCall<_annulus_v1_DescribeRequest__Output, _annulus_v1_DescribeResponse>;
  
  Hello: grpc.handleUnaryCall<_annulus_v1_HelloRequest__Output, _annulus_v1_HelloResponse>;
  
  Recovery: grpc.handleBidiStreamingCall<_annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch>;
  
  Search: grpc.handleBidiStreamingCall<_annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch>;
  
  Write: grpc.handleBidiStreamingCall<_annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch>;
  
}

export interface ShardLinkDefinition extends grpc.ServiceDefinition {
  Assign: MethodDefinition<_annulus_v1_AssignRequest, _annulus_v1_AssignResponse, _annulus_v1_AssignRequest__Output, _annulus_v1_AssignResponse__Output>
  Describe: MethodDefinition<_annulus_v1_DescribeRequest, _annulus_v1_DescribeResponse, _annulus_v1_DescribeRequest__Output, _annulus_v1_DescribeResponse__Output>
  Hello: MethodDefinition<_annulus_v1_HelloRequest, _annulus_v1_HelloResponse, _annulus_v1_HelloRequest__Output, _annulus_v1_HelloResponse__Output>
  Recovery: MethodDefinition<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch__Output>
  Search: MethodDefinition<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch__Output>
  Write: MethodDefinition<_annulus_v1_LinkBatch, _annulus_v1_LinkBatch, _annulus_v1_LinkBatch__Output, _annulus_v1_LinkBatch__Output>
}
