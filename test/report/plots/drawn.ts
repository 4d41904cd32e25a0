/** Reading what was drawn back out of an SVG: paths as points, pixels as values. Next: `mixtureEllipses.test.ts`. */

const pairs = (d: string) =>
  [...d.matchAll(/(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

/** Paths inside groups with this label, each as its points. */
export const pathsIn = (svg: string, label: string): (readonly (readonly [number, number])[])[] =>
  [...svg.matchAll(new RegExp(`<g [^>]*aria-label="${label}"[^>]*>(.*?)</g>`, "g"))].flatMap(([, inside]) =>
    [...inside!.matchAll(/ d="([^"]*)"/g)].map(([, d]) => pairs(d!)),
  )

/** From a pixel to a value, read off two tick labels of an axis. */
export const scaleOf = (svg: string, axis: "x" | "y"): ((pixel: number) => number) => {
  const group = new RegExp(`<g [^>]*aria-label="${axis}-axis tick label"[^>]*>(.*?)</g>`).exec(svg)![1]!
  const ticks = [
    ...group.matchAll(/<text [^>]*transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]*)</g),
  ].map(([, x, y, text]) => [Number(axis === "x" ? x : y), Number(text!.replace("−", "-"))] as const)
  const [[p0, v0], [p1, v1]] = [ticks[0]!, ticks.at(-1)!]
  return (pixel) => v0 + ((pixel - p0) * (v1 - v0)) / (p1 - p0)
}
