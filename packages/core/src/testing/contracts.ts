import type { Accounts } from "../ports/Accounts.ts"
import type { Attempts } from "../ports/Attempts.ts"
import type { Communications } from "../ports/Communications.ts"
import type { ContactInformations } from "../ports/ContactInformations.ts"
import type { Events } from "../ports/Events.ts"
import type { Sessions } from "../ports/Sessions.ts"
import { accountsContract } from "./AccountsContract.ts"
import { attemptsContract } from "./AttemptsContract.ts"
import type { Clause } from "./Clause.ts"
import { communicationsContract } from "./CommunicationsContract.ts"
import { contactInformationsContract } from "./ContactInformationsContract.ts"
import { eventsContract } from "./EventsContract.ts"
import { idempotencyContract } from "./IdempotencyContract.ts"
import { isolationContract, storedByPorts } from "./IsolationContract.ts"
import { sessionsContract } from "./SessionsContract.ts"

const prefixed = <Port>(port: string, contract: ReadonlyArray<Clause<Port>>): ReadonlyArray<Clause<Port>> =>
  contract.map(({ name, test }) => ({ name: `${port}: ${name}`, test }))

/** The contracts of all ports, idempotency keys and the isolation of organisations; each clause name starts with its contract. */
export const contracts: ReadonlyArray<
  Clause<Accounts | Attempts | Communications | ContactInformations | Events | Sessions>
> = [
  ...prefixed("Accounts", accountsContract),
  ...prefixed("Attempts", attemptsContract),
  ...prefixed("Communications", communicationsContract),
  ...prefixed("ContactInformations", contactInformationsContract),
  ...prefixed("Events", eventsContract),
  ...prefixed("Sessions", sessionsContract),
  ...prefixed("Idempotency", idempotencyContract),
  ...prefixed("Isolation", isolationContract(storedByPorts))
]
