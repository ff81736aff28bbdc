import { randomUUID } from 'node:crypto';
import {
  type Server,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type { ClusterInfo, MemberInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { fail } from './answering.js';
import { append } from './append.js';
import { type BatchAppendCall, batchAppend } from './batch-append.js';
import { type Member, type Node, admit } from './node.js';
import { read } from './read.js';
import { whatFailed } from './refusals.js';
import { uuidMessage } from './uuids.js';

const VERSION = '23.10.8';
/** What the double knows of the service Streams, and what is said of it. */
const METHODS: readonly (readonly [method: string, features: string[]])[] = [
  ['read', ['position', 'events']],
  ['append', []],
  ['batchappend', ['deadline_duration']],
];
const STREAMS = 'event_store.client.streams.streams';
const INSTANCE = randomUUID();
const TICKS_PER_MS = 10_000;

/** Gives a server the services of an EventStoreDB that ledgers use: streams, gossip and what it can do. */
export function addServices(server: Server, node: Node): void {
  server.addService(streamServices.StreamsService, {
    read: readHandler(node),
    append: appendHandler(node),
    batchAppend: (call: BatchAppendCall) => batchAppend(node, call),
  });
  server.addService(gossipServices.GossipService, {
    read: unaryHandler<ClusterInfo>(node, () => clusterInfo(node.members)),
  });
  server.addService(featureServices.ServerFeaturesService, {
    getSupportedMethods: unaryHandler<SupportedMethods>(node, supportedMethods),
  });
}

function readHandler(node: Node): handleServerStreamingCall<ReadReq, ReadResp> {
  return (call) => {
    read(node, call).catch((error: unknown) => fail(call, whatFailed(error)));
  };
}

function appendHandler(node: Node): handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, answer) => {
    append(node, call).then(
      (response) => {
        if (response !== undefined && !call.cancelled) answer(null, response);
      },
      (error: unknown) => answer(whatFailed(error)),
    );
  };
}

function unaryHandler<Answer>(node: Node, answerOf: () => Answer): handleUnaryCall<Empty, Answer> {
  return (call, answer) => {
    try {
      admit(node, call.metadata, undefined);
      answer(null, answerOf());
    } catch (error) {
      answer(whatFailed(error));
    }
  };
}

function clusterInfo(members: readonly Member[]): ClusterInfo {
  return new gossip.ClusterInfo().setMembersList(members.map(memberInfo));
}

function memberInfo({ address, state, alive }: Member): MemberInfo {
  const endPoint = new gossip.EndPoint().setAddress(address.host).setPort(address.port);
  const info = new gossip.MemberInfo();
  info.setInstanceId(uuidMessage(INSTANCE, true));
  info.setTimeStamp(String(Date.now() * TICKS_PER_MS));
  info.setState(stateNumber(state));
  info.setIsAlive(alive);
  return info.setHttpEndPoint(endPoint);
}

function stateNumber(state: Member['state']): MemberInfo.VNodeState {
  const { VNodeState } = gossip.MemberInfo;
  switch (state) {
    case 'leader':
      return VNodeState.LEADER;
    case 'follower':
      return VNodeState.FOLLOWER;
    case 'catching_up':
      return VNodeState.CATCHINGUP;
  }
}

function supportedMethods(): SupportedMethods {
  const methods = METHODS.map(([name, list]) =>
    new features.SupportedMethod().setMethodName(name).setServiceName(STREAMS).setFeaturesList(list),
  );
  return new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion(VERSION);
}
