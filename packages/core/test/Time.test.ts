import { CalendarDate, DateOfBirth, NameDay } from "@communications/core"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"

describe("CalendarDate", () => {
  it.each(["2026-11-23", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])("%s is a date", (date) => {
    assert.isTrue(Schema.is(CalendarDate)(date))
  })
  it.each([
    "2026-02-31",
    "2026-02-29",
    "1900-02-29",
    "2026-04-31",
    "2026-13-01",
    "2026-00-01",
    "2026-01-00",
    "0000-01-01",
    "2026-1-1",
    "20260101",
    "2026-01-01T00:00:00",
    " 2026-01-01",
    ""
  ])("%j is not a date", (date) => {
    assert.isFalse(Schema.is(CalendarDate)(date))
  })
  it.prop("is a date that JavaScript's Date accepts", [CalendarDate], ([date]) => {
    assert.strictEqual(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10), date)
  })
})

describe("dates in parts", () => {
  it.each([
    { day: 29, month: 2, year: 2024 },
    { day: 29, month: 2, year: null },
    { day: null, month: null, year: 1980 },
    { day: null, month: null, year: null }
  ])("%j is a date of birth", (date) => {
    assert.isTrue(Schema.is(DateOfBirth)(date))
  })
  it.each([
    { day: 29, month: 2, year: 2026 },
    { day: 31, month: 2, year: null },
    { day: 31, month: 4, year: 1980 },
    { day: 0, month: 1, year: 1980 },
    { day: 1, month: 13, year: 1980 },
    { day: 1.5, month: 1, year: 1980 }
  ])("%j is not a date of birth", (date) => {
    assert.isFalse(Schema.is(DateOfBirth)(date))
  })
  it("a name day can be 29 February, but not 30 February", () => {
    assert.isTrue(Schema.is(NameDay)({ day: 29, month: 2 }))
    assert.isFalse(Schema.is(NameDay)({ day: 30, month: 2 }))
  })
})
