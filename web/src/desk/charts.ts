/** ECharts options of the operators' pages. */

import type { SetReport } from './models'

const MAX_LABELS = 24

function ink(): string {
  return getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()
}

const asPercent = (value: unknown): string => `${String(value ?? '—')}%`
const rounded = (share: number): number => Math.round(share * 1000) / 10

export function axis(more: Record<string, unknown> = {}): Record<string, unknown> {
  const { axisLabel, ...rest } = more
  return { axisLabel: { color: ink(), ...(axisLabel as object) }, nameTextStyle: { color: ink() }, ...rest }
}

export const LEGEND = (): Record<string, unknown> => ({ top: 0, textStyle: { color: ink() } })

const percents = (name: string): Record<string, unknown> =>
  axis({ type: 'value', min: 0, max: 100, name, nameLocation: 'middle', nameGap: 28, axisLabel: { formatter: '{value}%' } })

/** Reliability diagram: how often the model is right, by how sure it was. */
export function calibrationOption(set: SetReport): Record<string, unknown> {
  const points = (bins: SetReport['candidate']['calibration']['bins']): number[][] =>
    bins.map((bin) => [rounded(bin.confidence), rounded(bin.accuracy)])
  const series: Record<string, unknown>[] = [
    { type: 'line', name: '正好', data: [[0, 0], [100, 100]], symbol: 'none', lineStyle: { type: 'dashed', color: ink() }, itemStyle: { color: ink() } },
    { type: 'line', name: '这一个', data: points(set.candidate.calibration.bins), symbolSize: 9 },
  ]
  if (set.current) series.push({ type: 'line', name: '现在用的', data: points(set.current.calibration.bins), symbolSize: 6 })
  return {
    legend: LEGEND(),
    grid: { top: 40, right: 20, bottom: 50, left: 55 },
    tooltip: { trigger: 'item', renderMode: 'richText', valueFormatter: asPercent },
    xAxis: percents('模型的把握'),
    yAxis: percents('实际对的'),
    series,
  }
}

/** How right the surest share of the messages is. */
export function curveOption(set: SetReport): Record<string, unknown> {
  const points = (curve: { coverage: number; accuracy: number }[]): number[][] =>
    curve.map((one) => [rounded(one.coverage), rounded(one.accuracy)])
  const all = [...set.candidate.curve, ...(set.current?.curve ?? [])].map((one) => one.accuracy * 100)
  const low = Math.max(0, Math.floor(Math.min(...all, 100) / 10) * 10)
  return {
    legend: LEGEND(),
    grid: { top: 40, right: 20, bottom: 50, left: 55 },
    tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: asPercent },
    xAxis: percents('答了多少'),
    yAxis: { ...percents('对的'), min: low },
    series: [
      { type: 'line', name: '这一个', data: points(set.candidate.curve), symbol: 'none' },
      ...(set.current ? [{ type: 'line', name: '现在用的', data: points(set.current.curve), symbol: 'none' }] : []),
    ],
  }
}

/** What is taken for what: true labels upwards, said ones to the right. */
export function confusionOption(set: SetReport, name: (label: string) => string): Record<string, unknown> {
  const pairs = set.confusion.map((one) => ({ ...one, labels: one.pair.split(' → ') as [string, string] }))
  const labels: string[] = []
  for (const pair of pairs) {
    const wanted = pair.labels.filter((label) => !labels.includes(label))
    if (labels.length + wanted.length <= MAX_LABELS) labels.push(...wanted)
  }
  labels.sort()
  const shown = pairs.filter((pair) => pair.labels.every((label) => labels.includes(label)))
  const names = labels.map(name)
  const label = { interval: 0, width: 90, overflow: 'truncate' }
  return {
    grid: { top: 10, right: 10, bottom: 110, left: 110 },
    tooltip: {
      renderMode: 'richText',
      formatter: (one: { value: number[] }) => `${names[one.value[1]!]}\n说成 ${names[one.value[0]!]}：${one.value[2]} 条`,
    },
    xAxis: axis({ type: 'category', data: names, axisLabel: { ...label, rotate: 60 }, splitArea: { show: true } }),
    yAxis: axis({ type: 'category', data: names, axisLabel: label, splitArea: { show: true } }),
    visualMap: { min: 0, max: Math.max(1, ...shown.map((pair) => pair.n)), show: false, inRange: { color: ['#f8ecc8', '#eeb765', '#e08a55'] } },
    series: [
      {
        type: 'heatmap',
        data: shown.map((pair) => [labels.indexOf(pair.labels[1]), labels.indexOf(pair.labels[0]), pair.n]),
        label: { show: true, color: '#26211a' },
      },
    ],
  }
}
