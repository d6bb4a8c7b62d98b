import { logInLimits } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Schema } from "effect"

const keysOf = (address: string | null, username = "ada", organisation = "Engines") =>
  logInLimits({ organisation, username, address }).map(({ key }) => key)

/** The keys of the limits that both addresses share. */
const shared = (one: string, other: string) => keysOf(one).filter((key) => keysOf(other).includes(key))

describe("logInLimits", () => {
  it("limit the user from the address, all users from the address, and the user from all addresses", () => {
    const limits = logInLimits({ organisation: "Engines", username: "ada", address: "192.0.2.1" })
    assert.deepStrictEqual(
      limits.map(({ burst, every }) => [burst, Duration.toSeconds(every)]),
      [
        [5, 30],
        [30, 10],
        [50, 2]
      ]
    )
    assert.lengthOf(new Set(keysOf("192.0.2.1")), 3)
  })
  it("limit only the user if the address is unknown", () => {
    assert.deepStrictEqual(keysOf(null), keysOf("192.0.2.1").slice(2))
  })
  it("share the limit of the address between its users", () => {
    const [mine, theirs] = [keysOf("192.0.2.1", "ada"), keysOf("192.0.2.1", "bob")]
    assert.deepStrictEqual(
      mine.map((key) => theirs.includes(key)),
      [false, true, false]
    )
  })
  it("share only the limit of the address between users with the same name in two organisations", () => {
    const [mine, theirs] = [keysOf("192.0.2.1", "ada", "One"), keysOf("192.0.2.1", "ada", "Other")]
    assert.deepStrictEqual(
      mine.map((key) => theirs.includes(key)),
      [false, true, false]
    )
  })
  it.prop(
    "never share the limit of a user between two users, for any names",
    [Schema.String, Schema.String, Schema.String, Schema.String],
    ([organisation, username, otherOrganisation, otherUsername]) => {
      const [mine, theirs] = [keysOf(null, username, organisation), keysOf(null, otherUsername, otherOrganisation)]
      return (organisation === otherOrganisation && username === otherUsername) === (mine[0] === theirs[0])
    }
  )
})

describe("the network of an address", () => {
  it.each([
    ["192.0.2.1", "::ffff:192.0.2.1"],
    ["192.0.2.1", "::FFFF:192.0.2.1"],
    ["2001:db8:1:2::1", "2001:db8:1:2::2"],
    ["2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6"],
    ["2001:db8:1:2::1", "2001:DB8:1:2::1"],
    ["2001:db8:1:2::1", "2001:0db8:0001:0002:0000:0000:0000:0001"],
    ["2001:db8::1", "2001:db8:0:0:1::"],
    ["2001:db8::1", "2001:db8::"],
    ["2001:db8::1", "2001:db8::1:0:0:1"],
    ["1::", "1:0:0:0:ffff:ffff:ffff:ffff"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["::1", "::"],
    ["fe80::1%eth0", "fe80::1"]
  ])("%s and %s are in the same network", (one, other) => {
    assert.lengthOf(shared(one, other), 3)
  })
  it.each([
    ["192.0.2.1", "192.0.2.2"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.2"],
    ["::ffff:192.0.2.1", "::1"],
    ["1::ffff:92.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2::1", "2001:db8:1:3::1"],
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["2001:db8::1", "2001:db8:1::1"],
    ["1::2:3:4:5:6", "1::2:3:4:5"],
    ["::1", "1::"],
    ["::1:2:3:4:5", "::2:2:3:4:5"]
  ])("%s and %s are in different networks", (one, other) => {
    assert.lengthOf(shared(one, other), 1)
  })
})
