import { run } from "./run.ts"
import { serve } from "./Server.ts"

run(serve)
