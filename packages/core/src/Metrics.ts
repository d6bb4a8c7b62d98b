/** How the library measures itself. Each package declares its own metrics. */
import { Context } from "effect"

/** Whether metrics are recorded. Off by default: then nothing is measured (decision 14). */
export const MetricsEnabled = Context.Reference<boolean>("@communications/core/MetricsEnabled", {
  defaultValue: () => false
})

/** What a metric is called, what it measures, its unit in UCUM (in braces if it is a count), and its labels, which have few values. */
export interface MetricDeclaration<Label extends string = string> {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly labels: ReadonlyArray<Label>
}

/** A metric: `with` returns that of some values of its labels. */
export interface DeclaredMetric<Label extends string, M> extends MetricDeclaration<Label> {
  readonly with: (labels: Readonly<Record<Label, string>>) => M
}

/** Declares a metric. That of each combination of labels is made once, because adding labels at each update takes longer. */
export const declareMetric = <const Label extends string, M>(
  declaration: MetricDeclaration<Label>,
  make: (
    name: string,
    options: { readonly description: string; readonly attributes: Readonly<Record<string, string>> }
  ) => M
): DeclaredMetric<Label, M> => {
  const { name, description, labels } = declaration
  const made = new Map<string, M>()
  return {
    ...declaration,
    with: (attributes) => {
      const key = labels.map((label) => attributes[label]).join("\n")
      const found = made.get(key)
      if (found !== undefined) return found
      const metric = make(name, { description, attributes })
      made.set(key, metric)
      return metric
    }
  }
}
