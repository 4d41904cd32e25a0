/** Legal structures by their latents. */
import { ready } from "latently"
import { beforeAll } from "vitest"
import { continuous } from "./legal/continuous.js"
import { discrete } from "./legal/discrete.js"
import { several } from "./legal/several.js"
import { together } from "./legal/together.js"
import { legalStructures } from "./legal.js"

beforeAll(async () => {
  await ready()
})

legalStructures("one differentiable latent", continuous)
legalStructures("several differentiable latents", several)
legalStructures("a discrete latent", discrete)
legalStructures("discrete latents beside others", together)
