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
import { isolationContract, storedByPorts } from "./IsolationContract.ts"
import { sessionsContract } from "./SessionsContract.ts"

const of = <Port>(port: string, contract: ReadonlyArray<Clause<Port>>): ReadonlyArray<Clause<Port>> =>
  contract.map(({ name, test }) => ({ name: `${port}: ${name}`, test }))

/** The contracts of all ports, each clause named after its port; and that no organisation sees another. */
export const contracts: ReadonlyArray<
  Clause<Accounts | Attempts | Communications | ContactInformations | Events | Sessions>
> = [
  ...of("Accounts", accountsContract),
  ...of("Attempts", attemptsContract),
  ...of("Communications", communicationsContract),
  ...of("ContactInformations", contactInformationsContract),
  ...of("Events", eventsContract),
  ...of("Sessions", sessionsContract),
  ...of("Isolation", isolationContract(storedByPorts))
]
