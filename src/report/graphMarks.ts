/**
 * The marks of a plate diagram: nodes, edges and plates as SVG, given where they go. Next: `modelGraph.ts`, which places them.
 */
import type { GraphSite, Place } from "./graphLayout.js"
import { color } from "./palette.js"
import { element, textElement } from "./svg.js"

/** A rectangle in pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A site at its place, in pixels; `under` are the lines of text below it. */
export interface Node extends GraphSite {
  readonly cx: number
  readonly cy: number
  readonly radius: number
  readonly under: readonly string[]
}

const [narrowestColumn, rowHeight] = [108, 114]
const [circle, dot] = [24, 3.5]
const lineHeight = 14.5
const longestInside = 6

/** A site as a node: a short name goes inside its circle, a long one and the family under it; a parameter is a dot. */
export const nodeAt = (site: GraphSite, { x, layer }: Place, width = narrowestColumn): Node => {
  const isDot = site.role === "param"
  const under = [isDot || isInside(site) ? "" : site.name, site.family ?? ""].filter((line) => line !== "")
  return { ...site, cx: x * width, cy: layer * rowHeight, radius: isDot ? dot : circle, under }
}

const isInside = ({ role, name }: GraphSite): boolean => role !== "param" && [...name].length <= longestInside

/** Pixels from one column to the next: enough for the widest text of these sites. */
export const columnWidth = (sites: readonly GraphSite[]): number =>
  Math.max(
    narrowestColumn,
    ...sites.map((site) => {
      const { left, right } = footprint(nodeAt(site, { x: 0, layer: 0 }))
      return right - left + 16
    }),
  )

/** The room that a node takes, its text included. */
export const footprint = (node: Node): Box => {
  const { cx, cy, radius, role, name } = node
  const half = Math.max(radius, footHalf(node), role === "param" ? 3.6 * name.length : 0)
  const above = role === "param" ? 22 : 0
  return { left: cx - half, right: cx + half, top: cy - radius - above, bottom: footEnd(node) }
}

const footHalf = ({ under }: Node): number => Math.max(0, ...under.map((line) => 3.1 * line.length))
const footEnd = ({ cy, radius, under }: Node): number =>
  cy + radius + (under.length === 0 ? 0 : under.length * lineHeight + 4)

/** A plate's rounded frame. */
export const drawPlate = ({ left, top, right, bottom }: Box): string => {
  const frame = { x: left, y: top, width: right - left, height: bottom - top, rx: 10 }
  return element("rect", { ...frame, stroke: color("muted"), "stroke-opacity": 0.6 })
}

/** A plate's name and size in a lower corner; drawn last, it interrupts an edge that leaves by the same corner. */
export const drawPlateLabel = (
  label: string,
  { left, right, bottom }: Box,
  side: "left" | "right",
): string => {
  const corner =
    side === "left" ? { x: left + 10, "text-anchor": "start" } : { x: right - 10, "text-anchor": "end" }
  const halo = {
    stroke: color("paper"),
    "stroke-width": 5,
    "paint-order": "stroke",
    "stroke-linejoin": "round",
  }
  return textElement(label, { ...corner, ...halo, y: bottom - 8, "font-size": 11.5, fill: color("muted") })
}

/** A circle, shaded where observed, or the dot of a parameter; its name in or by it, its family under it. */
export const drawNode = (node: Node): string => {
  const { cx, cy, radius, role, name, under } = node
  const middle = { x: cx, "text-anchor": "middle" }
  const named = { ...middle, fill: color("ink"), "font-style": "italic" }
  const inside = isInside(node)
    ? textElement(name, { ...named, y: cy + 5, "font-size": insideSize(name) })
    : ""
  const above = role === "param" ? textElement(name, { ...named, y: cy - 10, "font-size": 15 }) : ""
  const lines = under.map((line, index) => {
    const style =
      line === name ? { ...named, "font-size": 13 } : { ...middle, fill: color("muted"), "font-size": 11 }
    return textElement(line, { ...style, y: cy + radius + lineHeight * (index + 1) })
  })
  const shape = { cx, cy, r: radius, stroke: color("ink"), "stroke-width": 1.3, fill: fillOf(role) }
  return element("circle", shape) + inside + above + lines.join("")
}

