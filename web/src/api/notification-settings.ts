/** How a person wants to be told beside the inbox. */
import { get, put } from './verbs'

export const CHANNELS = ['mail', 'wecom', 'dingtalk', 'feishu', 'webhook'] as const
export type Channel = (typeof CHANNELS)[number]
export interface NotificationSettings {
  /** Tried in this order. */
  channels: { channel: Channel; address: string | null }[]
  language: 'zh' | 'en'
  quietHours: string | null
}
export const notificationSettings = () => get<NotificationSettings>('/notifications/settings')
export const putNotificationSettings = (settings: NotificationSettings) => put<void>('/notifications/settings', settings)
