/** Legal structures by what is summed out, and by what is done to programs. */
import { ready } from "latently"
import { beforeAll } from "vitest"
import { beside } from "./legal/beside.js"
import { enumerated } from "./legal/enumerated.js"
import { handlers } from "./legal/handlers.js"
import { loops } from "./legal/loops.js"
import { names } from "./legal/names.js"
import { programs } from "./legal/programs.js"
import { legalStructures } from "./legal.js"

beforeAll(async () => {
  await ready()
})

legalStructures("summed out of the model", enumerated)
legalStructures("summed out beside what the guide draws", beside)
legalStructures("changed by handlers", handlers)
legalStructures("by their names", names)
legalStructures("without names, and by loops", loops)
legalStructures("what else a program may hold", programs)
