/** NestJS on its default platform, and TypeORM: repositories, one transaction per completion, a conditional update. */
import "reflect-metadata"
import { randomUUID } from "node:crypto"
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  HttpException,
  Injectable,
  Module,
  Post,
  Res
} from "@nestjs/common"
import { NestFactory } from "@nestjs/core"
import { InjectDataSource, TypeOrmModule } from "@nestjs/typeorm"
import type { Response } from "express"
import { type DataSource, MoreThan } from "typeorm"
import { type CompleteRequest, completed, type PeerResponse, parseRequest, path, refusal } from "../documented.ts"
import { announceServer } from "../listening.ts"
import { hashOf } from "../statement.ts"
import { Communication, ContactInformation, History, Session } from "./entities.ts"

@Injectable()
class Communications {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async complete({ token, key, value }: CompleteRequest, request_id: string): Promise<PeerResponse> {
    const at = new Date()
    const session = await this.database
      .getRepository(Session)
      .findOneBy({ token_hash: hashOf(token), expires_at: MoreThan(at) })
    if (session === null) return refusal("INVALID_TOKEN")
    const { organisation, user: by } = session
    return this.database.transaction(async (manager) => {
      // Not `findOne`, which runs two statements for a join.
      const draft = await manager
        .createQueryBuilder(Communication, "communication")
        .innerJoinAndSelect("communication.contact_information", "contact")
        .where({ organisation, [key]: value })
        .getOne()
      if (draft === null) return refusal("COMMUNICATION_NOT_FOUND")
      const { affected, raw } = await manager
        .createQueryBuilder()
        .update(Communication)
        .set({
          version: () => "version + 1",
          life_cycle_state: "COMPLETED",
          completed_at: at,
          completed_by: by
        })
        .where({ organisation, id: draft.id, life_cycle_state: "DRAFT" })
        .returning(["version"])
        .execute()
      if (affected !== 1) return refusal("NOT_DRAFT")
      const [row]: ReadonlyArray<{ readonly version: number }> = raw
      if (row === undefined) return refusal("INTERNAL_ERROR")
      await manager.insert(History, {
        organisation,
        communication: draft.id,
        version: row.version,
        from: "DRAFT",
        to: "COMPLETED",
        at,
        by,
        request_id,
        era: () => "(SELECT era FROM log_eras)"
      })
      return completed(draft, draft.contact_information)
    })
  }
}

/** Sends failures in the documented envelope. */
@Catch()
class Failures implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost) {
    const isRequest = error instanceof HttpException && error.getStatus() < 500
    if (!isRequest) console.error(error)
    const { http, body } = refusal(isRequest ? "INVALID_PARAMETERS" : "INTERNAL_ERROR")
    host.switchToHttp().getResponse<Response>().status(http).json(body)
  }
}

@Controller()
class CompleteController {
  constructor(private readonly communications: Communications) {}

  @Post(path)
  async complete(@Body() requestBody: unknown, @Res({ passthrough: true }) response: Response) {
    const id = randomUUID()
    response.set("x-request-id", id)
    const parsed = parseRequest(requestBody)
    const { http, body } = typeof parsed === "string" ? refusal(parsed) : await this.communications.complete(parsed, id)
    response.status(http)
    return body
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: "postgres",
      url: process.env.DATABASE_URL ?? "",
      entities: [Communication, ContactInformation, History, Session],
      poolSize: 10
    })
  ],
  providers: [Communications],
  controllers: [CompleteController]
})
class App {}

const app = await NestFactory.create(App, { logger: ["error", "warn"] })
app.useGlobalFilters(new Failures())
await app.listen(0, "127.0.0.1")
announceServer(app.getHttpServer())
