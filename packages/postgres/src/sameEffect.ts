/** Checks that this package and the core load the same copy of `effect`. Every entry that needs Effect imports this first. */
import { requireSameEffect } from "@communications/core"
import { Redacted } from "effect"

requireSameEffect("@communications/postgres", Redacted.value)
