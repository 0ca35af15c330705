import * as NodeCrypto from "@effect/platform-node-shared/NodeCrypto"
import {
  ClusterWorkflowEngine,
  RunnerAddress,
  RunnerHealth,
  Runners,
  Sharding,
  ShardingConfig,
  SqlMessageStorage,
  SqlRunnerStorage,
} from "effect/cluster"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { randomId } from "./randomId.ts"

const prefix = "reviews_flow"

/**
 * Each process is a runner with a name of its own, so that shards are held by one of them. Runners speak through the store
 * only: there is no port to open. `shardsPerGroup` must be the same in all of them.
 */
const settings = (id: string) =>
  ShardingConfig.layer({
    runnerAddress: Option.some(RunnerAddress.make(`review-${id}`, 1)),
    shardsPerGroup: 8,
    shardLockExpiration: "6 seconds",
    shardLockRefreshInterval: "2 seconds",
    refreshAssignmentsInterval: "1 second",
    runnerHealthCheckInterval: "5 seconds",
    entityMessagePollInterval: "500 millis",
    // A node that joins takes over shards; what runs in them is begun again there.
    entityTerminationTimeout: "1 second",
  })

const storage = Layer.mergeAll(
  SqlMessageStorage.layerWith({ prefix }),
  Layer.orDie(SqlRunnerStorage.layerWith({ prefix })),
  RunnerHealth.layerNoop,
)

/**
 * Effect's cluster workflow engine on the store, SQLite or Postgres. It says nothing below an error: what it warns of (no
 * runner yet, a lock lost) mends itself.
 */
export const engineLayer = Layer.unwrap(
  Effect.map(randomId, (id) =>
    ClusterWorkflowEngine.layer.pipe(
      Layer.provide(Sharding.layer),
      Layer.provide(Runners.layerNoop),
      Layer.provide(storage),
      Layer.provide(settings(id)),
      Layer.provide(NodeCrypto.layerDigest),
    ),
  ),
).pipe(Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error")))
