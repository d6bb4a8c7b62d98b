#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=60 --disable-warning=ExperimentalWarning
/** The program of the package: without arguments the server, like `npm start`, and with arguments a command. */
import { enableCompileCache } from "node:module"

enableCompileCache()
await (process.argv.length > 2 ? import("./cli.ts") : import("./main.ts"))
