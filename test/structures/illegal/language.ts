/** Mistakes of the language: parts never run, values of the wrong kind, names that are none. Next: `plates.ts`. */
import { guide, mlp, model, normal, type Program, plate, sample, scope, tf, trace } from "latently"
import type { Mistake } from "../mistake.js"

/** Traces a program whose types would not pass. */
const traced = (body: (...args: any[]) => Generator<any, unknown, any>, args: readonly any[] = []): unknown =>
  trace(model(body as never) as Program<any>, [...args])

const net = mlp([1, 1])

export const language: readonly Mistake[] = [
  {
    name: "a plate that is never run",
    code: "forgotten-yield",
    texts: ["plate 'rows' was made but never run", "yield* plate("],
    line: true,
    run: () =>
      traced(function* () {
        yield* sample("w", normal(0, 1))
        plate("rows", 3, function* () {
          yield* sample("z", normal(0, 1))
        })
      }),
  },
  {
    name: "a scope that is never run",
    code: "forgotten-yield",
    texts: ["scope 'part' was made but never run", "yield* scope("],
    line: true,
    run: () =>
      traced(function* () {
        yield* sample("w", normal(0, 1))
        scope("part", function* () {
          yield* sample("z", normal(0, 1))
        })
      }),
  },
  {
    name: "a network that is never run",
    code: "forgotten-yield",
    texts: ["mlp was made but never run"],
    line: true,
    run: () =>
      traced(function* () {
        mlp([1, 1])
        yield* sample("w", normal(0, 1))
      }),
  },
  {
    name: "a network made once and run twice",
    code: "spent-part",
    texts: ["mlp has run already", 'scope("net", () => mlp([2, 1]))'],
    run: () => {
      const once = model(function* () {
        yield* scope("net", net)
      })
      trace(once, [])
      trace(once, [])
    },
  },
  {
    name: "a plate's body without the star",
    code: "not-a-generator",
    texts: ["the body of plate 'rows' returned 3", "function*"],
    run: () =>
      traced(function* () {
        yield* plate("rows", 3, (() => 3) as never)
      }),
  },
  {
    name: "a plate's body that is async",
    code: "not-a-generator",
    texts: ["the body of plate 'rows'", "without async"],
    run: () =>
      traced(function* () {
        yield* plate("rows", 3, async function* () {} as never)
      }),
  },
  {
    name: "a plate without a body",
    code: "not-a-generator",
    texts: ["the body of plate 'rows' is undefined"],
    run: () =>
      traced(function* () {
        yield* (plate as (...given: unknown[]) => Generator)("rows", 3)
      }),
  },
  {
    name: "a scope around what is no program",
    code: "not-a-generator",
    texts: ["the body of scope 'part' is number"],
    run: () =>
      traced(function* () {
        yield* scope("part", 3 as never)
      }),
  },
  {
    name: "no program at all",
    code: "not-a-program",
    texts: ["undefined was given where a program was wanted", "model(…)"],
    run: () => trace(undefined as never, [] as never),
  },
  {
    name: "a model made of a number",
    code: "not-a-program",
    texts: ["model(…) was given number", "generator function"],
    run: () => model(3 as never),
  },
  {
    name: "a guide for no model",
    code: "not-a-program",
    texts: ["guide's model(…) was given undefined"],
    run: () => guide(undefined as never, function* () {} as never),
  },
  {
    name: "a number yielded",
    code: "not-a-site",
    texts: ["the program yielded 3", "yield only sample"],
    run: () =>
      traced(function* () {
        yield 3
      }),
  },
  {
    name: "a tensor yielded",
    code: "not-a-site",
    texts: ["the program yielded a tensor of shape [2]"],
    run: () =>
      traced(function* () {
        yield tf.zeros([2])
      }),
  },
  {
    name: "nothing yielded",
    code: "not-a-site",
    texts: ["the program yielded nothing"],
    run: () =>
      traced(function* () {
        yield undefined
      }),
  },
]
