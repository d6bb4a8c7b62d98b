/** Changes of a user that end all sessions of the user. */
import { Effect, type Redacted } from "effect"
import type { OrganisationId } from "../domain/Identity.ts"
import { Accounts } from "../ports/Accounts.ts"
import { Sessions } from "../ports/Sessions.ts"

/**
 * Replaces the password of a user, and ends all sessions of the user on every server. Returns the number of ended
 * sessions. A log-in with the old password that runs at the same time opens no session.
 *
 * Errors: `UserNotFound`; `StorageUnavailable` at any time.
 */
export const changePassword = Effect.fnUntraced(function* (
  organisation: OrganisationId,
  username: string,
  password: Redacted.Redacted<string>
) {
  const [accounts, sessions] = [yield* Accounts, yield* Sessions]
  const { caller, ended } = yield* accounts.setPassword(organisation, username, password)
  // The session of a log-in that ran at the same time.
  return ended + (yield* sessions.releaseAll(caller))
})

/**
 * Refuses log-ins of a user, and ends all sessions of the user on every server. Returns the number of ended sessions,
 * and whether the user was disabled before. `enable` of `Accounts` accepts log-ins again.
 *
 * Errors: `UserNotFound`; `StorageUnavailable` at any time.
 */
export const disableUser = Effect.fnUntraced(function* (organisation: OrganisationId, username: string) {
  const [accounts, sessions] = [yield* Accounts, yield* Sessions]
  const { caller, ended, wasDisabled } = yield* accounts.disable(organisation, username)
  // The session of a log-in that ran at the same time.
  return { wasDisabled, ended: ended + (yield* sessions.releaseAll(caller)) }
})
