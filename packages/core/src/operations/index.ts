import { complete } from "./CompleteCommunication.ts"
import { create } from "./CreateCommunication.ts"
import { createContact } from "./CreateContactInformation.ts"
import { list } from "./ListCommunications.ts"
import { listContacts } from "./ListContactInformation.ts"
import { token } from "./LogIn.ts"
import { release } from "./ReleaseToken.ts"
import { show } from "./ShowCommunication.ts"
import { showContact } from "./ShowContactInformation.ts"
import { view } from "./ViewCommunication.ts"

/** Every operation, in the order of the documentation. Every surface is derived from this list. */
export const operations = [
  complete,
  create,
  show,
  list,
  view,
  createContact,
  showContact,
  listContacts,
  token,
  release
] as const

/** Any operation of the list. */
export type Operations = (typeof operations)[number]
