/** Express and Sequelize: models, one transaction per completion, a conditional update. */
import { randomUUID } from "node:crypto"
import express, { type NextFunction, type Request, type Response } from "express"
import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  Model,
  type NonAttribute,
  Op,
  Sequelize
} from "sequelize"
import {
  type CompleteRequest,
  type Contact,
  completed,
  type PeerResponse,
  parseRequest,
  path,
  refusal
} from "./documented.ts"
import { announceServer } from "./listening.ts"
import { hashOf } from "./statement.ts"

const sequelize = new Sequelize(process.env.DATABASE_URL ?? "", { logging: false, pool: { max: 10, min: 10 } })
const options = { sequelize, timestamps: false, freezeTableName: true } as const

class Session extends Model<InferAttributes<Session>> {
  declare token_hash: Buffer
  declare organisation: string
  declare user: string
  declare expires_at: Date
}
Session.init(
  {
    token_hash: { type: DataTypes.BLOB, primaryKey: true },
    organisation: DataTypes.UUID,
    user: DataTypes.UUID,
    expires_at: DataTypes.DATE
  },
  { ...options, tableName: "sessions" }
)

class ContactInformation extends Model<InferAttributes<ContactInformation>> implements Contact {
  declare organisation: string
  declare id: string
  declare type: string
  declare life_cycle_state: string
  declare name: string
  declare first_name: string | null
  declare middle_name: string | null
  declare last_name: string | null
  declare title: string | null
  declare company_name: string | null
  declare demographics: object | null
  declare company_profile: object | null
}
ContactInformation.init(
  {
    id: { type: DataTypes.UUID, primaryKey: true },
    organisation: DataTypes.UUID,
    type: DataTypes.TEXT,
    life_cycle_state: DataTypes.TEXT,
    name: DataTypes.TEXT,
    first_name: DataTypes.TEXT,
    middle_name: DataTypes.TEXT,
    last_name: DataTypes.TEXT,
    title: DataTypes.TEXT,
    company_name: DataTypes.TEXT,
    demographics: DataTypes.JSON,
    company_profile: DataTypes.JSON
  },
  { ...options, tableName: "contact_information" }
)

class Communication extends Model<InferAttributes<Communication>> {
  declare organisation: string
  declare id: string
  declare number: string
  declare version: number
  declare life_cycle_state: string
  declare subject: string | null
  declare viewed_on: Date | null
  declare completed_at: Date | null
  declare completed_by: string | null
  declare contact_information: string
  declare contact?: NonAttribute<ContactInformation>
}
Communication.init(
  {
    id: { type: DataTypes.UUID, primaryKey: true },
    organisation: DataTypes.UUID,
    number: DataTypes.TEXT,
    version: DataTypes.INTEGER,
    life_cycle_state: DataTypes.TEXT,
    subject: DataTypes.TEXT,
    viewed_on: DataTypes.DATE,
    completed_at: DataTypes.DATE,
    completed_by: DataTypes.UUID,
    contact_information: DataTypes.UUID
  },
  { ...options, tableName: "communications" }
)
Communication.belongsTo(ContactInformation, { as: "contact", foreignKey: "contact_information", targetKey: "id" })

class History extends Model<InferAttributes<History>, InferCreationAttributes<History>> {
  declare organisation: string
  declare communication: string
  declare version: number
  declare from: string
  declare to: string
  declare at: Date
  declare by: string
  declare request_id: string
  declare era: CreationOptional<number>
}
History.init(
  {
    organisation: DataTypes.UUID,
    communication: { type: DataTypes.UUID, primaryKey: true },
    version: { type: DataTypes.INTEGER, primaryKey: true },
    from: DataTypes.TEXT,
    to: DataTypes.TEXT,
    at: DataTypes.DATE,
    by: DataTypes.UUID,
    request_id: DataTypes.TEXT,
    era: { type: DataTypes.INTEGER, defaultValue: sequelize.literal("(SELECT era FROM log_eras)") }
  },
  { ...options, tableName: "communication_history" }
)

const complete = async ({ token, key, value }: CompleteRequest, request_id: string): Promise<PeerResponse> => {
  const at = new Date()
  const session = await Session.findOne({ where: { token_hash: hashOf(token), expires_at: { [Op.gt]: at } } })
  if (session === null) return refusal("INVALID_TOKEN")
  const { organisation, user: by } = session
  return sequelize.transaction(async (transaction) => {
    const draft = await Communication.findOne({
      where: { organisation, [key]: value },
      include: { model: ContactInformation, as: "contact", where: { organisation } },
      transaction
    })
    if (draft?.contact === undefined) return refusal("COMMUNICATION_NOT_FOUND")
    const [updated, [row]] = await Communication.update(
      {
        version: sequelize.literal("version + 1"),
        life_cycle_state: "COMPLETED",
        completed_at: at,
        completed_by: by
      },
      { where: { organisation, id: draft.id, life_cycle_state: "DRAFT" }, returning: true, transaction }
    )
    if (updated === 0 || row === undefined) return refusal("NOT_DRAFT")
    await History.create(
      {
        organisation,
        communication: draft.id,
        version: row.version,
        from: "DRAFT",
        to: "COMPLETED",
        at,
        by,
        request_id
      },
      { transaction }
    )
    return completed(draft, draft.contact)
  })
}

const app = express()
app.disable("x-powered-by")
app.use(express.json({ limit: "16kb" }))
app.post(path, async (request, response) => {
  const id = randomUUID()
  const parsed = parseRequest(request.body)
  const { http, body } = typeof parsed === "string" ? refusal(parsed) : await complete(parsed, id)
  response.status(http).set("x-request-id", id).json(body)
})
app.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
  if (response.headersSent) return next(error)
  const isBody = error instanceof SyntaxError
  if (!isBody) console.error(error)
  const { http, body } = refusal(isBody ? "INVALID_PARAMETERS" : "INTERNAL_ERROR")
  response.status(http).json(body)
})

const server = app.listen(0, "127.0.0.1", () => announceServer(server))
