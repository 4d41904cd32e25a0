/** Legal structures by their plates. */
import { ready } from "latently"
import { beforeAll } from "vitest"
import { meeting } from "./legal/meeting.js"
import { nested } from "./legal/nested.js"
import { plates } from "./legal/plates.js"
import { legalStructures } from "./legal.js"

beforeAll(async () => {
  await ready()
})

legalStructures("rows", plates)
legalStructures("plates in and beside plates", nested)
legalStructures("rows that meet", meeting)
