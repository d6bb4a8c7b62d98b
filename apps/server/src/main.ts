import { Console } from "effect"
import { run } from "./run.ts"
import { serve } from "./Server.ts"
import { version } from "./version.ts"

run(process.argv.includes("--version") ? Console.log(`communications ${version}`) : serve)
