/** The tables as TypeORM entities. */
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from "typeorm"
import type { Contact } from "../documented.ts"

@Entity("sessions")
export class Session {
  @PrimaryColumn("bytea") token_hash: Buffer
  @Column("uuid") organisation: string
  @Column("uuid") user: string
  @Column("timestamptz") expires_at: Date
}

@Entity("contact_information")
export class ContactInformation implements Contact {
  @PrimaryColumn("uuid") organisation: string
  @PrimaryColumn("uuid") id: string
  @Column("text") type: string
  @Column("text") life_cycle_state: string
  @Column("text") name: string
  @Column("text", { nullable: true }) first_name: string | null
  @Column("text", { nullable: true }) middle_name: string | null
  @Column("text", { nullable: true }) last_name: string | null
  @Column("text", { nullable: true }) title: string | null
  @Column("text", { nullable: true }) company_name: string | null
  @Column("json", { nullable: true }) demographics: object | null
  @Column("json", { nullable: true }) company_profile: object | null
}

@Entity("communications")
export class Communication {
  @PrimaryColumn("uuid") organisation: string
  @PrimaryColumn("uuid") id: string
  @Column("text") number: string
  @Column("integer") version: number
  @Column("text") life_cycle_state: string
  @Column("text", { nullable: true }) subject: string | null
  @Column("timestamptz", { nullable: true }) viewed_on: Date | null
  @Column("timestamptz", { nullable: true }) completed_at: Date | null
  @Column("uuid", { nullable: true }) completed_by: string | null

  @ManyToOne(() => ContactInformation)
  @JoinColumn([
    { name: "organisation", referencedColumnName: "organisation" },
    { name: "contact_information", referencedColumnName: "id" }
  ])
  contact_information: Relation<ContactInformation>
}

@Entity("communication_history")
export class History {
  @PrimaryColumn("uuid") organisation: string
  @PrimaryColumn("uuid") communication: string
  @PrimaryColumn("integer") version: number
  @Column("text") from: string
  @Column("text") to: string
  @Column("timestamptz") at: Date
  @Column("uuid") by: string
  @Column("text") request_id: string
  @Column("integer") era: number
}
