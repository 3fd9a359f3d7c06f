/** How the coordinator's end of a link uses grpc-js. Each option is there for a reason. */
import type { ChannelOptions } from '@grpc/grpc-js';

const MIB = 1024 * 1024;

export const linkChannelOptions: Readonly<ChannelOptions> = {
  // A peer that was stopped, or whose machine is gone, is noticed after 13 s even when idle.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 1,
  // The link makes a new channel for each attempt; the channel's own back-off, up to 2 minutes by
  // default, never matters then, and connections are never shared with a channel that was given up.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.use_local_subchannel_pool': 1,
  // Sessions registered there were never released in some versions, and nobody reads it.
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
  // The retry buffer calls a write done when it has copied it. With (almost) no buffer, a write is
  // done when the connection has taken it: that is the backpressure batching works with.
  'grpc.per_rpc_retry_buffer_size': 1,
  'grpc.max_receive_message_length': 64 * MIB,
  'grpc.max_send_message_length': 64 * MIB,
  // 64 KiB by default, which makes a reply of several MiB wait for many round trips.
  'grpc-node.flow_control_window': 8 * MIB,
};
