import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { cli } from "./commands/Cli.ts"

NodeRuntime.runMain(Effect.provide(cli, NodeServices.layer))
