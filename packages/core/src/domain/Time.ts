import { DateTime, Effect, Schema } from "effect"
import { OrUnset } from "./Unset.ts"

const isBetweenMoments = Schema.makeIsBetween<DateTime.Utc>({ order: DateTime.Order })

/** A moment between the years 1 and 9999, to the millisecond, in UTC. */
export const Instant = Schema.DateTimeUtc.check(
  isBetweenMoments({
    minimum: DateTime.makeUnsafe("0001-01-01T00:00:00.000Z"),
    maximum: DateTime.makeUnsafe("9999-12-31T23:59:59.999Z")
  })
).annotate({ identifier: "Instant" })

/** How many days the month has, in a leap year where no year is given. */
const daysIn = (month: number, year: number | null): number =>
  month === 2
    ? year === null || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31

/** A date of the calendar without a time, `YYYY-MM-DD`, in the years 0001 to 9999. */
export const CalendarDate = Schema.String.check(
  Schema.isPattern(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/u, { expected: "a date, YYYY-MM-DD" }),
  Schema.makeFilter(
    (date: string) => {
      const [year = 0, month = 0, day = 0] = date.split("-").map(Number)
      return year > 0 && day <= daysIn(month, year)
    },
    { expected: "a date that the calendar has" }
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

const isOfTheCalendar = Schema.makeFilter(
  ({ day, month, year = null }: PartialDate) => day === null || month === null || day <= daysIn(month, year),
  { expected: "a date that the calendar has" }
)

const nothing = Effect.succeed({})

/** A date of birth, as far as it is known; unset is an object of nulls. */
export const DateOfBirth = Schema.Struct({ day: Day, month: Month, year: Year })
  .check(isOfTheCalendar)
  .annotate({ identifier: "DateOfBirth" })
  .pipe(Schema.withDecodingDefaultKey(nothing), Schema.withConstructorDefault(nothing))

/** The day of the year on which a name is celebrated; unset is an object of nulls. */
export const NameDay = Schema.Struct({ day: Day, month: Month })
  .check(isOfTheCalendar)
  .annotate({ identifier: "NameDay" })
  .pipe(Schema.withDecodingDefaultKey(nothing), Schema.withConstructorDefault(nothing))
