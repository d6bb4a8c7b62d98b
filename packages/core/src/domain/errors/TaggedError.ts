/** The base of every expected failure: how it prints. */
import { Schema } from "effect"

/** `JSON.stringify` never shows a cause, because causes contain addresses. `console.error` prints the stack and the cause. */
const printing = {
  toJSON(this: Error) {
    const { cause, ...data } = this
    return { ...data, message: this.message }
  },
  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this
  }
}

/** `Schema.TaggedError` for errors that print like other errors, instead of as their data. */
export const TaggedError =
  <Self>() =>
  <Tag extends string, const Fields extends Schema.Struct.Fields>(tag: Tag, fields: Fields) => {
    const Base = Schema.TaggedError<Self>()(tag, fields)
    Object.assign(Reflect.get(Object(Base), "prototype"), printing)
    return Base
  }
