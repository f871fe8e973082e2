/** The simulator's records, as its control API tells them (docs/simulator.md). */

export interface Segment {
  title: string
  href?: string
  says?: string
  menu_id?: string
}

export interface Article {
  title: string
  description: string
  url: string
  picurl: string
}

export interface CardButton {
  text: string
  key?: string
  type?: number
  style?: number
  url?: string
}

export interface Card {
  card_type: string
  source?: { desc?: string }
  main_title?: { title?: string; desc?: string }
  emphasis_content?: { title?: string; desc?: string }
  quote_area?: { title?: string; quote_text?: string }
  sub_title_text?: string
  horizontal_content_list?: { keyname?: string; value?: string; url?: string }[]
  jump_list?: { title?: string; url?: string }[]
  card_action?: { url?: string }
  button_selection?: {
    question_key?: string
    title?: string
    option_list?: { id: string; text: string }[]
  }
  button_list?: CardButton[]
  replaced?: string
}

export interface BubbleData {
  segments?: Segment[]
  links?: Segment[]
  head?: string
  tail?: string
  articles?: Article[]
  media_id?: string
  latitude?: number
  longitude?: number
  url?: string
  fields?: Record<string, string>
  card?: Card
  textcard?: { title: string; description: string; url: string; btntxt: string }
  markdown?: string
  reason?: string
  detail?: string
  version?: number
}

export interface Bubble {
  seq: number
  person: string
  side: 'person' | 'account' | 'system'
  kind: string
  text: string
  at: string
  via: string
  msg_id: string
  data: BubbleData
  defects: string[]
}

export interface Delivery {
  person: string
  msg_id: string
  kind: string
  number: number
  at: string
  elapsed_ms: number
  outcome: string
  is_silent: boolean
  is_ignored: boolean
}

export interface ApiCall {
  platform: string
  name: string
  errcode: number
  at: string
  elapsed_ms: number
  fault: string
}

export interface Complaint {
  person: string
  reason: string
  detail: string
  at: string
}

export interface RecordRows {
  deliveries: Delivery[]
  errors: Complaint[]
  calls: ApiCall[]
}

export interface MenuButton {
  name: string
  type?: string
  key?: string
  url?: string
  sub_button?: MenuButton[]
}

export interface Resident {
  openid: string
  name: string
  is_follower: boolean
  is_typing_shown: boolean
  quota_left: number
  scene: string
}

export interface Member {
  userid: string
  name: string
}

export interface SimulatorState {
  now: string
  seq: number
  options: {
    mode: string
    document: string
    webhook: string
    reply_timeout_s: number
    overlap_rate: number
    duplicate_rate: number
  }
  menu: MenuButton[] | null
  residents: Resident[]
  members: Member[]
  faults: number
  n_errors: number
}
