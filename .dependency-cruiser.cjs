/** The imports that are forbidden. A probe in scripts/probes.ts violates each rule and proves that it is reported. */
const source = "^(packages|apps)/[^/]+/src/"
const effect = "^node_modules/effect/"
const core = "^packages/core/"
const testSupport = "^packages/test-support/"

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to })

module.exports = {
  forbidden: [
    rule("no-cycles", "Imports form no cycle, not even imports of types.", {}, { circular: true }),
    rule(
      "everything-resolves",
      "Every import leads to a file, because the other rules match the paths of files. The bench's peers and the examples of executors install their dependencies separately.",
      { pathNot: "^(bench/peers|examples/executors)/" },
      { couldNotResolve: true }
    ),
    rule("nothing-forgotten", "Every source imports another file or is imported.", { orphan: true, path: source }, {}),
    rule(
      "only-declared-dependencies",
      "A source imports only the dependencies of its package.json: no development dependency, and no package that resolves only through hoisting. The test helpers are exempt, because they are not published.",
      { path: source, pathNot: testSupport },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] }
    ),
    rule(
      "source-imports-source",
      "A source does not import tests, scripts, examples or build output.",
      { path: source },
      { pathNot: source, dependencyTypes: ["local"] }
    ),
    rule(
      "packages-by-name",
      "Packages import each other by name, so that their `exports` limit access.",
      { path: "^((packages|apps)/[^/]+|[^/]+)/" },
      { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased-workspace"] }
    ),
    rule("no-app-in-packages", "Packages do not import apps.", { path: "^packages/" }, { path: "^apps/" }),
    rule(
      "testing-stays-outside",
      "Sources do not import the contract suites or the test helpers.",
      { path: source, pathNot: [`${core}src/testing/`, testSupport] },
      { path: [`${core}src/testing/`, testSupport] }
    ),

    rule(
      "core-needs-only-effect",
      "The core imports only `effect`: no Node modules and no adapters.",
      { path: `${core}src/` },
      { pathNot: [`${core}src/`, effect] }
    ),
    rule(
      "core-needs-only-stable-effect",
      "Modules under `effect/` are unstable, so only adapters import them.",
      { path: `${core}src/`, pathNot: `${core}src/testing/` },
      { path: effect, pathNot: `${effect}dist/index\\.js$` }
    ),
    rule(
      "contracts-need-only-effect-testing",
      "The contract suites import only two unstable modules: the test clock and secure randomness.",
      { path: `${core}src/testing/` },
      { path: effect, pathNot: `${effect}dist/(index|testing/index|crypto/SecureRandom)\\.js$` }
    ),
    rule(
      "domain-imports-domain",
      "The domain is pure: it imports no ports and no use cases.",
      { path: `${core}src/domain/` },
      { path: `${core}src/(?!domain/|testing/)` }
    ),
    rule(
      "ports-import-domain",
      "Ports do not import use cases.",
      { path: `${core}src/ports/` },
      { path: `${core}src/(?!domain/|ports/|testing/)` }
    ),
    rule(
      "memory-imports-ports",
      "The adapters in memory import ports, but no operations.",
      { path: `${core}src/memory/` },
      { path: `${core}src/(?!domain/|ports/|memory/)` }
    ),
    rule(
      "use-cases-import-no-adapter",
      "Use cases and operations import ports, but no adapters.",
      { path: `${core}src/(use-cases|operations)/` },
      { path: `${core}src/memory/` }
    ),
    rule(
      "use-cases-import-no-operation",
      "Use cases do not import operations.",
      { path: `${core}src/use-cases/` },
      { path: `${core}src/operations/` }
    ),

    rule(
      "postgres-needs-core-and-sql",
      "The PostgreSQL adapter imports only the core, `effect`, its driver and `node:crypto`.",
      { path: "^packages/postgres/src/" },
      { pathNot: ["^packages/postgres/", core, effect, "^node_modules/@effect/sql-pg/", "^crypto$"] }
    ),
    rule(
      "http-needs-core",
      "The HTTP adapter imports only the core and `effect`. Without Node modules it runs wherever the core runs.",
      { path: "^packages/http/src/" },
      { pathNot: ["^packages/http/", core, effect] }
    )
  ],
  options: {
    doNotFollow: { path: "node_modules|/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@communications/source", "import", "node", "default"]
    }
  }
}
