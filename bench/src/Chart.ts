import { readable, type Spread } from "./Statistics.ts"

/** A labelled bar: the median, and the range of the measurements. */
export interface Bar extends Spread {
  readonly label: string
  readonly ours: boolean
}

/** Bars under a heading. */
export interface Group {
  readonly head: string
  readonly bars: ReadonlyArray<Bar>
}

const width = 760
const marginLeft = 220
const marginRight = 90
const line = 26

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .page { fill: #ffffff } .title { font-size: 12px; fill: #59636e } .head { font-weight: 600 } .label { text-anchor: end }
  .bar { fill: #9aa4af } .ours { fill: #0969da } .range { stroke: #1f2328; stroke-width: 1.5; fill: none; opacity: .65 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #f0f6fc } .title { fill: #9198a1 } .bar { fill: #59636e } .ours { fill: #4493f8 } .range { stroke: #f0f6fc }
  }`

/** Horizontal bars as an SVG with its own background, for light and dark pages. */
export const chart = (title: string, groups: ReadonlyArray<Group>): string => {
  const greatest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map((bar) => bar.greatest)))
  const x = (value: number): number =>
    Math.round((marginLeft + (value / greatest) * (width - marginLeft - marginRight)) * 10) / 10
  const parts: Array<string> = []
  let y = 18
  parts.push(`<text class="title" x="8" y="${y}">${escaped(title)}</text>`)
  for (const { head, bars } of groups) {
    y += 32
    parts.push(`<text class="head" x="${marginLeft}" y="${y}">${escaped(head)}</text>`)
    y += 8
    for (const bar of bars) {
      const middle = y + line / 2
      parts.push(
        `<text class="label" x="${marginLeft - 10}" y="${middle + 4}">${escaped(bar.label)}</text>`,
        `<rect class="bar${bar.ours ? " ours" : ""}" x="${marginLeft}" y="${y + 4}" width="${Math.round((x(bar.median) - marginLeft) * 10) / 10}" height="${line - 8}" rx="2"/>`,
        `<path class="range" d="M${x(bar.least)} ${middle}H${x(bar.greatest)}M${x(bar.least)} ${middle - 4}v8M${x(bar.greatest)} ${middle - 4}v8"/>`,
        `<text x="${x(bar.greatest) + 8}" y="${middle + 4}">${readable(bar.median)}</text>`
      )
      y += line
    }
  }
  const height = y + 12
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>${style}
</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${parts.join("\n")}
</svg>
`
}
