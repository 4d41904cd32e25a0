/**
 * The optimizer's update of variables in the session, by TensorFlow's fused kernel for it: one pass over each parameter
 * instead of ten operations. They compute what `optimize.ts` does; the bias correction is in the rate already.
 */
import type { Optimizer } from "../optimize.js"
import { makeNode, type Node, number, type Source, typed } from "./graph.js"
import type { CarryOf } from "./recorded-step.js"

/** The kernel's name and its inputs for one parameter, given its handles, the rate and the gradient. */
type Fused = (
  constants: Readonly<Record<string, Source>>,
  handles: readonly Source[],
  rate: Source,
  gradient: Source,
) => readonly [op: string, inputs: readonly Source[]]

const fused: Readonly<Record<Optimizer["name"], Fused>> = {
  sgd: (_, [p], rate, g) => ["ResourceApplyGradientDescent", [p!, rate, g]],
  momentum: ({ momentum }, [p, a], rate, g) => ["ResourceApplyMomentum", [p!, a!, rate, g, momentum!]],
  rmsProp: ({ rho, momentum, epsilon }, [p, s, a], rate, g) => [
    "ResourceApplyRMSProp",
    [p!, s!, a!, rate, rho!, momentum!, epsilon!, g],
  ],
  adam: ({ beta1, beta2, epsilon }, [p, m, v], rate, g) => [
    "ResourceApplyAdam",
    [p!, m!, v!, number(0), number(0), rate, beta1!, beta2!, epsilon!, g],
  ],
}

/** One node a parameter that updates it and its moments in place. */
export const applyUpdate = (
  optimizer: Optimizer,
  { parameters, moments }: Pick<CarryOf<Source>, "parameters" | "moments">,
  rate: Source,
  gradients: readonly Source[],
): Node[] => {
  const constants = Object.fromEntries(
    Object.entries(optimizer.constants).map(([name, value]) => [name, number(value)]),
  )
  const count = parameters.length
  return parameters.map((parameter, i) => {
    const handles = [parameter, ...moments.filter((_, at) => at % count === i)]
    const [op, inputs] = fused[optimizer.name](constants, handles, rate, gradients[i]!)
    return makeNode(op, inputs, [typed("T", 1)])
  })
}
