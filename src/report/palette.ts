/**
 * The colours of every figure and of the page, as CSS custom properties with a light and a dark value, so that one SVG
 * serves both themes. Next: `style.ts` (the page), `svg.ts` (a figure on its own).
 *
 * The first five series colours keep an OKLab difference of at least 0.10 from each other under simulated protanopia,
 * deuteranopia and tritanopia (Machado et al. 2009), and a contrast of at least 3 to 1 against the page, in both themes; a
 * test computes both. Six to ten exist for ten classes, where nothing is told by colour alone: figures label them directly.
 */

/** A name of a colour role, used as `var(--fig-NAME)`. */
export type ColorRole = keyof typeof themes.light

/** The values behind each role. `paper` is the page, `ink` the text, `muted` axes and captions, `rule` hairlines, `wash` a faint fill. */
export const themes = {
  light: {
    paper: "#fdfdfb",
    ink: "#1c2127",
    muted: "#5b6470",
    rule: "#d5d8dc",
    wash: "#f1f2f0",
    1: "#2459b5",
    2: "#b03f0a",
    3: "#0e9a86",
    4: "#611f7c",
    5: "#ab8a00",
    6: "#9c4356",
    7: "#3b93b5",
    8: "#7c8a1a",
    9: "#8277e6",
    10: "#5d6670",
  },
  dark: {
    paper: "#14171b",
    ink: "#e9e7e2",
    muted: "#a0a8b2",
    rule: "#363c44",
    wash: "#1d2126",
    1: "#5b8dec",
    2: "#e58a5f",
    3: "#7fe8c4",
    4: "#cfaaf7",
    5: "#f4c22e",
    6: "#f995a8",
    7: "#4aa6d8",
    8: "#cfe070",
    9: "#a792fb",
    10: "#a3acb8",
  },
} as const

/**
 * A role as a CSS colour; its light value stands in where the page defines no theme.
 *
 * @example color("ink") // "var(--fig-ink,#1c2127)"
 */
export const color = (role: ColorRole): string => `var(--fig-${role},${themes.light[role]})`

/** The colour of the series with this index from 0; after ten they begin again. */
export const seriesColor = (index: number): string => color(((index % 10) + 1) as ColorRole)

/** A series colour for text: a quarter of ink raises its contrast to that of reading matter. */
export const seriesTextColor = (index: number): string =>
  `color-mix(in oklab,${seriesColor(index)} 75%,${color("ink")})`

/**
 * The blend of series colours with these weights (non-negative, summing to 1), mixed in OKLab. Weights are rounded to
 * twentieths, so that a thousand points need a few dozen colours.
 *
 * @example blend([1, 0]) // the first series colour
 * @example blend([0.25, 0.75]) // color-mix(in oklab, first 25%, second)
 */
export const blend = (weights: ArrayLike<number>): string => {
  let [mixed, total] = ["", 0]
  for (let index = 0; index < weights.length; index++) {
    const weight = Math.round(weights[index]! * 20)
    if (weight <= 0) continue
    total += weight
    const own = seriesColor(index)
    mixed = mixed === "" ? own : `color-mix(in oklab,${own} ${Math.round((100 * weight) / total)}%,${mixed})`
  }
  return mixed === "" ? color("muted") : mixed
}

/** CSS declarations of one theme: its colours, and how pictures drawn in ink are turned over in the dark. */
export const themeDeclarations = (theme: "light" | "dark"): string => {
  const colors = Object.entries(themes[theme]).map(([role, value]) => `--fig-${role}:${value}`)
  return [...colors, `--fig-image-filter:${theme === "dark" ? "invert(1)" : "none"}`].join(";")
}

/** The font of figures: the system's own sans serif, nothing is loaded. */
export const figureFont =
  '-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,system-ui,sans-serif'
