import type { Reporter, TestModule } from "vitest/node"

/** Ends the output of a test run with the line `N passed, N failed`. A file or suite with an error counts as failed. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    let passed = 0
    let failed = errors.length
    for (const module of modules) {
      if (module.errors().length > 0) failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === "passed") passed++
        else if (state !== "skipped") failed++
      }
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) failed++
    }
    process.once("exit", () => process.stdout.write(`${passed} passed, ${failed} failed\n`))
  }
}
