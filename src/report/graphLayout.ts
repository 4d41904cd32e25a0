/**
 * Where the nodes and plates of a model's graph go: layers by the longest path from a root, and within them places packed so
 * that no plate encloses a stranger. It leaves out minimising crossings in general: models are small. Next: `modelGraph.ts`.
 */
import { LatentlyError } from "../engine/error.js"

/** One site of a model. `plates`: outermost first. `parents`: names of other sites. */
export interface GraphSite {
  readonly name: string
  readonly role: "latent" | "observed" | "param"
  /** The distribution's family, written beside the node. */
  readonly family?: string
  readonly plates: readonly string[]
  readonly parents: readonly string[]
}

/** A node's place: `x` in node widths, `layer` from 0 at the top. */
export interface Place {
  readonly x: number
  readonly layer: number
}

/** A node, or a plate with what lies in it, that takes a rectangle of layers by width. */
interface Block {
  readonly sites: readonly GraphSite[]
  readonly width: number
  readonly first: number
  readonly last: number
  /** Places of its sites, with x from the block's own middle. */
  readonly inside: ReadonlyMap<string, number>
}

/** Clear width that a plate keeps on each side of what it holds. */
const plateMargin = 0.28

/**
 * A place for each site, so that parents are above children and a plate's bounding box holds its members only, when plates are
 * nested or apart. Crossed plates (students by items) put the sites of both between those of either.
 *
 * @throws LatentlyError `model-graph` at a name that comes twice, an unknown parent, a cycle, or no site at all.
 * @example layOutGraph([{ name: "z", role: "latent", plates: [], parents: [] }]).get("z") // { x: 0, layer: 0 }
 */
export const layOutGraph = (sites: readonly GraphSite[]): Map<string, Place> => {
  if (sites.length === 0)
    throw new LatentlyError("model-graph", "a model's graph needs at least one site, got none")
  const layers = layersOf(sites)
  const x = pack(sites, 0, { sites, layers })
  return new Map(sites.map(({ name }) => [name, { x: x.get(name)!, layer: layers.get(name)! }]))
}

const layersOf = (sites: readonly GraphSite[]): Map<string, number> => {
  const byName = new Map(sites.map((site) => [site.name, site]))
  if (byName.size < sites.length) {
    const twice = sites.find((site) => byName.get(site.name) !== site)!
    throw new LatentlyError("model-graph", `the model's graph has two sites named '${twice.name}'`)
  }
  const layers = new Map<string, number>()
  const visit = (name: string, from: string, path: readonly string[]): number => {
    const site = byName.get(name)
    if (!site) throw new LatentlyError("model-graph", `site '${from}' has a parent '${name}' that is no site`)
    if (path.includes(name))
      throw new LatentlyError("model-graph", `sites depend on each other: ${[...path, name].join(" → ")}`)
    const known = layers.get(name)
    if (known !== undefined) return known
    const layer = Math.max(-1, ...site.parents.map((parent) => visit(parent, name, [...path, name]))) + 1
    layers.set(name, layer)
    return layer
  }
  for (const { name } of sites) visit(name, name, [])
  return lowered(sites, layers)
}

/** A root sits just above its nearest child, not at the very top: a parameter of the last layer stays near it. */
const lowered = (sites: readonly GraphSite[], layers: Map<string, number>): Map<string, number> => {
  for (const { name, parents } of sites) {
    const below = sites.filter((site) => site.parents.includes(name)).map((site) => layers.get(site.name)!)
    if (parents.length === 0 && below.length > 0) layers.set(name, Math.min(...below) - 1)
  }
  return layers
}

/** What the packing reads of the whole graph. */
interface Graph {
  readonly sites: readonly GraphSite[]
  readonly layers: ReadonlyMap<string, number>
}

/** Places for the sites at one depth of plates, each block packed inside first. */
const pack = (sites: readonly GraphSite[], depth: number, graph: Graph): Map<string, number> => {
  const groups = grouped(sites, (site) => clusterKey(site, depth, sites))
  const blocks = groups.map((members) => {
    if (members[0]!.plates[depth] === undefined)
      return blockOf(members, new Map([[members[0]!.name, 0]]), 0, graph)
    const isNested = members.every(({ plates }) => plates[depth] === members[0]!.plates[depth])
    const inside = isNested ? pack(members, depth + 1, graph) : packCrossed(members, graph)
    return blockOf(members, inside, plateMargin, graph)
  })
  return placed(
    blocks.sort((a, b) => b.sites.length - a.sites.length || a.first - b.first),
    graph,
  )
}

