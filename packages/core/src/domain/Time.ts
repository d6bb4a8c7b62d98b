import { DateTime, Effect, Schema } from "effect"
import { OrUnset } from "./Unset.ts"

const isBetweenTimes = Schema.makeIsBetween<DateTime.Utc>({ order: DateTime.Order })

/** A time in UTC, in the years 1 to 9999, with millisecond precision. */
export const Instant = Schema.DateTimeUtc.check(
  isBetweenTimes({
    minimum: DateTime.makeUnsafe("0001-01-01T00:00:00.000Z"),
    maximum: DateTime.makeUnsafe("9999-12-31T23:59:59.999Z")
  })
).annotate({ identifier: "Instant" })

/** The number of days in a month. */
const daysIn = (month: number, year: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

/** A calendar date without a time, `YYYY-MM-DD`, in the years 0001 to 9999. */
export const CalendarDate = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/u, { expected: "a date, YYYY-MM-DD" }),
  Schema.makeFilter(
    (date: string) => {
      const [year = 0, month = 0, day = 0] = date.split("-").map(Number)
      return year > 0 && day <= daysIn(month, year)
    },
    { expected: "a date that exists in the calendar" }
  )
).pipe(Schema.brand("CalendarDate"))
export type CalendarDate = typeof CalendarDate.Type

const Day = OrUnset(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 31 })))
const Month = OrUnset(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })))
const Year = OrUnset(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9999 })))

interface PartialDate {
  readonly day: number | null
  readonly month: number | null
  readonly year?: number | null
}

/** An unknown month may have 31 days, and an unknown year may be a leap year. */
const existsInCalendar = Schema.makeFilter(
  ({ day, month, year }: PartialDate) => (day ?? 1) <= daysIn(month ?? 1, year ?? 2000),
  { expected: "a date that exists in the calendar" }
)

const emptyObject = Effect.succeed({})

/** A date of birth, of which any part may be unknown. It is always an object; unknown parts are `null`. */
export const DateOfBirth = Schema.Struct({ day: Day, month: Month, year: Year })
  .check(existsInCalendar)
  .annotate({ identifier: "DateOfBirth" })
  .pipe(Schema.withDecodingDefaultKey(emptyObject), Schema.withConstructorDefault(emptyObject))

/** The day on which a name is celebrated each year. It is always an object; unknown parts are `null`. */
export const NameDay = Schema.Struct({ day: Day, month: Month })
  .check(existsInCalendar)
  .annotate({ identifier: "NameDay" })
  .pipe(Schema.withDecodingDefaultKey(emptyObject), Schema.withConstructorDefault(emptyObject))
