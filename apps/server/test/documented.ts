import { disagreement } from "@communications/test-support/documentAgreement"

/**
 * The example in CRM.COM's documentation: a request and its response. A real response has further documented members,
 * which the example omits: `subject`, `viewed`, `viewed_on`, and the contact's `life_cycle_state`.
 */
export const documented = {
  request: { token: "B679A1250F36F8D4DAF607B2D83ED551", communication_identifier: { number: "41" } },
  response: {
    status: { message: null, description: null, code: "OK" },
    data: {
      life_cycle_state: "COMPLETED",
      number: "41",
      id: "252F3A1A87C26866A1E1A1B18D6043EA",
      contact_information: {
        last_name: "Spector",
        middle_name: null,
        company_profile: null,
        title: "Mr",
        type: "PERSON",
        first_name: "Stephane",
        name: "Stephane Spector",
        id: "3DA4F031963FCAD2E299CB23190AF295",
        company_name: null,
        demographics: {
          gender: "MALE",
          passport_issued_by_country: null,
          passport_number: "121212",
          social_security_number: null,
          industry_sector: null,
          date_of_birth: { month: null, day: null, year: null },
          name_day: { month: null, day: null },
          id_number: "121212",
          id_issued_by_country: null,
          industry: null
        }
      }
    }
  }
}

/** The token of the other organisation in the demonstration data. */
export const otherToken = "4AD9C84FA60F9FE407140E20F707726A"

const path = "/crmapi/rest/v2/communications/complete"

/** Sends a request to complete a communication. Throws if the response does not match the OpenAPI document. */
export const completing = async (url: string, number = "41", token = documented.request.token) => {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token, communication_identifier: { number } })
  })
  const { status, headers } = response
  const body = JSON.parse(await response.text())
  const received = { method: "POST", path, status, headers: Object.fromEntries(headers), json: body, reduced: false }
  const wrong = disagreement(received)
  if (wrong !== undefined) throw new Error(`the response to communications/complete ${wrong}`)
  return { http: response.status, code: body.status.code, body, headers: response.headers }
}