/** Crossed plates: the sites of each combination of plates in a column of their own, those of most plates in the middle. */
const packCrossed = (sites: readonly GraphSite[], graph: Graph): Map<string, number> => {
  const rows = sites.map(({ name }) => graph.layers.get(name)!)
  const columns = grouped(sites, ({ plates }) => [...plates].sort().join(" ")).map((members) => ({
    ...blockOf(members, pack(members, Number.POSITIVE_INFINITY, graph), plateMargin, graph),
    first: Math.min(...rows),
    last: Math.max(...rows),
  }))
  const plateCount = (block: Block) => block.sites[0]!.plates.length
  return placed(
    columns.reverse().sort((a, b) => plateCount(b) - plateCount(a)),
    graph,
  )
}

const blockOf = (
  sites: readonly GraphSite[],
  inside: Map<string, number>,
  margin: number,
  { layers }: Graph,
): Block => {
  const rows = sites.map(({ name }) => layers.get(name)!)
  const reach = Math.max(...[...inside.values()].map(Math.abs))
  return {
    sites,
    inside,
    width: 2 * reach + 1 + 2 * margin,
    first: Math.min(...rows),
    last: Math.max(...rows),
  }
}

const grouped = (sites: readonly GraphSite[], key: (site: GraphSite) => string): GraphSite[][] => {
  const groups = new Map<string, GraphSite[]>()
  for (const site of sites) groups.set(key(site), [...(groups.get(key(site)) ?? []), site])
  return [...groups.values()]
}

/** Sites connected by plates that they share from this depth on; a site in no plate is alone. */
const clusterKey = (site: GraphSite, depth: number, sites: readonly GraphSite[]): string => {
  if (site.plates[depth] === undefined) return `site ${site.name}`
  const reached = new Set(site.plates.slice(depth))
  for (let before = 0; before < reached.size; ) {
    before = reached.size
    const touching = sites.filter(({ plates }) => plates.slice(depth).some((plate) => reached.has(plate)))
    for (const { plates } of touching) for (const plate of plates.slice(depth)) reached.add(plate)
  }
  return `plates ${[...reached].sort().join(" ")}`
}

/** Puts blocks one after another, each as near its neighbours as the ones before it allow, and centres the whole on 0. */
const placed = (blocks: readonly Block[], { sites }: Graph): Map<string, number> => {
  const centers = new Map<Block, number>()
  const x = new Map<string, number>()
  for (const block of blocks) {
    const center = nearestFree(block, wish(block, x, sites), centers)
    centers.set(block, center)
    for (const [name, offset] of block.inside) x.set(name, center + offset)
  }
  centerRows(blocks, centers, x, sites)
  const middle = (Math.min(...x.values()) + Math.max(...x.values())) / 2
  return new Map([...x].map(([name, place]) => [name, place - middle]))
}

/** The mean place of a block's parents and children that have one already, seen from its own middle. */
const wish = (block: Block, x: ReadonlyMap<string, number>, all: readonly GraphSite[]): number => {
  const wishes = block.sites.flatMap((site) => {
    const children = all.filter(({ parents }) => parents.includes(site.name)).map(({ name }) => name)
    const placed = [...site.parents, ...children].filter((name) => x.has(name) && !block.inside.has(name))
    return placed.map((name) => x.get(name)! - block.inside.get(site.name)!)
  })
  return wishes.length === 0 ? 0 : wishes.reduce((sum, value) => sum + value, 0) / wishes.length
}

const nearestFree = (block: Block, wanted: number, centers: ReadonlyMap<Block, number>): number => {
  const rivals = [...centers].filter(([other]) => other.first <= block.last && block.first <= other.last)
  const isFree = (at: number) =>
    rivals.every(([other, center]) => Math.abs(at - center) >= (block.width + other.width) / 2 - 1e-9)
  const beside = rivals.flatMap(([other, center]) =>
    [1, -1].map((side) => center + (side * (block.width + other.width)) / 2),
  )
  return [wanted, ...beside].filter(isFree).sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0]!
}

/** Lone nodes that share a row and a wish are centred on it together, where nothing else shares the row. */
const centerRows = (
  blocks: readonly Block[],
  centers: Map<Block, number>,
  x: Map<string, number>,
  all: readonly GraphSite[],
): void => {
  for (const layer of new Set(blocks.map(({ first }) => first))) {
    const row = blocks.filter((block) => block.first <= layer && layer <= block.last)
    if (row.length < 2 || row.some((block) => block.sites.length > 1)) continue
    const shift = row.reduce((sum, block) => sum + wish(block, x, all) - centers.get(block)!, 0) / row.length
    for (const block of row) x.set(block.sites[0]!.name, centers.get(block)! + shift)
  }
}
