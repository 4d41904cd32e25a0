/**
 * A model as the plate diagram of its graph: circles for random sites, shaded where observed, a dot for a parameter, rounded
 * plates with their size in the corner. Next: `graphLayout.ts`, where the places come from; `graphMarks.ts`, the drawing.
 */
import { type GraphSite, layOutGraph } from "./graphLayout.js"
import {
  type Box,
  columnWidth,
  drawEdge,
  drawNode,
  drawPlate,
  drawPlateLabel,
  footprint,
  type Node,
  nodeAt,
} from "./graphMarks.js"
import { element, figureSvg } from "./svg.js"

/** How `modelGraph` draws. `sizes`: what to write after a plate's name, such as { images: 60000 }. */
export interface ModelGraphOptions {
  readonly title?: string
  readonly sizes?: Readonly<Record<string, number | string>>
}

const [plateInset, plateLabelRoom] = [13, 18]

/**
 * Draws the graph as one SVG.
 *
 * @throws LatentlyError `model-graph` at a name that comes twice, an unknown parent, a cycle, or no site at all.
 * @example
 * modelGraph([
 *   { name: "z", role: "latent", family: "Normal", plates: ["images"], parents: [] },
 *   { name: "x", role: "observed", family: "Bernoulli", plates: ["images"], parents: ["z", "θ"] },
 *   { name: "θ", role: "param", plates: [], parents: [] },
 * ], { sizes: { images: 60000 } })
 */
export const modelGraph = (sites: readonly GraphSite[], options: ModelGraphOptions = {}): string => {
  const places = layOutGraph(sites)
  const nodes = sites.map((site) => nodeAt(site, places.get(site.name)!, columnWidth(sites)))
  const labelOf = (name: string) =>
    [name, options.sizes?.[name]].filter((part) => part !== undefined).join(" · ")
  const plates = plateBoxes(nodes, labelOf)
  const bounds = enclosing([...nodes.map(footprint), ...plates.map(({ box }) => box)], 6)
  const middle = (bounds.left + bounds.right) / 2
  const sideOf = ({ left, right }: Box) => ((left + right) / 2 < middle - 1 ? "left" : "right")
  const marks = [
    ...plates.map(({ box }) => drawPlate(box)),
    ...nodes.flatMap((node) => parentsOf(node, nodes).map((parent) => drawEdge(parent, node, nodes))),
    ...nodes.map(drawNode),
    ...plates.map(({ name, box }) => drawPlateLabel(labelOf(name), box, sideOf(box))),
  ]
  return figureSvg(
    {
      width: bounds.right - bounds.left,
      height: bounds.bottom - bounds.top,
      title:
        options.title ?? `The graph of a model with the sites ${sites.map(({ name }) => name).join(", ")}`,
    },
    element("g", { transform: `translate(${-bounds.left} ${-bounds.top})` }, ...marks),
  )
}

/** The width that a plate needs for its label alone. */
const labelWidth = (label: string): number => 6.1 * label.length + 22

const parentsOf = (node: Node, nodes: readonly Node[]): Node[] =>
  nodes.filter(({ name }) => node.parents.includes(name))

const enclosing = (boxes: readonly Box[], margin: number): Box => ({
  left: Math.min(...boxes.map(({ left }) => left)) - margin,
  top: Math.min(...boxes.map(({ top }) => top)) - margin,
  right: Math.max(...boxes.map(({ right }) => right)) + margin,
  bottom: Math.max(...boxes.map(({ bottom }) => bottom)) + margin,
})

/** Inner plates first get their box, outer ones then enclose those of the plates inside them. Drawn outermost first. */
const plateBoxes = (
  nodes: readonly Node[],
  labelOf: (name: string) => string,
): { name: string; box: Box }[] => {
  const members = (plate: string) => nodes.filter(({ plates }) => plates.includes(plate))
  const names = [...new Set(nodes.flatMap(({ plates }) => [...plates].reverse()))]
  const boxes: { name: string; box: Box }[] = []
  for (const name of names.sort((a, b) => members(a).length - members(b).length)) {
    const own = members(name)
    const inner = boxes.filter((other) => members(other.name).every((node) => own.includes(node)))
    const box = enclosing([...own.map(footprint), ...inner.map((other) => other.box)], plateInset)
    const spare = Math.max(0, labelWidth(labelOf(name)) - (box.right - box.left)) / 2
    const wide = { ...box, left: box.left - spare, right: box.right + spare }
    boxes.push({ name, box: { ...wide, bottom: box.bottom + plateLabelRoom - plateInset / 2 } })
  }
  return boxes.reverse()
}