const insideSize = (name: string): number => [17, 17, 17, 15, 13.5, 12][[...name].length - 1]!

const fillOf = (role: GraphSite["role"]): string => {
  if (role === "param") return color("ink")
  return role === "observed" ? `color-mix(in oklab,${color("muted")} 26%,${color("paper")})` : color("paper")
}

/** An arrow from rim to rim, straight unless that would run through another node; text under its start is passed by. */
export const drawEdge = (from: Node, to: Node, nodes: readonly Node[]): string => {
  const control = controlPoint(from, to, nodes)
  const start = toward(from, control, Math.max(from.radius + 2, footExit(from, control)))
  const tip = toward(to, control, to.radius + 3 + (to.role === "param" ? 2 : 0))
  const back = toward({ cx: tip.x, cy: tip.y }, control, 8)
  const [sideX, sideY] = [0.4 * (back.y - tip.y), 0.4 * (tip.x - back.x)]
  const wings = [1, -1].map((side) => written({ x: back.x + side * sideX, y: back.y + side * sideY }))
  return (
    element("path", {
      d: `M${written(start)}Q${written(control)} ${written(back)}`,
      stroke: color("ink"),
      "stroke-width": 1.2,
    }) + element("path", { d: `M${written(tip)}L${wings[0]}L${wings[1]}Z`, fill: color("ink") })
  )
}

interface Point {
  readonly x: number
  readonly y: number
}

const written = ({ x, y }: Point): string => `${Math.round(10 * x) / 10} ${Math.round(10 * y) / 10}`

/** The middle of the edge, moved aside, away from the nearest node in its way. */
const controlPoint = (from: Node, to: Node, nodes: readonly Node[]): Point => {
  const [dx, dy] = [to.cx - from.cx, to.cy - from.cy]
  const blocked = nodes.find(
    (node) => node !== from && node !== to && distanceToSegment(node, from, to) < node.radius + 6,
  )
  const side = blocked && dx * (blocked.cy - from.cy) - dy * (blocked.cx - from.cx) > 0 ? -1 : 1
  const bow = blocked ? (side * 0.75 * narrowestColumn) / Math.hypot(dx, dy) : 0
  return { x: (from.cx + to.cx) / 2 - bow * dy, y: (from.cy + to.cy) / 2 + bow * dx }
}

/** How far from a node's middle an edge that leaves downwards is clear of the text there; 0 where it passes beside. */
const footExit = (node: Node, { x, y }: Point): number => {
  const [dx, dy] = [x - node.cx, y - node.cy]
  if (node.under.length === 0 || dy <= 0) return 0
  const depth = footEnd(node) - node.cy
  const slope = Math.abs(dx) / dy
  if (slope * (node.radius + 2) > footHalf(node)) return 0
  const down = Math.min(depth, (footHalf(node) + 3) / slope)
  return down * Math.hypot(1, slope)
}

const toward = (
  { cx, cy }: { readonly cx: number; readonly cy: number },
  { x, y }: Point,
  distance: number,
): Point => {
  const length = Math.hypot(x - cx, y - cy) || 1
  return { x: cx + ((x - cx) * distance) / length, y: cy + ((y - cy) * distance) / length }
}

const distanceToSegment = ({ cx, cy }: Node, from: Node, to: Node): number => {
  const [dx, dy] = [to.cx - from.cx, to.cy - from.cy]
  const along = ((cx - from.cx) * dx + (cy - from.cy) * dy) / (dx * dx + dy * dy)
  const clamped = Math.min(1, Math.max(0, along))
  return Math.hypot(cx - from.cx - clamped * dx, cy - from.cy - clamped * dy)
}
