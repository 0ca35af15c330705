import * as NodeChildProcessSpawner from "@effect/platform-node-shared/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as NodeStdio from "@effect/platform-node-shared/NodeStdio"
import * as NodeTerminal from "@effect/platform-node-shared/NodeTerminal"
import * as CliOutput from "effect/cli/CliOutput"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { SwitchyardError } from "switchyard"
import { CommandError } from "./action.ts"
import { cli, presenter } from "./cli.ts"
import { Ended, ExitCode, exitCodeOf } from "./ExitCode.ts"
import { logging } from "./logging.ts"
import { messageOf, note, oneLine, traceLines } from "./output.ts"
import { version } from "./version.ts"

const platform = Layer.provideMerge(
  NodeChildProcessSpawner.layer,
  Layer.mergeAll(NodeFileSystem.layer, NodePath.layer, NodeStdio.layer, NodeTerminal.layer),
)
/** Prints a failure as one line, with all that is known of it under --debug. */
const report = (failure: unknown, debug: boolean): ExitCode => {
  if (failure instanceof Ended) return failure.exitCode
  note(oneLine(messageOf(failure)))
  if (debug) {
    if (failure instanceof SwitchyardError && failure.route !== undefined)
      for (const line of traceLines(failure.route)) note(line)
    if (failure instanceof Error) note(failure.stack ?? "")
  }
  return exitCodeOf(failure)
}

const exitCode = (exit: Exit.Exit<void, unknown>, debug: boolean): ExitCode => {
  if (Exit.isSuccess(exit)) return ExitCode.ok
  const [reason] = exit.cause.reasons
  if (reason?._tag === "Fail" && reason.error instanceof CommandError) return report(reason.error.failure, debug)
  if (Cause.hasInterruptsOnly(exit.cause)) return ExitCode.interrupted
  if (reason?._tag === "Fail") {
    // Wrong usage was told by the presenter; a missing subcommand was answered with the list of them.
    if (reason.error instanceof CliError.ShowHelp && reason.error.errors.length === 0)
      note("name one of the commands above")
    return ExitCode.usage
  }
  return report(reason?._tag === "Die" ? reason.defect : exit.cause, debug)
}

const args = process.argv.slice(2)
const debug = args.includes("--debug")

// `switchyard … | head` closes our output: that is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) =>
    process.exit(error.code === "EPIPE" ? ExitCode.ok : ExitCode.callFailed),
  )
}
// What a plugin throws where nobody listens is a failure like any other; Node's warnings are for its developers.
process.on("uncaughtException", (error) => process.exit(report(error, debug)))
process.removeAllListeners("warning").on("warning", (warning) => debug && note(warning.message))

const interrupt = new AbortController()
process.once("SIGINT", () => interrupt.abort())
process.once("SIGTERM", () => interrupt.abort())

const program = Command.runWith(cli, { version })(args).pipe(
  Effect.provideService(CliOutput.Presenter, presenter),
  Effect.provide(Layer.merge(platform, logging)),
)
const exit = await Effect.runPromiseExit(program, { signal: interrupt.signal })
const code = exitCode(exit, debug)
// Once all is written, nothing that a plugin left open keeps the process.
process.stdout.write("", () => process.exit(code))
