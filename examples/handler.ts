import { createHandler } from "@communications/http"
import { fromPg, layerHost } from "@communications/postgres"
import { Hono } from "hono"
import pg from "pg"

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
const handler = createHandler(layerHost(fromPg(pool)))

export default new Hono().all("*", (c) => handler(c.req.raw))
