/**
 * jax-js as a side of the bench: the VAE's step (forward, backward, Adam) in one jit, on WebAssembly. The package is found
 * through LATENTLY_BENCH_JAX_JS, a folder where `npm install @jax-js/jax@0.1.25` was run. Answers as `../task.ts` says.
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { pathToFileURL } from "node:url"

const folder = process.env.LATENTLY_BENCH_JAX_JS
const require = createRequire(join(folder, "package.json"))
const cjs = require.resolve("@jax-js/jax")
const jax = await import(pathToFileURL(cjs.replace(/index\.cjs$/, "index.js")).href)
const { init, jit, nn, numpy: np, random, valueAndGrad, blockUntilReady } = jax
const { version } = JSON.parse(readFileSync(join(cjs, "../../package.json"), "utf8"))
await init("wasm") // plain init() looks for a navigator, which Node 20 lacks

const affine = (x, w, b) => np.dot(x, w).add(b)

const lossOf = (batch) => (p, x, key) => {
  const [w1, b1, wm, bm, ws, bs, w2, b2, w3, b3] = p
  const h = nn.relu(affine(x.ref, w1, b1))
  const loc = affine(h.ref, wm, bm)
  const logScale = affine(h, ws, bs)
  const scale = np.exp(logScale.ref)
  const z = loc.ref.add(scale.ref.mul(random.normal(key, [batch, 20])))
  const logits = affine(nn.relu(affine(z, w2, b2)), w3, b3)
  const likelihood = x.mul(logits.ref).sub(nn.softplus(logits)).sum()
  const divergence = np.square(loc).add(np.square(scale)).sub(logScale.mul(2)).sub(1).sum().mul(0.5)
  return divergence.sub(likelihood)
}

const adam = (p, m, v, g, t) => {
  const c1 = np.subtract(1, np.pow(0.9, t.ref))
  const c2 = np.subtract(1, np.pow(0.999, t.ref))
  const first = m.map((a, i) => a.mul(0.9).add(g[i].ref.mul(0.1)))
  const second = v.map((a, i) => a.mul(0.999).add(np.square(g[i]).mul(0.001)))
  const moved = p.map((a, i) => {
    const deviation = np.sqrt(second[i].ref.div(c2.ref)).add(1e-8)
    return a.sub(first[i].ref.div(c1.ref).mul(1e-3).div(deviation))
  })
  c1.dispose()
  c2.dispose()
  return { p: moved, m: first, v: second }
}

const updateOf = (batch) => {
  const slopes = valueAndGrad(lossOf(batch))
  return jit(function update(p, m, v, t, x, key) {
    const keys = random.split(key, 2)
    const parameters = p.map((a) => a.ref)
    const [loss, g] = slopes(parameters, x, keys.ref.slice(1))
    const next = t.add(1)
    return { ...adam(p, m, v, g, next.ref), t: next, key: keys.slice(0), loss }
  })
}

const begin = (hidden) => {
  const sizes = [
    [784, hidden],
    [hidden, 20],
    [hidden, 20],
    [20, hidden],
    [hidden, 784],
  ]
  const p = sizes.flatMap(([i, o], k) => [
    random.normal(random.key(k), [i, o]).mul(Math.sqrt(2 / (i + o))),
    np.zeros([o]),
  ])
  const zeros = () => p.map((a) => np.zeros(a.shape))
  return { p, m: zeros(), v: zeros(), t: np.array(0), key: random.key(7), loss: undefined }
}

const openVae = async ({ data, sizes }) => {
  const { path, shape } = data.x
  const bytes = readFileSync(path)
  const images = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  const size = sizes.batch * shape[1]
  const batches = Array.from({ length: images.length / size }, (_, i) =>
    np.array(images.slice(i * size, (i + 1) * size)).reshape([sizes.batch, shape[1]]),
  )
  const update = updateOf(sizes.batch)
  let state = begin(sizes.hidden)
  let count = 0
  const step = async () => {
    const { p, m, v, t, key, loss } = state
    loss?.dispose()
    state = update(p, m, v, t, batches[count++ % batches.length].ref, key)
    await blockUntilReady(state.loss)
  }
  const losses = []
  const start = performance.now()
  await step()
  const firstSeconds = (performance.now() - start) / 1e3
  for (let i = 1; i < 100; i++) {
    await step()
    if (i >= 90) losses.push((await state.loss.ref.data())[0])
  }
  const loss = losses.reduce((a, b) => a + b, 0) / losses.length / sizes.batch
  return { facts: { loss, firstSeconds }, step }
}

let opened
let perStep = 0

const time = async (steps) => {
  const start = performance.now()
  for (let i = 0; i < steps; i++) await opened.step()
  return (performance.now() - start) / steps
}

const answers = {
  hello: () => ({ versions: { "jax-js": version } }),
  open: async (request) => {
    opened = await openVae(request)
    perStep = await time(3)
    return { facts: opened.facts, modes: ["call"] }
  },
  block: async ({ ms }) => {
    const cpu = process.cpuUsage()
    perStep = await time(Math.max(1, Math.round(ms / perStep)))
    const { user, system } = process.cpuUsage(cpu)
    return { ms: perStep, cpuMs: (user + system) / 1000 }
  },
  close: () => ({}),
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  const reply = await Promise.resolve(answers[request.do](request)).catch((error) => ({
    error: error.message,
  }))
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
process.exit(0)
