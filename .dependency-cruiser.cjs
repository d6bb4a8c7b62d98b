/** Who may import whom. Each rule has a probe in scripts/probes.ts, which proves that it catches something. */
const source = "^(packages|apps)/[^/]+/src/"
const effect = "^node_modules/effect/"
const core = "^packages/core/"
const testSupport = "^packages/test-support/"

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to })

module.exports = {
  forbidden: [
    rule("no-cycles", "No circle of imports, not even of types.", {}, { circular: true }),
    rule(
      "everything-resolves",
      "The other rules speak of files: an import that leads to none would escape them. What the bench's peers and the examples of executors need is installed with them.",
      { pathNot: "^(bench/peers|examples/executors)/" },
      { couldNotResolve: true }
    ),
    rule("nothing-forgotten", "A source imports something or is imported.", { orphan: true, path: source }, {}),
    rule(
      "only-declared-dependencies",
      "A source imports what its package.json brings along: no development tool, nothing that is there by hoisting. The helpers of tests are never installed elsewhere.",
      { path: source, pathNot: testSupport },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] }
    ),
    rule(
      "source-imports-source",
      "No source imports tests, scripts, examples or what was built.",
      { path: source },
      { pathNot: source, dependencyTypes: ["local"] }
    ),
    rule(
      "packages-by-name",
      "Another package is imported by its name, so that its `exports` decide what can be seen of it.",
      { path: "^((packages|apps)/[^/]+|[^/]+)/" },
      { path: "^packages/", pathNot: "^$1/", dependencyTypes: ["local"], dependencyTypesNot: ["aliased-workspace"] }
    ),
    rule(
      "no-app-in-packages",
      "Apps are built of packages, never the reverse.",
      { path: "^packages/" },
      { path: "^apps/" }
    ),
    rule(
      "testing-stays-outside",
      "The contract suites and the helpers of tests are for tests.",
      { path: source, pathNot: [`${core}src/testing/`, testSupport] },
      { path: [`${core}src/testing/`, testSupport] }
    ),

    rule(
      "core-needs-only-effect",
      "The core depends on `effect` and nothing else: no Node, no adapter.",
      { path: `${core}src/` },
      { pathNot: [`${core}src/`, effect] }
    ),
    rule(
      "core-needs-only-stable-effect",
      "The modules below `effect/` are unstable: they end in the adapters.",
      { path: `${core}src/`, pathNot: `${core}src/testing/` },
      { path: effect, pathNot: `${effect}dist/index\\.js$` }
    ),
    rule(
      "contracts-need-only-effect-testing",
      "Of the unstable modules the contract suites need the test clock and secure randomness.",
      { path: `${core}src/testing/` },
      { path: effect, pathNot: `${effect}dist/(index|testing/index|crypto/SecureRandom)\\.js$` }
    ),
    rule(
      "domain-imports-domain",
      "Deciding is pure: the domain knows no port and no use case.",
      { path: `${core}src/domain/` },
      { path: `${core}src/(?!domain/|testing/)` }
    ),
    rule(
      "ports-import-domain",
      "A port knows no use case.",
      { path: `${core}src/ports/` },
      { path: `${core}src/(?!domain/|ports/|testing/)` }
    ),
    rule(
      "memory-imports-ports",
      "The adapters in memory know the ports, no operation.",
      { path: `${core}src/memory/` },
      { path: `${core}src/(?!domain/|ports/|memory/)` }
    ),
    rule(
      "use-cases-import-no-adapter",
      "Use cases and operations know the ports, never an adapter.",
      { path: `${core}src/(use-cases|operations)/` },
      { path: `${core}src/memory/` }
    ),
    rule(
      "use-cases-import-no-operation",
      "Operations are made of use cases, never the reverse.",
      { path: `${core}src/use-cases/` },
      { path: `${core}src/operations/` }
    ),

    rule(
      "postgres-needs-core-and-sql",
      "The adapter of storage knows the core, `effect` and its database.",
      { path: "^packages/postgres/src/" },
      { pathNot: ["^packages/postgres/", core, effect, "^node_modules/@effect/sql-pg/", "^crypto$"] }
    ),
    rule(
      "http-needs-core",
      "The adapter of HTTP knows the core and `effect`: no Node, so that it runs wherever the core does.",
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
