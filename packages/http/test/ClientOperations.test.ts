import { inspect, isDeepStrictEqual } from "node:util"
import { createClient } from "@communications/http/client"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"

describe("the operations of the promise client", () => {
  const fetched = vi.fn<typeof fetch>(async () => Response.json({ status: { code: "OK" }, data: {} }))
  beforeEach(() => vi.stubGlobal("fetch", fetched.mockClear()))
  afterEach(() => void vi.unstubAllGlobals())
  const client = createClient({ baseUrl: "http://localhost" })
  const groups = [client.communications, client.contact_information, client.authentication]

  it("send no request when a group is awaited, printed or compared", async () => {
    for (const group of groups) {
      expect(await group).toBe(group)
      expect(JSON.stringify({ group })).toBe('{"group":{}}')
      expect(String(group)).toBe("[object Object]")
      expect(inspect(group)).toBe("{}")
      expect(isDeepStrictEqual(group, {})).toBe(true)
      expect(group).toEqual({})
      for (const name of [Symbol.iterator, Symbol.toPrimitive, "$$typeof", "asymmetricMatch", "toJSON", "0", "../x"]) {
        expect(Reflect.get(group, name)).toBeUndefined()
      }
    }
    expect(fetched).not.toHaveBeenCalled()
  })

  it("send the token in a header, and none without one", async () => {
    const sent = async (token?: string) => {
      const { health } = createClient({ baseUrl: "http://localhost", ...(token === undefined ? {} : { token }) })
      await health.live()
      return new Headers(fetched.mock.lastCall?.[1]?.headers).get("authorization")
    }
    expect([await sent("one"), await sent()]).toEqual(["Bearer one", null])
  })

  it("can be replaced by test doubles", async () => {
    const { communications } = createClient({ baseUrl: "http://localhost" })
    const double = vi.fn(() => Promise.reject(new Error("no")))
    Object.assign(communications, { view: double })
    await expect(communications.view({ communication_identifier: { number: "1" } })).rejects.toThrow("no")
    expect(double).toHaveBeenCalledOnce()
    expect(fetched).not.toHaveBeenCalled()
    await communications.complete({ communication_identifier: { number: "1" } })
    expect(fetched).toHaveBeenCalledOnce()
  })
})
