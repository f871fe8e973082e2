import type { Segment } from './record'

const MARKUP_LINK = /\[([^\]]*)\]\((https?:\/\/[^)\s]+)\)|<a href="([^"]*)">([^<]*)<\/a>/g

/** Residents to begin with; whoever else writes is added to them. */
export const DEMO_RESIDENTS: Record<string, string> = {
  'o-wang-guilan': '王桂兰',
  'o-li-ming': '李明',
  'o-zhao-jianguo': '赵建国',
}

const REASONS: Record<string, string> = {
  answered: '已回复',
  timeout: '超时',
  network: '连不上',
  status: '状态码不对',
  malformed: '格式不对',
  plain: '没有加密',
  envelope: '信封不全',
  signature: '签名不对',
  encryption: '解不开',
  address: '收发人不对',
  'too-long': '太长',
  empty: '空内容',
  articles: '图文太多',
  media: '素材不存在',
  type: '类型不认识',
}

const KINDS: Record<string, string> = {
  text: '文字',
  image: '图片',
  voice: '语音',
  video: '视频',
  location: '位置',
  link: '链接',
  subscribe: '关注',
  unsubscribe: '取消关注',
  scan: '扫码',
  click: '点菜单',
  view: '打开网页',
  template_card_event: '点卡片',
  templatesendjobfinish: '模板消息回执',
  subscribe_msg_popup_event: '订阅授权',
  subscribe_msg_sent_event: '订阅通知回执',
}

/** The kind of a push, in Chinese where there is a word for it. */
export const kindWords = (kind: string): string => KINDS[kind] ?? kind

/** What the simulator says about a delivery, in Chinese. */
export const outcomeWords = (outcome: string): string => REASONS[outcome] ?? outcome

/** 14:05:09 of a moment, on the simulator's clock, in Chinese time. */
export function clockTime(at: string): string {
  return new Date(at).toLocaleTimeString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' })
}

export function dayAndTime(at: string): string {
  return new Date(at).toLocaleString('zh-CN', {
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
    timeZone: 'Asia/Shanghai',
  })
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} 秒`
}

/** Markdown and the `div` and `font` of WeCom as plain words and links. */
export function plainMarkup(content: string): Segment[] {
  const clean = (text: string) =>
    text
      .replace(/<\/div>(?!$)/g, '\n')
      .replace(/<\/?(div|font|br)[^>]*>/g, '')
      .replace(/^\s*>\s?/gm, '')
      .replace(/\*\*|^#+\s/gm, '')
  const found: Segment[] = []
  let position = 0
  for (const link of content.matchAll(MARKUP_LINK)) {
    found.push({ title: clean(content.slice(position, link.index)) })
    found.push({ title: link[1] ?? link[4] ?? '', href: link[2] ?? link[3] ?? '' })
    position = link.index + link[0].length
  }
  found.push({ title: clean(content.slice(position)) })
  return found.filter((one) => one.title)
}
